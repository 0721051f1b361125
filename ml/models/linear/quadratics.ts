/**
 * Two ways to hold least squares for coordinate descent: by the matrix of slots by slots, where a round costs no rows, and
 * by the residuals of all rows, where a round costs one visit of each value that is not zero, however many slots there are.
 */
import { addAt, at } from '../at.ts'
import type { Quadratic } from './coordinate-descent.ts'
import type { Design } from './design.ts'
import type { Gram } from './gram.ts'
import type { LeastSquares } from './least-squares.ts'

export function quadraticOfGram({ matrix, moments, width }: Gram): Quadratic {
  const slopes = moments.slice()
  return {
    size: width,
    curvature: (j) => at(matrix, j * width + j),
    slope: (j) => at(slopes, j),
    move: (j, by) => {
      const start = j * width
      for (let k = 0; k < width; k++) slopes[k] = at(slopes, k) - by * at(matrix, start + k)
    },
  }
}

/** Rows in which each slot of the ones is 1: those of slot s are `rows` from `starts[s]` to `starts[s + 1]`. */
interface Places {
  readonly starts: Uint32Array
  readonly rows: Uint32Array
}

/** The columns are centred without being touched: `shift` is what their means, times their weights, add to every residual. */
export function quadraticOfRows({ design, target, weights, means }: LeastSquares): Quadratic {
  const { rows, width } = design
  const weight = weights ?? new Float64Array(rows).fill(1)
  const residuals = target.slice()
  const columns = columnsOf(design)
  const places = placesOf(design)
  const curvatures = new Float64Array(width)
  for (let j = 0; j < width; j++) curvatures[j] = squares({ values: columns.get(j), places, weight }, j) - rows * at(means, j) ** 2
  let shift = 0
  return {
    size: width,
    curvature: (j) => Math.max(0, at(curvatures, j)),
    slope: (j) => weightedSum({ values: columns.get(j), places, weight, residuals }, j) + shift * rows * at(means, j),
    move: (j, by) => {
      shift += by * at(means, j)
      subtract({ values: columns.get(j), places, residuals }, j, by)
    },
  }
}

/** Standardised numbers by slot. */
const columnsOf = ({ numbers }: Design): ReadonlyMap<number, Float64Array> =>
  new Map(numbers.map(({ slot, values, mean, scale }) => [slot, values.map((value) => (value - mean) / scale)]))

/** Counting sort of the rows by slot: first how many lie before each slot, then each row to the next place of its slot. */
function placesOf({ ones, width }: Design): Places {
  const starts = new Uint32Array(width + 2)
  for (const slots of ones) for (const slot of slots) if (slot >= 0) starts[slot + 2] = (starts[slot + 2] ?? 0) + 1
  for (let slot = 2; slot < starts.length; slot++) starts[slot] = (starts[slot] ?? 0) + (starts[slot - 1] ?? 0)
  const rows = new Uint32Array(starts.at(-1) ?? 0)
  for (const slots of ones) placeRows(slots, starts, rows)
  return { starts, rows }
}

/** `starts[s + 1]` is the next free place of slot s, and in the end where slot s + 1 starts. */
function placeRows(slots: Int32Array, starts: Uint32Array, rows: Uint32Array): void {
  for (let row = 0; row < slots.length; row++) {
    const next = (slots[row] ?? -1) + 1
    if (next === 0) continue
    const place = starts[next] ?? 0
    rows[place] = row
    starts[next] = place + 1
  }
}

interface Reading {
  readonly values: Float64Array | undefined
  readonly places: Places
}

function squares({ values, places, weight }: Reading & { readonly weight: Float64Array }, j: number): number {
  let sum = 0
  if (values !== undefined) for (let row = 0; row < values.length; row++) sum += at(weight, row) * at(values, row) * at(values, row)
  else for (let i = places.starts[j] ?? 0; i < (places.starts[j + 1] ?? 0); i++) sum += at(weight, places.rows[i] ?? 0)
  return sum
}

function weightedSum(
  { values, places, weight, residuals }: Reading & { readonly weight: Float64Array; readonly residuals: Float64Array },
  j: number,
): number {
  let sum = 0
  if (values !== undefined) {
    for (let row = 0; row < values.length; row++) sum += at(weight, row) * at(values, row) * at(residuals, row)
    return sum
  }
  const until = places.starts[j + 1] ?? 0
  for (let i = places.starts[j] ?? 0; i < until; i++) {
    const row = places.rows[i] ?? 0
    sum += at(weight, row) * at(residuals, row)
  }
  return sum
}

function subtract({ values, places, residuals }: Reading & { readonly residuals: Float64Array }, j: number, by: number): void {
  if (values !== undefined) {
    for (let row = 0; row < values.length; row++) residuals[row] = at(residuals, row) - by * at(values, row)
    return
  }
  const until = places.starts[j + 1] ?? 0
  for (let i = places.starts[j] ?? 0; i < until; i++) addAt(residuals, places.rows[i] ?? 0, -by)
}
