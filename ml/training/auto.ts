/**
 * `auto`: every contender on every fold, quickest first and within a budget of time; then the best of them alone, or several
 * that answer together where that is better on most folds.
 */
import { Fault } from '../../platform/fault.ts'
import { isBetter } from '../evaluation/metrics.ts'
import { type Candidate, candidateOf, ranked, remeasured, scoresOf } from './candidates.ts'
import type { FoldScore } from './jobs.ts'
import type { Job } from './messages.ts'
import type { Walk } from './train.ts'

export interface Contest {
  /** Best first; a stack, if it won, before them all. */
  readonly candidates: readonly Candidate[]
  /** Weight of each algorithm in the winning stack; empty when one algorithm won. */
  readonly weights: Readonly<Record<string, number>>
  readonly warnings: readonly string[]
}

/** Share of the budget that is kept for fitting on all rows. */
const kept = 0.25

/** `seconds` is the budget; contenders that would not fit in it are left out and named in a warning. */
export async function contest(walk: Walk, { seconds, until }: { readonly seconds: number; readonly until: number }): Promise<Contest> {
  const { plan, crew, report } = walk
  const deadline = performance.now() + 1000 * seconds * (1 - kept)
  const scores = new Map<string, readonly FoldScore[]>()
  const left: string[] = []
  for (const [index, algorithm] of plan.candidates.entries()) {
    const share = (part: number): number => (until * (index + part)) / plan.candidates.length
    const stage = {
      from: share(0),
      to: share(1),
      message: `Cross-validating ${algorithm} on ${plan.foldNames.length} folds of ${plan.rows} rows`,
    }
    const progress = report(stage)
    progress(0)
    const [first, ...others] = foldJobs(walk, algorithm)
    if (first === undefined || (scores.size > 0 && performance.now() > deadline)) {
      left.push(algorithm)
      continue
    }
    const started = scoresOf(await crew.run([first], (fraction, point) => progress(fraction / plan.foldNames.length, point)))
    const expected = 1000 * (started[0]?.seconds ?? 0) * others.length
    if (scores.size > 0 && performance.now() + expected > deadline) {
      left.push(algorithm)
      continue
    }
    scores.set(algorithm, [...started, ...scoresOf(await crew.run(others, progress))])
  }
  const tried = ranked({ ...plan, candidates: [...scores.keys()] }, [...scores.values()].flat())
  const warnings =
    left.length === 0 ? [] : [`The time budget of ${seconds} s left no time for ${left.join(', ')}. Give more time to try them.`]
  return { ...(await stacked(walk, tried)), warnings }
}

const foldJobs = ({ plan, params, seed, key }: Walk, algorithm: string): readonly Job[] =>
  plan.foldNames.map((_, fold) => ({ key: key(`${algorithm}/${fold}`), kind: 'fold', algorithm, fold, seed, params: params(algorithm) }))

/** Adds the stack as a candidate of its own where it wins. */
async function stacked({ plan, crew, key }: Walk, tried: readonly Candidate[]): Promise<Omit<Contest, 'warnings'>> {
  const [best] = tried
  if (best === undefined || tried.length < 2) return { candidates: tried, weights: {} }
  const all = tried.map(({ scores }) => scores.map((fold) => fold.scores ?? new Float64Array(0)))
  const [result] = await crew.run([{ key: key('stack'), kind: 'stack', candidates: all }], () => undefined)
  if (result?.kind !== 'stacked') throw new Fault('internal', 'The stacking gave no weights.')
  const { weights, metrics, scores } = result.stacked
  const folds = best.scores.map((fold, i) => ({ ...fold, metrics: metrics[i] ?? fold.metrics, scores: scores[i] ?? new Float64Array(0) }))
  const stack = remeasured({ ...candidateOf('stack', plan.foldNames, folds), seconds: 0 }, metrics)
  if (!wins(stack, best, plan.metric)) return { candidates: tried, weights: {} }
  const named = Object.fromEntries(tried.flatMap(({ algorithm }, i) => ((weights[i] ?? 0) > 0 ? [[algorithm, weights[i] ?? 0]] : [])))
  return { candidates: [stack, ...tried], weights: named }
}

/** Better in the mean and on most folds: several models are harder to explain than one, so luck is not enough. */
function wins(stack: Candidate, best: Candidate, metric: string): boolean {
  const better = (a: Candidate['metrics'], b: Candidate['metrics']): boolean =>
    isBetter(metric, a[metric] ?? Number.NaN, b[metric] ?? Number.NaN)
  const folds = stack.folds.filter((fold, i) => better(fold.metrics, best.folds[i]?.metrics ?? {})).length
  return better(stack.metrics, best.metrics) && 2 * folds > stack.folds.length
}

/** Fits the members of a stack on all rows, side by side, and joins them to one model. */
export async function fitStack(walk: Walk, weights: Readonly<Record<string, number>>, { from, calibration }: StackFit) {
  const { plan, crew, params, seed, key, report } = walk
  const names = Object.keys(weights)
  const progress = report({ from, to: 1, message: `Fitting ${names.join(', ')} on all ${plan.rows} rows` })
  const jobs = names.map((algorithm): Job => ({ key: key(`${algorithm}/all`), kind: 'all', algorithm, seed, params: params(algorithm) }))
  const members = (await crew.run(jobs, progress)).flatMap((result, i) =>
    result.kind === 'fitted' ? [{ model: result.model, weight: weights[names[i] ?? ''] ?? 0 }] : [],
  )
  const [result] = await crew.run([{ key: key('stack/all'), kind: 'join', members, ...(calibration && { calibration }) }], () => undefined)
  if (result?.kind !== 'fitted') throw new Fault('internal', 'The stack could not be joined.')
  return result
}

type StackFit = { readonly from: number } & Pick<Extract<Job, { kind: 'join' }>, 'calibration'>
