/** The clauses of a message as steps: a tool for each, weak clauses joined to their neighbours, values handed on. */

import { carryFrom } from './carry.ts'
import { type Clause, clausesOf, joined, textOf } from './clauses.ts'
import type { Span, World } from './contract.ts'
import { type Carry, type Draft, draftsOf } from './draft.ts'
import { apart, isEntityKind } from './entities.ts'
import { fill } from './fill.ts'
import type { Filling } from './filling.ts'
import { type Reading, within } from './reading.ts'
import { type Candidate, type Index, type KnownTool, rank, says } from './retrieve.ts'
import type { Slot } from './slots.ts'
import { stem } from './words.ts'

export interface Situation {
  readonly index: Index
  readonly reading: Reading
  readonly world: World
  /** What the conversation before this message can give. */
  readonly recall: Carry
}

interface Step {
  readonly clause: Clause
  readonly best: Candidate | undefined
}

/** Below this a clause does not ask for a tool. Measured in nats of rarity: about one word that a third of the tools share. */
const leastEvidence = 0.9
const leastScore = 0.9

export interface Steps {
  readonly drafts: readonly Draft[]
  /** Something was forbidden in so many words. */
  readonly forbidden: boolean
}

export function stepsOf(situation: Situation): Steps {
  const clauses = clausesOf(situation.reading)
  const forbidden = clauses.some((clause) => clause.negated)
  const whole: Situation = { ...situation, recall: fromMessage(situation) }
  const asked = clauses.filter((clause) => !clause.negated)
  const steps = join(tellsLess(asked, whole), whole)
  const drafts: Draft[] = []
  for (const step of steps) drafts.push(...draftClause(whole, step, drafts))
  return { drafts, forbidden }
}

/** What is only told is no step where something else is asked. */
function tellsLess(clauses: readonly Clause[], situation: Situation): readonly Clause[] {
  if (clauses.every(({ tells }) => !tells)) return clauses
  const asks = clauses.filter(({ tells }) => !tells)
  return asks.some((clause) => choose(situation, clause, []) !== undefined) ? asks : clauses
}

/** A thing that the message names only once is meant wherever that sort of thing is needed: "don't deploy x, show its status". */
function fromMessage({ reading, recall }: Situation): Carry {
  return (slot, known, clause, values) => {
    const { kind } = slot
    if (!(slot.required || meantByIt(clause, values)) || slot.many || !(kind === 'artifact' || isEntityKind(kind)))
      return recall(slot, known, clause, values)
    const fitting = reading.entities.filter(({ kinds }) => kind === 'artifact' || kinds.includes(kind))
    const names = new Set(fitting.map(({ name }) => name))
    const [only] = names
    return names.size === 1 ? only : recall(slot, known, clause, values)
  }
}

/** "check its drift": all things are optional, and none is said but "its". */
const meantByIt = (clause: Reading, values: ReadonlyMap<string, unknown>): boolean =>
  values.size === 0 && clause.entities.length === 0 && hasPronoun(clause)

/** A clause's own call, after the call that its condition asks for when nothing before answers it. */
function draftClause(situation: Situation, { clause, best }: Step, earlier: readonly Draft[]): readonly Draft[] {
  const { reading, world } = situation
  const carry = carryFrom(earlier, situation.recall)
  const first = clause.conditionAt ? conditionCall(situation, clause.conditionAt, earlier) : []
  if (!best) return first
  const condition = clause.condition !== undefined && (first.length > 0 || earlier.length > 0) ? clause.condition : undefined
  const more = carryFrom([...earlier, ...first], situation.recall)
  return [
    ...first,
    ...draftsOf(best.known, reading, { start: clause.start, end: clause.end, world, carry: first.length > 0 ? more : carry, condition }),
  ]
}

function conditionCall(
  situation: Situation,
  at: { readonly start: number; readonly end: number },
  earlier: readonly Draft[],
): readonly Draft[] {
  const clause: Clause = { ...at, negated: false, tells: false, next: false }
  const best = choose(situation, clause, earlier)
  if (!best || best.known.deletes || best.known.tool.effect === 'change' || earlier.some((draft) => draft.known === best.known)) return []
  if (within(situation.reading, at).entities.length === 0 && earlier.length > 0) return []
  return draftsOf(best.known, situation.reading, { ...at, world: situation.world, carry: carryFrom(earlier, situation.recall) })
}

