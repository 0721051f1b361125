/**
 * A few trials side by side. The cross-validation is cut into legs (folds, or growing parts of the rows), and after each
 * leg those that are behind drop out. What a trial is measured against was settled before the race began or stands in the
 * race itself, so the outcome does not depend on who was faster.
 */
import { isBetter, type Metrics } from '../evaluation/metrics.ts'
import { type Candidate, candidateOf, scoresOf } from '../training/candidates.ts'
import type { Crew, CrewProgress } from '../training/crew.ts'
import type { FoldScore } from '../training/jobs.ts'
import type { Job, Result } from '../training/messages.ts'
import type { Params } from '../training/params.ts'
import type { Trial } from './trial.ts'

export const stoppings = ['none', 'median', 'successive_halving'] as const
/** `median` (Golovin et al. 2017) and `successive_halving` (Jamieson & Talwalkar 2016), which keeps a third each time. */
export type Stopping = (typeof stoppings)[number]

export interface Entrant {
  readonly number: number
  readonly tried: Params
  readonly params: Params
}

export interface RaceParts {
  readonly crew: Crew
  readonly algorithm: string
  readonly seed: number
  readonly foldNames: readonly string[]
  readonly metric: string
  readonly stopping: Stopping
  readonly key: (job: string) => string
  /** Trials of earlier races. */
  readonly before: readonly Trial[]
  /** Whether there is time for another leg. */
  readonly timeLeft: () => boolean
  readonly progress: CrewProgress
}

interface Leg {
  readonly folds: readonly number[]
  /** Of the training rows. */
  readonly share: number
  /** Of the whole cross-validation, when this leg is done. */
  readonly done: number
}

const shares = [1 / 9, 1 / 3, 1] as const

/** Trials that race together: as many as keep four threads busy, or as halve twice to one. */
export const raceSize: Readonly<Record<Stopping, number>> = { none: 4, median: 4, successive_halving: 9 }

function legsOf(stopping: Stopping, count: number): readonly Leg[] {
  const folds = Array.from({ length: count }, (_, fold) => fold)
  if (stopping === 'median') return folds.map((fold) => ({ folds: [fold], share: 1, done: (fold + 1) / count }))
  if (stopping === 'successive_halving') return shares.map((share) => ({ folds, share, done: share }))
  return [{ folds, share: 1, done: 1 }]
}

interface Runner extends Entrant {
  readonly scores: readonly FoldScore[]
  readonly candidate: Candidate
  readonly done: number
  readonly reason?: string
}

/** The trials in the order of the entrants. */
export async function race(entrants: readonly Entrant[], parts: RaceParts): Promise<readonly Trial[]> {
  const legs = legsOf(parts.stopping, parts.foldNames.length)
  const ended: Trial[] = []
  let live = entrants.map((entrant): Runner => ({ ...entrant, scores: [], candidate: candidateOf(parts.algorithm, [], []), done: 0 }))
  for (const [at, leg] of legs.entries()) {
    const progress: CrewProgress = (fraction) => parts.progress((at + fraction) / legs.length)
    const ran = await runLeg(live, leg, { ...parts, progress })
    ended.push(...ran.filter(({ reason }) => reason !== undefined).map((runner) => trialOf(runner, 'failed', parts.metric)))
    const able = ran.filter(({ reason }) => reason === undefined)
    if (at === legs.length - 1) ended.push(...able.map((runner) => trialOf(runner, 'finished', parts.metric)))
    const ahead = at === legs.length - 1 ? [] : parts.timeLeft() ? survivors(able, leg, parts) : []
    if (at < legs.length - 1)
      ended.push(...able.filter((each) => !ahead.includes(each)).map((each) => trialOf(each, 'stopped', parts.metric)))
    live = [...ahead]
    if (live.length === 0) break
  }
  return ended.toSorted((a, b) => a.number - b.number)
}

async function runLeg(live: readonly Runner[], leg: Leg, parts: RaceParts): Promise<readonly Runner[]> {
  const { algorithm, seed, key } = parts
  const jobs = live.flatMap(({ number, params }) =>
    leg.folds.map(
      (fold): Job => ({
        key: key(`trial ${number}/${leg.share}/${fold}`),
        ...{ kind: 'fold', algorithm, params, seed, fold, share: leg.share, keepScores: false, mayFail: true },
      }),
    ),
  )
  const results = await parts.crew.run(jobs, parts.progress)
  return live.map((runner, i) => afterLeg(runner, leg, results.slice(i * leg.folds.length, (i + 1) * leg.folds.length), parts))
}

/** Folds add up; on a larger part of the rows everything is measured anew. */
function afterLeg(runner: Runner, leg: Leg, results: readonly Result[], { algorithm, foldNames, stopping }: RaceParts): Runner {
  const refused = results.find((result) => result.kind === 'refused')
  if (refused !== undefined) return { ...runner, reason: refused.reason }
  const fresh = scoresOf(results)
  const scores = stopping === 'median' ? [...runner.scores, ...fresh] : fresh
  return { ...runner, scores, candidate: candidateOf(algorithm, foldNames, scores), done: leg.done }
}

const scoreIn = (metrics: Metrics, metric: string): number => metrics[metric] ?? Number.NaN

/** Who goes on after a leg that was not the last. */
function survivors(able: readonly Runner[], leg: Leg, { stopping, metric, before }: RaceParts): readonly Runner[] {
  const value = ({ candidate }: Runner): number => scoreIn(candidate.metrics, metric)
  if (stopping === 'successive_halving') {
    const sorted = able.toSorted((a, b) => (isBetter(metric, value(a), value(b)) ? -1 : isBetter(metric, value(b), value(a)) ? 1 : 0))
    return sorted.slice(0, Math.ceil(able.length / 3))
  }
  const count = Math.max(...leg.folds) + 1
  const others = before.flatMap(({ candidate: { folds } }) => (folds.length >= count ? [meanOf(folds.slice(0, count), metric)] : []))
  return able.filter((runner) => !isBehind(value(runner), others, metric))
}

const meanOf = (folds: Candidate['folds'], metric: string): number =>
  folds.reduce((sum, { metrics }) => sum + scoreIn(metrics, metric), 0) / folds.length

/** Fewer others than this say too little. */
const fewestOthers = 4

/** Worse than the median of what others had at the same fold. */
export function isBehind(value: number, others: readonly number[], metric: string): boolean {
  const sorted = others.filter((each) => !Number.isNaN(each)).sort((a, b) => a - b)
  if (sorted.length < fewestOthers) return false
  const middle = (sorted.length - 1) / 2
  const median = ((sorted[Math.floor(middle)] ?? 0) + (sorted[Math.ceil(middle)] ?? 0)) / 2
  return isBetter(metric, median, value)
}

function trialOf({ number, tried, params, candidate, done, reason }: Runner, state: Trial['state'], metric: string): Trial {
  return { number, tried, params, candidate, done, state, value: candidate.metrics[metric], ...(reason !== undefined && { reason }) }
}
