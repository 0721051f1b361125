/**
 * Which tool a clause asks for. Ideas are weighted by how few tools share them (Robertson's idf); what the clause holds —
 * names, versions, paths, a schedule, a row — speaks for the tools that can take it and against those that can't.
 */
import type { PlannerTool } from './contract.ts'
import { type EntityKind, isEntityKind } from './entities.ts'
import { type IdeaHit, ideasOfText } from './ideas.ts'
import { thingIdeas } from './lexicon.ts'
import type { Reading } from './reading.ts'
import { relevances } from './relevance.ts'
import { type Slot, type SlotKind, slotsOf } from './slots.ts'
import { preferredValues, valueWords } from './values.ts'
import { stem } from './words.ts'

export interface KnownTool {
  readonly tool: PlannerTool
  readonly slots: readonly Slot[]
  /** idea -> how much the tool is about it. */
  readonly about: ReadonlyMap<string, number>
  /** Ideas of its name, title and first sentence. */
  readonly head: ReadonlySet<string>
  readonly deletes: boolean
}

export interface Index {
  readonly catalogue: readonly PlannerTool[]
  readonly tools: readonly KnownTool[]
  readonly rarity: (idea: string) => number
}

export interface Candidate {
  readonly known: KnownTool
  readonly score: number
  /** How much of the score comes from deeds the tool is named or described by, or from all that speaks for it together. */
  readonly evidence: number
  /** The deeds alone. */
  readonly said: number
  /** Log odds of the learned relevance. */
  readonly fit: number
}

const indexes = new WeakMap<readonly PlannerTool[], Index>()

/** Indexed once per catalogue. */
export function indexOf(catalogue: readonly PlannerTool[]): Index {
  const known = indexes.get(catalogue)
  if (known) return known
  const shared = choicesByName(catalogue)
  const tools = catalogue.map((tool) => knownTool(tool, shared))
  const counts = new Map<string, number>()
  for (const { about } of tools)
    for (const [idea, weight] of about) if (weight >= telling) counts.set(idea, (counts.get(idea) ?? 0) + weight)
  const rarity = (idea: string): number =>
    Math.log(1 + (tools.length - Math.min(tools.length, counts.get(idea) ?? 0) + 0.5) / ((counts.get(idea) ?? 0) + 0.5))
  const index = { catalogue, tools, rarity }
  indexes.set(catalogue, index)
  return index
}

/** An argument without a list of choices takes the list of its namesake elsewhere: `algorithm` is `algorithm`. */
function choicesByName(catalogue: readonly PlannerTool[]): ReadonlyMap<string, readonly string[]> {
  const all = catalogue.flatMap((tool) => slotsOf(tool))
  return new Map(all.filter(({ choices }) => choices.length > 0).map(({ name, choices }) => [name, choices]))
}

function knownTool(tool: PlannerTool, shared: ReadonlyMap<string, readonly string[]>): KnownTool {
  const slots = slotsOf(tool).map((slot): Slot => {
    const choices = shared.get(slot.name)
    return choices && (slot.kind === 'text' || slot.kind === 'phrases') ? { ...slot, kind: 'choice', choices } : slot
  })
  const about = new Map<string, number>()
  const add = (hits: readonly IdeaHit[], weight: number): void => {
    for (const hit of hits) about.set(hit.idea, Math.max(about.get(hit.idea) ?? 0, (hit.weight > 0.5 ? hit.weight : 0.2) * weight))
  }
  const { named, first, rest } = sections(tool)
  for (const { hits, weight } of [...named, first]) add(hits, weight)
  add(rest.flatMap(ideasOfText), 0.25)
  add(
    tool.examples.flatMap(({ says }) => ideasOfText(says).filter(({ idea }) => !idea.startsWith('='))),
    0.5,
  )
  for (const slot of slots) {
    add(ideasOfText(slot.name), slot.required ? 0.35 : 0.2)
    for (const choice of slot.choices) about.set(`#${choice}`, 1)
  }
  const headHits = [...named, ...(first.weight > 0.8 ? [first] : [])].flatMap(({ hits }) => hits)
  const head = new Set(headHits.filter(({ weight }) => weight > 0.5).map(({ idea }) => idea))
  const byName = ideasOfText(tool.name).some(({ idea }) => idea === 'delete')
  const deletes =
    tool.effect === 'delete' || (tool.effect === undefined && (byName || /\b(?:destructive|irreversibl)/iu.test(tool.description)))
  return { tool, slots, about, head, deletes }
}

interface Section {
  readonly hits: readonly IdeaHit[]
  readonly weight: number
}

