/** Which tool a clause asks for: the best ranked ones tried in earnest, and what the clause names where no word says a deed. */
import { carryFrom } from './carry.ts'
import type { Clause } from './clauses.ts'
import type { Span, World } from './contract.ts'
import { type Carry, type Draft, draftsFrom } from './draft.ts'
import { apart, isEntityKind } from './entities.ts'
import { fill } from './fill.ts'
import type { Filling } from './filling.ts'
import { ideasOfText } from './ideas.ts'
import { thingIdeas } from './lexicon.ts'
import { type Reading, within } from './reading.ts'
import { type Candidate, type Index, type KnownTool, rank } from './retrieve.ts'
import type { Slot } from './slots.ts'
import { stem } from './words.ts'

export interface Situation {
  readonly index: Index
  readonly reading: Reading
  readonly world: World
  /** What the conversation before this message can give. */
  readonly recall: Carry
}

/** Below this a clause does not ask for a tool. Measured in nats of rarity: about one word that a third of the tools share. */
const leastEvidence = 0.9
const leastScore = 0.9

/** The tool of this clause after the calls before it, if it asks for one at all. */
export function choose(situation: Situation, clause: Clause, earlier: readonly Draft[]): Candidate | undefined {
  const { index, reading, world } = situation
  const part = within(reading, clause)
  const carry = carryFrom(earlier, situation.recall)
  const ranked = rank(index, part, (slot) => mayFill(slot, part, (one) => carry(one, anyTool(index), part, new Map()) !== undefined))
  const most = Math.max(...ranked.map(({ evidence, score }) => (score >= leastScore ? evidence : 0)))
  const enough = Math.max(leastEvidence, 0.55 * most)
  const few = ranked.slice(0, 4).filter(({ evidence, score }, at) => evidence >= (at === 0 ? leastEvidence : enough) && score >= leastScore)
  const tries = tried(few, reading, { ...clause, world, carry }).filter(
    (one) => (one.whole || one.candidate.evidence >= enough) && grounded(one, part),
  )
  const best = tries.reduce<Tried | undefined>((top, other) => (top === undefined || other.score > top.score ? other : top), undefined)
  const outright = best && tries.find((one) => namedFor(one, best, part))
  if (outright) return outright.candidate
  if (best?.whole) return best.candidate
  const other = best && tries.find((one) => readier(one, best, part))
  if (other) return other.candidate
  const several = tellingOf(part).length > 0 ? ranked.filter(quietly) : []
  return bySignature(tried(several, reading, { ...clause, world, carry })) ?? best?.candidate
}

/** "run" and "list" may stand before anything. */
const anyDeed: ReadonlySet<string> = new Set(['execute', 'list'])

/** "deploy x": the deed stands first and in one tool's name, not in the other's. What that tool lacks is asked for. */
function namedFor({ candidate, found }: Tried, best: Tried, { ideas, words }: Reading): boolean {
  const deed = ideas.find(
    ({ weight, start, idea }) => weight >= 1 && start === words[0]?.start && !thingIdeas.has(idea) && !anyDeed.has(idea),
  )
  const names = ({ candidate: { known } }: Tried): boolean =>
    ideasOfText(known.tool.name).some(({ idea, weight }) => weight >= 1 && idea === deed?.idea)
  return (
    deed !== undefined &&
    found >= best.found &&
    !names(best) &&
    candidate.evidence >= best.candidate.evidence &&
    names({ ...best, candidate })
  )
}

/** Lacks nothing, speaks of the deed as much, and the better ranked one is not named for that deed. */
function readier({ whole, candidate }: Tried, best: Tried, { ideas }: Reading): boolean {
  const [deed] = ideas.filter(({ idea, weight }) => weight >= 1 && !thingIdeas.has(idea))
  const named = ideasOfText(best.candidate.known.tool.name)
  return whole && candidate.evidence >= best.candidate.evidence && named.every(({ idea }) => idea !== deed?.idea)
}

interface Tried {
  readonly candidate: Candidate
  readonly score: number
  /** Names, rows, paths, times and ids of the clause that found a place. */
  readonly found: number
  /** Arguments that the clause itself gives. */
  readonly given: number
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
  const fillings = candidates.map((candidate) => {
    const filling = fill(candidate.known, reading, at)
    return { candidate, filling, draft: draftsFrom(filling, at)[0] }
  })
  const taken = distinct(fillings.flatMap(({ filling }) => valuesTaken(filling)))
  return fillings.map(({ candidate, filling, draft }) => {
    const { quantities } = filling.clause
    const telling = tellingOf(filling.clause)
    const lacks = candidate.known.slots.filter(({ name }) => draft?.missing.includes(name))
    const left = quantities.filter((one) => filling.used.every((used) => apart(used, one))).length
    const others = taken.filter(
      (one) => filling.used.every((used) => apart(used, one)) && quantities.every((quantity) => apart(quantity, one)),
    ).length
    return {
      candidate,
      found:
        telling.filter((one) => filling.used.some((used) => !apart(used, one))).length +
        (answers(candidate.known, filling.clause) ? 1 : 0) +
        named(filling),
      given: filling.spans.size,
      whole: lacks.length === 0,
      fits: lacks.length === 0 && telling.every((one) => filling.used.some((used) => !apart(used, one))),
      score:
        candidate.score -
        lacks.reduce((sum, slot) => sum + burden(slot, filling.clause), 0) -
        left * 0.3 -
        others * 0.15 -
        Math.min(0.6, unexplained(filling) * 0.15) -
        (otherSort(candidate.known, filling.clause) ? 0.9 : 0) -
        (listsOthers(candidate.known, filling.clause) ? 0.6 : 0),
    }
  })
}

