/** Which tool a clause asks for: the best ranked ones tried in earnest, and what the clause names where no word says a deed. */
import { carryFrom } from './carry.ts'
import type { Clause } from './clauses.ts'
import type { Span, World } from './contract.ts'
import { type Carry, type Draft, draftsFrom } from './draft.ts'
import { apart, isEntityKind } from './entities.ts'
import { fill } from './fill.ts'
import type { Filling } from './filling.ts'
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
  const few = ranked
    .slice(0, 4)
    .filter(
      ({ evidence, score }, at) => evidence >= (at === 0 ? leastEvidence : Math.max(leastEvidence, 0.55 * most)) && score >= leastScore,
    )
  const tries = tried(few, reading, { ...clause, world, carry })
  const best = tries.reduce<Tried | undefined>((top, other) => (top === undefined || other.score > top.score ? other : top), undefined)
  if (best?.whole) return best.candidate
  const several = tellingOf(part).length > 1 ? ranked.filter(quietly) : []
  return bySignature(tried(several, reading, { ...clause, world, carry })) ?? best?.candidate
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
      found: telling.filter((one) => filling.used.some((used) => !apart(used, one))).length,
      whole: lacks.length === 0,
      fits: lacks.length === 0 && telling.every((one) => filling.used.some((used) => !apart(used, one))),
      score: candidate.score - lacks.reduce((sum, slot) => sum + burden(slot, filling.clause), 0) - left * 0.3 - others * 0.15,
    }
  })
}

/** What is asked for without a name ("into a collection") is no sign of another tool; neither is a number that may be asked for. */
const burden = ({ kind }: Slot, clause: Reading): number => (saysSort(kind, clause) ? 0.1 : isEntityKind(kind) ? 0.4 : 0.2)

const saysSort = (kind: string, { words }: Reading): boolean => isEntityKind(kind) && words.some((word) => word.stem === stem(kind))

/** What only few tools have a place for. */
const tellingOf = ({ entities, paths, ids, row, schedule }: Reading): readonly Span[] => [
  ...entities,
  ...paths,
  ...ids,
  ...(row ? [row] : []),
  ...(schedule ? [schedule] : []),
]

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
const leastFit = 0.4

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