/** Name and title say most; a first sentence the more the shorter it is; what a tool is not for says nothing. */
function sections({ name, title, description }: PlannerTool): {
  readonly named: readonly Section[]
  readonly first: Section
  readonly rest: readonly string[]
} {
  const [opening = '', ...rest] = description.split(/(?<=[.!?;:])\s+/u)
  const hits = ideasOfText(opening)
  const named = [name, title].filter((text) => text !== '').map((text) => ({ hits: ideasOfText(text), weight: 1 }))
  const weight = title === '' ? 1 : Math.max(0.35, Math.min(0.8, 1.6 / Math.sqrt(Math.max(1, hits.length))))
  return {
    named,
    first: { hits, weight },
    rest: rest.filter((text) => !/\b(?:not|instead|unless|never|rather)\b|[a-z]_[a-z]/iu.test(text)),
  }
}

/** All tools, the best first. `fillable` says whether a required slot could be filled from outside the clause. */
export function rank(index: Index, clause: Reading, fillable: (slot: Slot) => boolean): readonly Candidate[] {
  const asked = new Map<string, number>()
  for (const { idea, weight } of clause.ideas) asked.set(idea, Math.max(asked.get(idea) ?? 0, weight * (thingIdeas.has(idea) ? 0.5 : 1)))
  const first = Math.min(...clause.ideas.filter(({ idea }) => !thingIdeas.has(idea)).map(({ start }) => start))
  for (const { idea, weight, start } of clause.ideas)
    if (start === first && weight > 0.5 && !thingIdeas.has(idea)) asked.set(idea, Math.max(asked.get(idea) ?? 0, weight * 1.35))
  for (const choice of saidChoices(clause)) asked.set(`#${choice}`, 0.5)
  const odds = relevances(textOf(clause), index.catalogue)
  return index.tools
    .map((known, at) => joined(known, candidate(index, known, { asked, clause, fillable }), odds[at] ?? 0))
    .sort((left, right) => right.score - left.score)
}

/** What one nat of the learned relevance is worth in nats of ideas; more of it harms requests in the words of the trade. */
const fitShare = 0.3
const mostFit = 4
/** From these odds on (e : 1) relevance alone is reason enough: for catalogues whose deeds the lexicon has no word for. */
const leastFit = 1
const enough = 0.9

/** Counted from the least fit there is, so that a good name for a deed never falls below the planner's threshold for lack of it. */
function joined(known: KnownTool, ideas: Pick<Candidate, 'score' | 'evidence'>, odds: number): Candidate {
  const fit = Math.max(-mostFit, Math.min(mostFit, odds))
  const alone = fit < leastFit ? 0 : enough + fitShare * (fit - leastFit)
  return {
    known,
    fit,
    said: ideas.evidence,
    score: ideas.score + fitShare * (fit + mostFit),
    evidence: Math.max(ideas.evidence, alone),
  }
}

/** The clause as a text of its own, in which names that the world knows are quoted: they are values, not what is asked. */
function textOf({ text, words, entities, paths, ids }: Reading): string {
  const start = words[0]?.start ?? 0
  const end = (words.at(-1)?.end ?? text.length) + 1
  let said = ''
  let at = start
  for (const name of [...entities, ...paths, ...ids].sort((left, right) => left.start - right.start)) {
    if (name.start < at) continue
    said += `${text.slice(at, name.start)}"${name.text}"`
    at = name.end
  }
  return said + text.slice(at, end)
}

/** Less than this is a passing mention. */
const telling = 0.35

/** A deed the clause asks for and the tool does not do speaks against it. */
const unmet = 0.35

/** "run" and "list" may stand before anything. */
const anyDeed: ReadonlySet<string> = new Set(['execute', 'list'])

const isDeed = (idea: string): boolean => !thingIdeas.has(idea) && !idea.startsWith('#')

function candidate(
  index: Index,
  known: KnownTool,
  {
    asked,
    clause,
    fillable,
  }: { readonly asked: ReadonlyMap<string, number>; readonly clause: Reading; readonly fillable: (slot: Slot) => boolean },
): Pick<Candidate, 'score' | 'evidence'> {
  const parts = [...asked].map(([idea, weight]) => match(index, known, { idea, weight }))
  const sum = (of: (part: Part) => number): number => parts.reduce((total, part) => total + of(part), 0)
  const unasked = [...known.head].filter((idea) => !asked.has(idea) && !idea.startsWith('=') && !thingIdeas.has(idea))
  const overreach = unasked.reduce((total, idea) => total + index.rarity(idea), 0)
  const fit = suits(known, clause)
  const evidence = sum((part) => part.evidence)
  return {
    evidence: evidence > 0 ? evidence + 0.4 * Math.max(0, Math.min(fit, 1.5)) : evidence,
    score: sum((part) => part.score) - 0.25 * overreach + 1.4 * fit - lacks(known, fillable),
  }
}

interface Part {
  readonly score: number
  readonly evidence: number
}

