/** How good the candidates are that a candidate is most like: what fits a query comes in groups that resemble each other. */
import type { Holders } from './holders.ts'

const companions = 8

/** The mean score of the nearest candidates (cosine of tf-idf within the candidates), weighed by likeness; 0 for one with none. */
export function company(holders: Holders, scores: readonly number[]): readonly number[] {
  const size = scores.length
  const likeness = likenessOf(holders, size)
  return scores.map((_, row) => meanOfNearest(likeness.subarray(row * size, (row + 1) * size), scores, row))
}

function meanOfNearest(likeness: Float64Array, scores: readonly number[], self: number): number {
  let total = 0
  let sum = 0
  for (const column of nearest(likeness, self)) {
    total += likeness[column] ?? 0
    sum += (likeness[column] ?? 0) * (scores[column] ?? 0)
  }
  return total > 0 ? sum / total : 0
}

/** The most alike, by insertion into a short list: sorting a hundred for eight costs ten times as much. */
function nearest(likeness: Float64Array, self: number): readonly number[] {
  const best: number[] = []
  for (let column = 0; column < likeness.length; column++) {
    const value = likeness[column] ?? 0
    const last = best[companions - 1]
    if (column === self || (last !== undefined && value <= (likeness[last] ?? 0))) continue
    let at = Math.min(best.length, companions - 1)
    while (at > 0 && value > (likeness[best[at - 1] ?? 0] ?? 0)) {
      best[at] = best[at - 1] ?? 0
      at--
    }
    best[at] = column
  }
  return best
}

interface Sums {
  readonly size: number
  readonly cosines: Float64Array
  readonly lengths: Float64Array
}

/** Cosines of all pairs, row by row. Flat arrays in place: four times faster than maps of maps for 100 passages. */
function likenessOf(holders: Holders, size: number): Float64Array {
  const sums: Sums = { size, cosines: new Float64Array(size * size), lengths: new Float64Array(size) }
  for (const list of holders.values()) addWord(list, sums)
  divideByLengths(sums)
  return sums.cosines
}

/** Adds one word's part to every pair that has it. Read twice rather than copied: there are thousands of words. */
function addWord(list: readonly number[], { size, cosines, lengths }: Sums): void {
  const idf = Math.log((size + 1) / (list.length / 2))
  for (let left = 0; left < list.length; left += 2) {
    const row = list[left] ?? 0
    const weight = weightOf(list[left + 1] ?? 1, idf)
    lengths[row] = (lengths[row] ?? 0) + weight * weight
    for (let right = left + 2; right < list.length; right += 2) {
      const at = row * size + (list[right] ?? 0)
      cosines[at] = (cosines[at] ?? 0) + weight * weightOf(list[right + 1] ?? 1, idf)
    }
  }
}

/** 1 + ln(count), ready for the counts that occur: asked for millions of times. */
const saturations = Float64Array.from({ length: 64 }, (_, count) => (count === 0 ? 0 : 1 + Math.log(count)))
const weightOf = (count: number, idf: number): number => (saturations[count] ?? 1 + Math.log(count)) * idf

/** Rows come in order, so that only the half above the diagonal was summed; the other half is its mirror. */
function divideByLengths({ size, cosines, lengths }: Sums): void {
  for (let row = 0; row < size; row++) {
    for (let column = row + 1; column < size; column++) {
      const length = Math.sqrt((lengths[row] ?? 0) * (lengths[column] ?? 0))
      const cosine = length > 0 ? (cosines[row * size + column] ?? 0) / length : 0
      cosines[row * size + column] = cosine
      cosines[column * size + row] = cosine
    }
  }
}
