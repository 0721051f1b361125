/** Judges a forest by rows that its trees have not seen: each row by the trees that were not grown on it (Breiman 1996). */
import { addAt, at } from '../at.ts'
import { chosenClass, outputs, type Problem } from '../problem.ts'
import type { Grown } from './grow.ts'

export interface Votes {
  /** By row: answers added up, in the order of the trees. */
  readonly sums: Float64Array
  /** By row: how many trees answered. */
  readonly judged: Int32Array
}

export const newVotes = (problem: Problem): Votes => ({
  sums: new Float64Array(problem.rows * outputs(problem)),
  judged: new Int32Array(problem.rows),
})

export function addVotes({ sums, judged }: Votes, { trees, outside }: Grown): void {
  const { width, leafValue } = trees
  for (let row = 0; row < outside.length; row++) {
    const leaf = outside[row] ?? -1
    if (leaf < 0) continue
    judged[row] = (judged[row] ?? 0) + 1
    for (let k = 0; k < width; k++) addAt(sums, row * width + k, at(leafValue, leaf * width + k))
  }
}

/** Accuracy or R² over the rows that were judged; null when there are none, or R² has no meaning. */
export function outOfBagScore(problem: Problem, votes: Votes): number | null {
  const score = problem.task === 'regression' ? explained(problem, votes) : accuracy(problem, votes)
  return Number.isFinite(score) ? score : null
}

function accuracy({ rows, classes, target }: Problem, { sums, judged }: Votes): number {
  let count = 0
  let hits = 0
  for (let row = 0; row < rows; row++) {
    if ((judged[row] ?? 0) === 0) continue
    count++
    if (chosenClass(sums, row * classes, classes) === target[row]) hits++
  }
  return hits / count
}

function explained({ rows, target }: Problem, { sums, judged }: Votes): number {
  let count = 0
  let sum = 0
  for (let row = 0; row < rows; row++) {
    if ((judged[row] ?? 0) === 0) continue
    count++
    sum += at(target, row)
  }
  let missed = 0
  let spread = 0
  for (let row = 0; row < rows; row++) {
    if ((judged[row] ?? 0) === 0) continue
    missed += (at(target, row) - at(sums, row) / (judged[row] ?? 1)) ** 2
    spread += (at(target, row) - sum / count) ** 2
  }
  return 1 - missed / spread
}