function choose(situation: Situation, clause: Clause, earlier: readonly Draft[]): Candidate | undefined {
  const { index, reading, world } = situation
  const part = within(reading, clause)
  const carry = carryFrom(earlier, situation.recall)
  const ranked = rank(index, part, (slot) => mayFill(slot, part, (one) => carry(one, anyTool(index), part, new Map()) !== undefined))
  const most = Math.max(...ranked.map(({ evidence, score }) => (score >= leastScore ? evidence : 0)))
  const few = ranked.slice(0, 4).filter(({ evidence, score }) => evidence >= Math.max(leastEvidence, 0.55 * most) && score >= leastScore)
  const tries = tried(few, reading, { ...clause, world, carry })
  const best = tries.reduce<Tried | undefined>((top, other) => (top === undefined || other.score > top.score ? other : top), undefined)
  if (best?.whole) return best.candidate
  return bySignature(tried(ranked.filter(quietly), reading, { ...clause, world, carry })) ?? best?.candidate
}

interface Tried {
  readonly candidate: Candidate
  readonly score: number
  /** Names, rows, paths, times and ids of the clause that found a place. */
  readonly found: number
  /** Nothing is missing. */
  readonly whole: boolean
  /** Nor is a name left over. */
  readonly fits: boolean
}

/** Tried in earnest: what each of them would still lack, and what of the clause's values only another one takes. */
function tried(
  candidates: readonly Candidate[],
  reading: Reading,
  at: { readonly start: number; readonly end: number; readonly world: World; readonly carry: Carry },
): readonly Tried[] {
  const fillings = candidates.map((candidate) => ({
    candidate,
    filling: fill(candidate.known, reading, at),
    draft: draftsOf(candidate.known, reading, at)[0],
  }))
  const taken = distinct(fillings.flatMap(({ filling }) => valuesTaken(filling)))
  return fillings.map(({ candidate, filling, draft }) => {
    const { entities, quantities, paths, ids, row, schedule } = filling.clause
    const telling: readonly Span[] = [...entities, ...paths, ...ids, ...(row ? [row] : []), ...(schedule ? [schedule] : [])]
    const lacks = candidate.known.slots.filter(({ name }) => draft?.missing.includes(name))
    const left = quantities.filter((one) => filling.used.every((used) => apart(used, one))).length
    const others = taken.filter(
      (one) => filling.used.every((used) => apart(used, one)) && quantities.every((quantity) => apart(quantity, one)),
    ).length
    const loose = entities.filter((one) => filling.used.every((used) => apart(used, one))).length
    return {
      candidate,
      found: telling.filter((one) => filling.used.some((used) => !apart(used, one))).length,
      whole: lacks.length === 0,
      fits: lacks.length === 0 && loose === 0,
      score: candidate.score - lacks.reduce((sum, slot) => sum + burden(slot, filling.clause), 0) - left * 0.3 - others * 0.3,
    }
  })
}

/** What is asked for without a name ("into a collection") is no sign of another tool; neither is a number that may be asked for. */
const burden = ({ kind }: Slot, clause: Reading): number => (saysSort(kind, clause) ? 0.1 : isEntityKind(kind) ? 0.4 : 0.2)

const saysSort = (kind: string, { words }: Reading): boolean => isEntityKind(kind) && words.some((word) => word.stem === stem(kind))

/** Spans that only a value of this sort could use up. */
const valuesTaken = (filling: Filling): readonly Span[] =>
  filling.known.slots.flatMap(({ name, kind }) => {
    const span = filling.spans.get(name)
    return span && span.text !== '' && exact.has(kind) ? [span] : []
  })

const exact: ReadonlySet<string> = new Set(['choice', 'metric', 'window', 'since', 'cron', 'version', 'id'])

const distinct = (spans: readonly Span[]): readonly Span[] => [...new Map(spans.map((span) => [`${span.start}`, span])).values()]

/** Tools that may be meant though no word says so: they only read or make something. */
const quietly = ({ known: { deletes, tool } }: Candidate): boolean => !deletes && tool.effect !== 'change' && tool.effect !== 'delete'

/** What a clause names can tell the tool alone: two runs are there to be compared. Only when one tool takes them all. */
function bySignature(all: readonly Tried[]): Candidate | undefined {
  const whole = all.filter(({ found, fits, candidate }) => fits && found > 1 && candidate.score >= leastScore)
  const [first, second] = whole.toSorted((left, right) => right.score - left.score)
  return first && first.score - (second?.score ?? 0) >= clearly ? first.candidate : undefined
}