/**
 * Whether words or values speak for a call, beyond a likeness: what changes something must be asked for in so many words, and a
 * call that takes nothing from the clause must not leave most of its words unexplained.
 */
function grounded({ candidate: { known }, given }: Tried, { ideas, text, entities }: Reading): boolean {
  const said = ideas.filter(({ idea, weight }) => weight >= 0.8 && known.head.has(idea))
  const changes = known.tool.effect === 'change' || known.tool.effect === 'delete'
  if (changes && said.every(({ idea }) => thingIdeas.has(idea))) return false
  if (
    asksText(known) &&
    !said.some(({ idea }) => idea === 'ask') &&
    !questions.test(text) &&
    entities.every(({ kinds }) => !kinds.includes('collection'))
  )
    return false
  if (given > 0) return true
  const strange = ideas.filter(({ idea }) => idea.startsWith('=') && !known.about.has(idea))
  return said.length > 0 && strange.length <= said.length
}

/** What is asked for without a name ("into a collection") is no sign of another tool; neither is a number that may be asked for. */
const burden = ({ kind }: Slot, clause: Reading): number => (saysSort(kind, clause) ? 0.1 : isEntityKind(kind) ? 0.4 : 0.2)

const saysSort = (kind: string, { words }: Reading): boolean => isEntityKind(kind) && words.some((word) => word.stem === stem(kind))

/** A table is no document, and the other way round: a path's ending tells which a tool should take. */
function otherSort({ head }: KnownTool, { paths }: Reading): boolean {
  const sorts = paths.map(({ value }) => sorted.find(([pattern]) => pattern.test(value))).filter((sort) => sort !== undefined)
  return sorts.some(([, own, other]) => !head.has(own) && head.has(other))
}

const sorted: readonly (readonly [RegExp, string, string])[] = [
  [/\.(?:csv|tsv|parquet|jsonl?|xlsx?|arrow)$/iu, 'dataset', 'document'],
  [/\.(?:pdf|md|txt|html?|docx?|pptx?|epub)$/iu, 'document', 'dataset'],
]

/** Things are asked for by their sort, and the tool is named for listing another sort. */
function listsOthers({ head }: KnownTool, { ideas }: Reading): boolean {
  if (!head.has('list')) return false
  const own = [...head].filter((idea) => thingIdeas.has(idea))
  const asked = ideas.map(({ idea }) => idea).filter((idea) => thingIdeas.has(idea))
  return own.length > 0 && asked.length > 0 && asked.every((idea) => !own.includes(idea))
}

/** What only few tools have a place for. */
const tellingOf = ({ entities, paths, ids, row, schedule }: Reading): readonly Span[] => [
  ...entities,
  ...paths,
  ...ids,
  ...(row ? [row] : []),
  ...(schedule ? [schedule] : []),
]

/** A name that the person gives is a sign too. */
const named = ({ known: { slots }, spans }: Filling): number =>
  slots.filter(({ name, kind }) => kind === 'new name' && spans.has(name)).length

/** A question, and a tool that takes one; something to find, and a tool that looks for it. */
const answers = (known: KnownTool, { text, ideas }: Reading): boolean =>
  (asksText(known) && questions.test(text)) ||
  (ideas.some(({ idea }) => idea === 'search') && known.slots.some(({ kind, required }) => kind === 'query' && required))

const asksText = ({ slots }: KnownTool): boolean => slots.some(({ kind, required }) => kind === 'question' && required)

const questions = /\?\s*$|\b(?:what|which|who|how|why|where|when|whether|ask|is|are|does|do|can|may|must|should)\b/iu

/** Words that no value and no idea of the tool accounts for; a tool that takes free text takes them. */
function unexplained({ known: { slots, about }, used, clause }: Filling): number {
  if (slots.some(({ kind }) => freeText.has(kind))) return 0
  return clause.ideas.filter(
    (hit) => hit.idea.startsWith('=') && !about.has(hit.idea) && used.every((span) => apart(span, { ...hit, text: '' })),
  ).length
}

const freeText: ReadonlySet<string> = new Set(['query', 'question', 'text', 'phrases'])

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
  const whole = all.filter(({ found, fits, candidate }) => fits && found > 1 && candidate.score >= leastFit)
  const [first, second] = whole.toSorted((left, right) => right.score - left.score)
  return first && first.score - (second?.score ?? 0) >= clearly ? first.candidate : undefined
}

/** What two names that have their place bring with them. */
const leastFit = 0

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
