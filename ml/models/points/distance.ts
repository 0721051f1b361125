/** Squared Euclidean distances between rows that lie end to end. */
import { at } from '../at.ts'

/** Between the `width` numbers of `a` from index `i` and those of `b` from index `j`. */
export function squaredDistance(a: Float64Array, i: number, b: Float64Array, j: number, width: number): number {
  let sum = 0
  for (let k = 0; k < width; k++) {
    const away = at(a, i + k) - at(b, j + k)
    sum += away * away
  }
  return sum
}

/** The row of `centres` (`width` numbers each) nearest to the row of `values` that begins at `from`; the first of equals. */
export function nearestRow(centres: Float64Array, values: Float64Array, from: number, width: number): number {
  let best = 0
  let least = Number.POSITIVE_INFINITY
  for (let k = 0; k * width < centres.length; k++) {
    const away = squaredDistance(values, from, centres, k * width, width)
    if (away < least) {
      least = away
      best = k
    }
  }
  return best
}
