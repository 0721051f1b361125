/**
 * Moves k centres to the middle of their rows until none moves: Lloyd's algorithm. Hamerly's two bounds spare most of the
 * distances: a row that is surely nearer to its own centre than to any other need not look.
 *
 *   upper[row] >= distance to its own centre      lower[row] <= distance to the second nearest
 *   apart[c]   =  half the way from centre c to the next     upper <= max(lower, apart[own]): the row stays
 */
import { addAt, at } from '../at.ts'
import { squaredDistance } from '../points/distance.ts'
import type { Points } from '../points/encoding.ts'

/** All there is to know between two sweeps, as structured-clone data. */
export interface LloydState {
  /** `k x width`. */
  readonly centres: Float64Array
  readonly labels: Int32Array
  readonly upper: Float64Array
  readonly lower: Float64Array
}

/** What rows and weights a sweep reads; `weights` undefined: all rows count the same. */
export interface Weighed {
  readonly points: Points
  readonly weights: Float64Array | undefined
}

/** Every row with its nearest centre. */
export function assigned({ points }: Weighed, centres: Float64Array): LloydState {
  const { rows } = points
  const state = { centres, labels: new Int32Array(rows), upper: new Float64Array(rows), lower: new Float64Array(rows) }
  for (let row = 0; row < rows; row++) lookAtAll(points, state, row)
  return state
}

/** The nearest centre (the first of equals) and both bounds, exactly. */
function lookAtAll({ width, values }: Points, { centres, labels, upper, lower }: LloydState, row: number): void {
  let own = 0
  let least = Number.POSITIVE_INFINITY
  let second = Number.POSITIVE_INFINITY
  for (let c = 0; c * width < centres.length; c++) {
    const away = squaredDistance(values, row * width, centres, c * width, width)
    if (away < least) {
      second = least
      least = away
      own = c
    } else if (away < second) second = away
  }
  labels[row] = own
  upper[row] = Math.sqrt(least)
  lower[row] = Math.sqrt(second)
}

/** Sum of the weighted squared distances of the rows to their centres. */
export function inertiaOf({ points: { rows, width, values }, weights }: Weighed, { centres, labels }: LloydState): number {
  let sum = 0
  for (let row = 0; row < rows; row++) {
    const away = squaredDistance(values, row * width, centres, (labels[row] ?? 0) * width, width)
    sum += weights ? away * at(weights, row) : away
  }
  return sum
}

/**
 * One sweep, in place: centres to the means of their rows, then rows to their nearest centres. A centre without rows goes
 * to the row farthest from its own, as scikit-learn does. Returns the sum of the squared ways the centres moved; 0 once
 * nothing changes.
 */
export function sweep(data: Weighed, state: LloydState): number {
  const { width, values, rows } = data.points
  const { centres } = state
  const before = centres.slice()
  centres.set(meansOf(data, state))
  const moved = new Float64Array(centres.length / width)
  let shift = 0
  for (let c = 0; c < moved.length; c++) {
    const away = squaredDistance(before, c * width, centres, c * width, width)
    moved[c] = Math.sqrt(away)
    shift += away
  }
  if (shift === 0) return 0
  const apart = halfWays(centres, width)
  loosen(state, moved)
  for (let row = 0; row < rows; row++) {
    const own = state.labels[row] ?? 0
    const bound = Math.max(at(apart, own), at(state.lower, row))
    if (at(state.upper, row) <= bound) continue
    const away = Math.sqrt(squaredDistance(values, row * width, centres, own * width, width))
    state.upper[row] = away
    if (away > bound) lookAtAll(data.points, state, row)
  }
  return shift
}

function meansOf({ points: { rows, width, values }, weights }: Weighed, state: LloydState): Float64Array {
  const { centres, labels } = state
  const sums = new Float64Array(centres.length)
  const counts = new Float64Array(centres.length / width)
  for (let row = 0; row < rows; row++) {
    const c = labels[row] ?? 0
    const weight = weights ? at(weights, row) : 1
    addAt(counts, c, weight)
    for (let k = 0; k < width; k++) addAt(sums, c * width + k, weight * at(values, row * width + k))
  }
  if (counts.includes(0)) fillEmpty({ points: { rows, width, values }, weights }, state, { sums, counts })
  for (let c = 0; c < counts.length; c++)
    for (let k = 0; k < width; k++)
      sums[c * width + k] = at(counts, c) > 0 ? at(sums, c * width + k) / at(counts, c) : at(centres, c * width + k)
  return sums
}

/** Gives each centre without rows the row that is farthest from its own, which its old centre loses. */
function fillEmpty(data: Weighed, state: LloydState, into: { sums: Float64Array; counts: Float64Array }): void {
  const { rows, width, values } = data.points
  const { sums, counts } = into
  const away = Float64Array.from({ length: rows }, (_, row) =>
    squaredDistance(values, row * width, state.centres, (state.labels[row] ?? 0) * width, width),
  )
  for (const c of counts.keys()) {
    if (at(counts, c) > 0) continue
    const far = indexOfMost(away)
    if (at(away, far) === 0) return
    away[far] = 0
    const weight = data.weights ? at(data.weights, far) : 1
    const donor = state.labels[far] ?? 0
    addAt(counts, donor, -weight)
    addAt(counts, c, weight)
    for (let k = 0; k < width; k++) {
      addAt(sums, donor * width + k, -weight * at(values, far * width + k))
      addAt(sums, c * width + k, weight * at(values, far * width + k))
    }
  }
}

function indexOfMost(values: Float64Array): number {
  let most = 0
  for (let i = 1; i < values.length; i++) if (at(values, i) > at(values, most)) most = i
  return most
}

/** Half the distance from each centre to the nearest other. */
function halfWays(centres: Float64Array, width: number): Float64Array {
  const count = centres.length / width
  const nearest = new Float64Array(count).fill(Number.POSITIVE_INFINITY)
  for (let a = 0; a < count; a++) {
    for (let b = a + 1; b < count; b++) {
      const half = Math.sqrt(squaredDistance(centres, a * width, centres, b * width, width)) / 2
      if (half < at(nearest, a)) nearest[a] = half
      if (half < at(nearest, b)) nearest[b] = half
    }
  }
  return nearest
}

/** Keeps the bounds true after the centres moved. */
function loosen({ labels, upper, lower }: LloydState, moved: Float64Array): void {
  const most = indexOfMost(moved)
  let second = 0
  for (let c = 0; c < moved.length; c++) if (c !== most) second = Math.max(second, at(moved, c))
  for (let row = 0; row < labels.length; row++) {
    const own = labels[row] ?? 0
    addAt(upper, row, at(moved, own))
    addAt(lower, row, -(own === most ? second : at(moved, most)))
  }
}
