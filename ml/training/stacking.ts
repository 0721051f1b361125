/**
 * How candidates should answer together: starting from the best, the candidate that helps the mean most is added again
 * and again, repeats allowed, and how often each was taken is its weight (Caruana et al. 2004, ensemble selection).
 */
import { isBetter, measure, type Scored } from '../evaluation/metrics.ts'

export interface OutOfFold {
  /** Scores of every tested row, each by a model that had not seen it: `rows x outputs`. */
  readonly scores: Float64Array
}

export interface StackingOptions {
  /** What is made better. */
  readonly metric: string
  /** How many candidates are taken, with repeats. */
  readonly picks?: number
}

/** Shares by candidate, adding up to 1. `truth` is the targets of the same rows. The earlier candidate wins a tie. */
export function stackingWeights(
  candidates: readonly OutOfFold[],
  truth: Omit<Scored, 'scores'>,
  { metric, picks = 25 }: StackingOptions,
): readonly number[] {
  const counts = new Array<number>(candidates.length).fill(0)
  const size = candidates[0]?.scores.length ?? 0
  const sum = new Float64Array(size)
  const trial = new Float64Array(size)
  let best = Number.NaN
  for (let taken = 1; taken <= picks; taken++) {
    let chosen = -1
    for (const [index, { scores }] of candidates.entries()) {
      for (let i = 0; i < size; i++) trial[i] = ((sum[i] ?? 0) + (scores[i] ?? 0)) / taken
      const value = measure({ ...truth, scores: trial })[metric] ?? Number.NaN
      if (Number.isNaN(value) || !(Number.isNaN(best) || isBetter(metric, value, best))) continue
      best = value
      chosen = index
    }
    /** Nothing helps any more: a repeat of what is there would only keep the shares. */
    if (chosen < 0) break
    counts[chosen] = (counts[chosen] ?? 0) + 1
    add(sum, candidates[chosen]?.scores ?? sum)
  }
  const total = counts.reduce((all, count) => all + count, 0)
  return counts.map((count, index) => (total === 0 ? (index === 0 ? 1 : 0) : count / total))
}

/** The weighted mean of the candidates' scores. */
export function stackedScores(candidates: readonly OutOfFold[], weights: readonly number[]): Float64Array {
  const sum = new Float64Array(candidates[0]?.scores.length ?? 0)
  for (const [index, { scores }] of candidates.entries()) {
    const weight = weights[index] ?? 0
    if (weight > 0) for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] ?? 0) + weight * (scores[i] ?? 0)
  }
  return sum
}

function add(sum: Float64Array, scores: Float64Array): void {
  for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] ?? 0) + (scores[i] ?? 0)
}
