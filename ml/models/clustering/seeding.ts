/** Where k-means begins: centres far apart, drawn with chance proportional to the squared distance from those before. */
import { at } from '../at.ts'
import { squaredDistance } from '../points/distance.ts'
import type { Points } from '../points/encoding.ts'

export interface SeedingOptions {
  readonly random: () => number
  /** How much each row counts; undefined: all the same. */
  readonly weights: Float64Array | undefined
}

/**
 * k-means++ (Arthur & Vassilvitskii 2007) in its greedy form: of 2 + ln k draws, each next centre is the one that leaves
 * the least distance. Returns `count x width` numbers.
 */
export function seedCentres(points: Points, count: number, { random, weights }: SeedingOptions): Float64Array {
  const { rows, width, values } = points
  const centres = new Float64Array(count * width)
  const draws = 2 + Math.floor(Math.log(count))
  const chance = weights ? weights.slice() : new Float64Array(rows).fill(1)
  let nearest = new Float64Array(rows).fill(Number.POSITIVE_INFINITY)
  let best = new Float64Array(rows)
  let trial = new Float64Array(rows)
  for (let c = 0; c < count; c++) {
    let least = Number.NaN
    for (let draw = 0; draw < (c === 0 ? 1 : draws); draw++) {
      const row = drawn(chance, random())
      const left = distancesWith({ points, nearest, weights }, row, trial)
      if (left >= least) continue
      least = left
      centres.set(values.subarray(row * width, (row + 1) * width), c * width)
      ;[best, trial] = [trial, best]
    }
    ;[nearest, best] = [best, nearest]
    for (let row = 0; row < rows; row++) chance[row] = at(nearest, row) * (weights ? at(weights, row) : 1)
  }
  return centres
}

/** The index at which the running sum of `chance` passes the share `u` of its total; the last when all are 0. */
function drawn(chance: Float64Array, u: number): number {
  let total = 0
  for (let i = 0; i < chance.length; i++) total += at(chance, i)
  let rest = u * total
  for (let i = 0; i < chance.length; i++) {
    rest -= at(chance, i)
    if (rest < 0) return i
  }
  return chance.length - 1
}

interface Seeding {
  readonly points: Points
  readonly nearest: Float64Array
  readonly weights: Float64Array | undefined
}

/** Writes each row's squared distance to its nearest centre if `row` became one too; returns their weighted sum. */
function distancesWith({ points, nearest, weights }: Seeding, row: number, into: Float64Array): number {
  const { rows, width, values } = points
  let sum = 0
  for (let i = 0; i < rows; i++) {
    const away = Math.min(at(nearest, i), squaredDistance(values, i * width, values, row * width, width))
    into[i] = away
    sum += away * (weights ? at(weights, i) : 1)
  }
  return sum
}
