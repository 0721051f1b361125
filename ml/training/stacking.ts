/**
 * How candidates should answer together: the candidate that helps the mean most is added again and again, repeats allowed,
 * and how often each was taken on the way to the best mean is its weight (Caruana et al. 2004, ensemble selection).
 */
import { type Metrics, measure } from '../evaluation/metrics.ts'
import { outputs, type Problem } from '../models/problem.ts'
import type { Plan } from './plan.ts'

export interface StackedFolds {
  /** By candidate, adding up to 1: for the models fitted on all rows. */
  readonly weights: readonly number[]
  /** Fold by fold, each by weights that were chosen on the other folds. */
  readonly metrics: readonly Metrics[]
  readonly scores: readonly Float64Array[]
}

/** `candidates` has, for each, the scores of each fold's test rows by a model that had not seen them. */
export function stackFolds(
  { problem, folds }: Pick<Plan, 'problem' | 'folds'>,
  candidates: readonly (readonly Float64Array[])[],
): StackedFolds {
  const truths = folds.map(({ test }) => Float64Array.from(test, (row) => problem.target[row] ?? 0))
  const chosenOn = (kept: readonly number[]): readonly number[] =>
    stackingWeights(
      candidates.map((scores) => joined(kept.map((fold) => scores[fold] ?? new Float64Array(0)))),
      { ...problem, target: joined(kept.map((fold) => truths[fold] ?? new Float64Array(0))) },
    )
  const all = [...folds.keys()]
  const scores = all.map((fold) => {
    const weights = chosenOn(all.filter((other) => other !== fold))
    return weightedMean(
      candidates.map((each) => each[fold] ?? new Float64Array(0)),
      weights,
    )
  })
  const { task, classes } = problem
  const metrics = scores.map((own, fold) => measure({ task, classes, target: truths[fold] ?? new Float64Array(0), scores: own }))
  return { weights: chosenOn(all), metrics, scores }
}

const picks = 25

/** Shares by candidate, adding up to 1: those with the least squared error, or log loss. The earlier candidate wins a tie. */
export function stackingWeights(
  candidates: readonly Float64Array[],
  truth: Pick<Problem, 'task' | 'classes' | 'target'>,
): readonly number[] {
  const sum = new Float64Array(candidates[0]?.length ?? 0)
  const trial = new Float64Array(sum.length)
  const counts = new Array<number>(candidates.length).fill(0)
  let best: { readonly loss: number; readonly counts: readonly number[] } = {
    loss: Number.POSITIVE_INFINITY,
    counts: counts.map((_, index) => (index === 0 ? 1 : 0)),
  }
  for (let taken = 1; taken <= picks; taken++) {
    const losses = candidates.map((scores) => {
      for (let i = 0; i < sum.length; i++) trial[i] = ((sum[i] ?? 0) + (scores[i] ?? 0)) / taken
      return lossOf(trial, truth)
    })
    const chosen = losses.indexOf(Math.min(...losses))
    const scores = candidates[chosen]
    if (scores === undefined) break
    counts[chosen] = (counts[chosen] ?? 0) + 1
    for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] ?? 0) + (scores[i] ?? 0)
    /** A step that helps nothing may lead to one that does: what counts is the best point of the way. */
    const loss = losses[chosen] ?? Number.POSITIVE_INFINITY
    if (loss < best.loss) best = { loss, counts: [...counts] }
  }
  const total = best.counts.reduce((all, count) => all + count, 0)
  return best.counts.map((count) => count / total)
}

/** Mean squared error, or mean log loss: smooth, so that small steps show, and quick. */
function lossOf(scores: Float64Array, { task, classes, target }: Pick<Problem, 'task' | 'classes' | 'target'>): number {
  const width = outputs({ task, classes })
  let sum = 0
  for (let row = 0; row < target.length; row++) {
    const y = target[row] ?? 0
    if (task === 'regression') sum += ((scores[row] ?? 0) - y) ** 2
    else sum -= Math.log(Math.max(1e-15, scores[row * width + y] ?? 0))
  }
  return sum / Math.max(1, target.length)
}

export function weightedMean(candidates: readonly Float64Array[], weights: readonly number[]): Float64Array {
  const mean = new Float64Array(candidates[0]?.length ?? 0)
  for (const [index, scores] of candidates.entries()) {
    const weight = weights[index] ?? 0
    if (weight > 0) for (let i = 0; i < mean.length; i++) mean[i] = (mean[i] ?? 0) + weight * (scores[i] ?? 0)
  }
  return mean
}

function joined(parts: readonly Float64Array[]): Float64Array {
  const all = new Float64Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}
