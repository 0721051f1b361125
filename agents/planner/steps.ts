/** The clauses of a message as steps: a tool for each, weak clauses joined to their neighbours, values handed on. */

import { carryFrom } from './carry.ts'
import { choose, type Situation } from './choose.ts'
import { type Clause, clausesOf, joined, textOf } from './clauses.ts'
import { type Carry, type Draft, draftsOf } from './draft.ts'
import { isEntityKind } from './entities.ts'
import { type Reading, within } from './reading.ts'
import { type Candidate, says } from './retrieve.ts'

interface Step {
  readonly clause: Clause
  readonly best: Candidate | undefined
}

export interface Steps {
  readonly drafts: readonly Draft[]
  /** Something was forbidden in so many words. */
  readonly forbidden: boolean
}

/** More than this is a pasted text, not a request. */
const mostSteps = 16

export function stepsOf(situation: Situation): Steps {
  const clauses = clausesOf(situation.reading)
  const forbidden = clauses.some((clause) => clause.negated)
  const whole: Situation = { ...situation, recall: fromMessage(situation) }
  const asked = clauses.filter((clause) => !clause.negated).slice(0, mostSteps)
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

/** Joins what belongs together: a clause without a tool, a question with the order that follows it, the same deed twice. */
function join(clauses: readonly Clause[], situation: Situation): readonly Step[] {
  const out: Sketch[] = []
  for (const clause of clauses) {
    const earlier = out.flatMap(({ drafts }) => drafts)
    const step = { clause, best: choose(situation, clause, earlier) }
    const last = out.at(-1)
    if (last && belongs(last, step, situation)) {
      const both = joined(last.clause, clause)
      const before = out.slice(0, -1).flatMap(({ drafts }) => drafts)
      out[out.length - 1] = sketch(
        { clause: both, best: last.best ? (choose(situation, both, before) ?? last.best) : step.best },
        situation,
        before,
      )
    } else out.push(sketch(step, situation, earlier))
  }
  return out.filter(({ best }) => best !== undefined)
}

/** A step with its calls as they stand so far, for what they hand on. */
interface Sketch extends Step {
  readonly drafts: readonly Draft[]
}

function sketch(step: Step, { reading, world, recall }: Situation, earlier: readonly Draft[]): Sketch {
  const { start, end } = step.clause
  const carry = carryFrom(earlier, recall)
  return { ...step, drafts: step.best ? draftsOf(step.best.known, reading, { start, end, world, carry }) : [] }
}

function belongs(last: Sketch, step: Step, situation: Situation): boolean {
  const { reading, world } = situation
  if (!last.best) return step.clause.condition === undefined || !step.clause.next
  if (!step.best) return true
  if (isBare(within(reading, step.clause)) && last.clause.condition === undefined && !step.clause.next) return true
  const question = textOf(reading, last.clause).trimEnd().endsWith('?')
  const own = within(reading, step.clause)
  if (last.best.known === step.best.known) return !renamed(last, step, reading)
  if (step.clause.next || step.clause.condition !== undefined) return false
  if (question && says(within(reading, last.clause), ...step.best.known.head)) return true
  const carry = carryFrom(last.drafts, situation.recall)
  const [draft] = draftsOf(step.best.known, reading, { start: step.clause.start, end: step.clause.end, world, carry })
  const lacksName = step.best.known.slots.some((slot) => isEntityKind(slot.kind) && draft?.missing.includes(slot.name))
  return own.entities.length === 0 && (lacksName || (step.best.evidence < 1.6 && (draft?.missing.length ?? 0) > 0 && !hasPronoun(own)))
}

/** Values and no deed: "I need recall and precision". */
const isBare = ({ ideas, entities }: Reading): boolean =>
  entities.length === 0 && ideas.every(({ idea, weight }) => weight < 0.8 || idea.startsWith('='))

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
