/** Turns raw scores into probabilities, in place. */
import { at } from './at.ts'

/** Shifted by the largest, so that nothing overflows. */
export function softmax(scores: Float64Array): void {
  let top = Number.NEGATIVE_INFINITY
  for (let k = 0; k < scores.length; k++) top = Math.max(top, at(scores, k))
  let sum = 0
  for (let k = 0; k < scores.length; k++) {
    scores[k] = Math.exp(at(scores, k) - top)
    sum += at(scores, k)
  }
  for (let k = 0; k < scores.length; k++) scores[k] = at(scores, k) / sum
}

export const sigmoid = (logOdds: number): number => 1 / (1 + Math.exp(-logOdds))
