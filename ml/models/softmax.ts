/** Turns raw scores into probabilities, in place. */
import { at } from './at.ts'

/** Shifted by the largest, so that nothing overflows. */
export function softmax(scores: Float64Array): void {
  softmaxRows(scores, scores.length)
}

/** Row by row of `width` scores, without a view of each. */
export function softmaxRows(scores: Float64Array, width: number): void {
  for (let start = 0; start + width <= scores.length && width > 0; start += width) {
    let top = Number.NEGATIVE_INFINITY
    for (let i = start; i < start + width; i++) top = Math.max(top, at(scores, i))
    let sum = 0
    for (let i = start; i < start + width; i++) {
      scores[i] = Math.exp(at(scores, i) - top)
      sum += at(scores, i)
    }
    for (let i = start; i < start + width; i++) scores[i] = at(scores, i) / sum
  }
}

export const sigmoid = (logOdds: number): number => 1 / (1 + Math.exp(-logOdds))