/** One idea of the clause against one tool. */
function match(index: Index, known: KnownTool, { idea, weight }: { readonly idea: string; readonly weight: number }): Part {
  const about = known.about.get(idea) ?? 0
  if (about === 0) return { score: 0, evidence: weight >= 1 && isDeed(idea) && !anyDeed.has(idea) ? -unmet * index.rarity(idea) : 0 }
  const score = weight * index.rarity(idea) * ((1.5 * about) / (about + 0.5))
  if (idea.startsWith('#')) return { score, evidence: score / 4 }
  if (!isDeed(idea) || about < telling) return { score, evidence: 0 }
  return { score, evidence: weight > 0.7 ? score : score / 2 }
}

/** A name that is nowhere weighs more than a number that may be asked for. */
const lacks = ({ slots }: KnownTool, fillable: (slot: Slot) => boolean): number =>
  slots.filter((slot) => slot.required && !fillable(slot)).reduce((sum, { kind }) => sum + (isEntityKind(kind) ? 0.9 : 0.3), 0)

/** What the clause holds against what the tool takes. */
function suits({ slots }: KnownTool, clause: Reading): number {
  const takes = (kind: SlotKind): boolean => slots.some((slot) => slot.kind === kind)
  const count = (kind: SlotKind): number => slots.filter((slot) => slot.kind === kind).length
  const names = new Map(clause.entities.map((entity) => [entity.name, entity.kinds]))
  const given = new Set(clause.entities.filter((entity) => asName.test(clause.text.slice(0, entity.start))).map(({ name }) => name))
  const named = (kind: EntityKind): number => [...names.values()].filter((kinds) => kinds.includes(kind)).length
  const textTaken = slots.some(({ kind }) => textual.has(kind))
  const parts: readonly (readonly [boolean, number])[] = [
    [named('run') > 1, slots.some((slot) => slot.kind === 'run' && slot.many) ? 0.8 : -0.6],
    [named('dataset') > 1, count('dataset') > 1 ? 0.9 : -0.2],
    [clause.versions.length > 0, either(takes('version'), 0.6, takes('artifact') ? 0 : -0.5)],
    [clause.paths.length > 0, either(takes('path'), 1, -0.6)],
    [clause.schedule !== undefined, either(takes('cron'), 1.2, -0.2)],
    [clause.columns.length > 0, either(takes('column'), 0.4, takes('record') ? 0.2 : -0.1)],
    [clause.row !== undefined || pairCount(clause) > 0, either(takes('record'), 0.9, -0.2)],
    [clause.quantities.some(({ percent, ratio }) => percent || ratio), either(takes('number'), 0.3, -0.2)],
    [clause.quoted.length > 0, either(textTaken, 0.2, -0.1)],
    [clause.ids.length > 0, either(takes('id'), 0.6, 0)],
    [clause.window !== undefined, either(takes('window') || takes('since'), 0.6, 0)],
  ]
  const forNames = [...names].map(([name, kinds]) => suitsName(slots, kinds, given.has(name)))
  return [...forNames, ...parts.map(([present, weight]) => either(present, weight, 0))].reduce((total, part) => total + part, 0)
}

const either = (condition: boolean, yes: number, no: number): number => (condition ? yes : no)

/** "as x": the name that something is to have. */
const asName = /\b(?:as|called|named|under(?: the name)?|name it)\s+$/iu

function suitsName(slots: readonly Slot[], kinds: readonly string[], given: boolean): number {
  if (given && slots.some(({ kind }) => kind === 'new name')) return 0.9
  const slot = slots.find((one) => kinds.some((kind) => kind === one.kind))
  if (slot) return slot.required ? 0.9 : 0.7
  if (slots.some(({ kind }) => kind === 'artifact')) return 0.3
  return slots.some(({ kind }) => kind === 'new name') ? 0.1 : -0.7
}

const textual: ReadonlySet<SlotKind> = new Set(['text', 'query', 'question', 'new name', 'phrases'])

/** Columns with a number right after them: "tenure 3". */
function pairCount({ columns, quantities, text }: Reading): number {
  return columns.filter((column) =>
    quantities.some((number) => number.start >= column.end && /^\s*(?:=|:|is|of)?\s*$/iu.test(text.slice(column.end, number.start))),
  ).length
}

/** Values of choices that the clause says, by their usual words. */
function saidChoices(clause: Reading): readonly string[] {
  const said = ` ${clause.words.map((word) => word.lower.replaceAll('-', ' ')).join(' ')} `
  return [...new Set([...preferredValues, ...Object.keys(valueWords)])].filter((value) =>
    (valueWords[value] ?? [value.replaceAll('_', ' ')]).some((phrase) => said.includes(` ${phrase.replaceAll('-', ' ')} `)),
  )
}

/** Whether a clause says one of the ideas. */
export const says = (clause: Reading, ...wanted: readonly string[]): boolean => clause.ideas.some(({ idea }) => wanted.includes(idea))

/** Whether a word's family stands in a clause. */
export const saysWord = (clause: Reading, ...words: readonly string[]): boolean =>
  clause.words.some((word) => words.some((one) => stem(one) === word.stem))