/** Half a nat of rarity ahead of the next. */
const clearly = 0.5

const anyTool = (index: Index): KnownTool =>
  index.tools[0] ?? {
    tool: { name: '', title: '', description: '', input: {}, examples: [] },
    slots: [],
    about: new Map(),
    head: new Set(),
    deletes: false,
  }

/** A cheap look at whether a required slot could be filled at all. */
function mayFill(slot: Slot, part: Reading, carried: (slot: Slot) => boolean): boolean {
  const { kind } = slot
  if (isEntityKind(kind))
    return part.entities.some(({ kinds }) => kinds.includes(kind)) || part.paths.length > 0 || saysSort(kind, part) || carried(slot)
  if (kind === 'version') return part.versions.length > 0 || carried(slot)
  if (kind === 'path') return part.paths.length > 0 || part.quoted.length > 0
  if (kind === 'cron') return part.schedule !== undefined
  if (kind === 'column') return part.columns.length > 0 || carried(slot)
  if (kind === 'artifact') return part.entities.length > 0 || carried(slot)
  if (kind === 'number') return part.quantities.length > 0
  if (kind === 'record') return part.columns.length > 0 || part.text.includes('{') || part.text.includes('=')
  return true
}

/** Joins what belongs together: a clause without a tool, a question with the order that follows it, the same deed twice. */
function join(clauses: readonly Clause[], situation: Situation): readonly Step[] {
  const out: Step[] = []
  for (const clause of clauses) {
    const step = { clause, best: choose(situation, clause, sketch(out, situation)) }
    const last = out.at(-1)
    if (last && belongs(last, step, situation)) {
      const both = joined(last.clause, clause)
      const before = sketch(out.slice(0, -1), situation)
      out[out.length - 1] = { clause: both, best: last.best ? (choose(situation, both, before) ?? last.best) : step.best }
    } else out.push(step)
  }
  return out.filter(({ best }) => best !== undefined)
}

/** The steps so far as calls, for what they hand on. */
function sketch(steps: readonly Step[], { reading, world, recall }: Situation): readonly Draft[] {
  const drafts: Draft[] = []
  for (const { clause, best } of steps) {
    const { start, end } = clause
    if (best) drafts.push(...draftsOf(best.known, reading, { start, end, world, carry: carryFrom(drafts, recall) }))
  }
  return drafts
}

function belongs(last: Step, step: Step, situation: Situation): boolean {
  const { reading, world } = situation
  if (!last.best) return step.clause.condition === undefined || !step.clause.next
  if (!step.best) return true
  const question = textOf(reading, last.clause).trimEnd().endsWith('?')
  const own = within(reading, step.clause)
  if (last.best.known === step.best.known) return !renamed(last, step, reading)
  if (step.clause.next || step.clause.condition !== undefined) return false
  if (question && says(within(reading, last.clause), ...step.best.known.head)) return true
  const carry = carryFrom(sketch([last], situation), situation.recall)
  const [draft] = draftsOf(step.best.known, reading, { start: step.clause.start, end: step.clause.end, world, carry })
  const lacksName = step.best.known.slots.some((slot) => isEntityKind(slot.kind) && draft?.missing.includes(slot.name))
  return own.entities.length === 0 && (lacksName || (step.best.evidence < 1.6 && (draft?.missing.length ?? 0) > 0 && !hasPronoun(own)))
}

/** The second clause names another thing of the kind the first one has: two calls, not one. */
function renamed(last: Step, step: Step, reading: Reading): boolean {
  const names = (clause: Clause): ReadonlySet<string> => new Set(within(reading, clause).entities.map(({ name }) => name))
  const first = names(last.clause)
  const kinds = (clause: Clause): ReadonlySet<string> => new Set(within(reading, clause).entities.flatMap((entity) => entity.kinds))
  const shared = [...kinds(step.clause)].some((kind) => kinds(last.clause).has(kind))
  return (
    shared &&
    [...names(step.clause)].some((name) => !first.has(name)) &&
    last.best?.known.slots.filter(({ kind }) => kind === 'dataset').length !== 2
  )
}

export const hasPronoun = (clause: Reading): boolean =>
  clause.words.some(({ lower }) => /^(?:it|its|that|this|them|they|those|these|their|one|same)$/u.test(lower))
