/**
 * Everything least squares needs to know of the rows, in one matrix of slots by slots: Xᵀ W X and Xᵀ W y around the means.
 * Numbers meet in dot products, categories in counts, so that a category costs one addition a row and other column.
 */
import { dotsKernel } from '../../kernels/dots.ts'
import { sharedMemory } from '../../kernels/load.ts'
import { addAt, at } from '../at.ts'
import type { NumberBlock } from './design.ts'
import type { LeastSquares } from './least-squares.ts'
import { forEachStretch, multiplyTransposed, type Stretch, stretchRows } from './products.ts'

export interface Gram {
  readonly width: number
  /** Xᵀ W X of the centred columns, row by row, both triangles. */
  readonly matrix: Float64Array
  /** Xᵀ W y of the centred columns and target. */
  readonly moments: Float64Array
}

/** Of columns around their means. The rows' weights are 1 on average. */
export function gramOf({ design, target, weights, means }: Pick<LeastSquares, 'design' | 'target' | 'weights' | 'means'>): Gram {
  const { rows, width, numbers, ones } = design
  const matrix = new Float64Array(width * width)
  const moments = new Float64Array(width)
  const tile = tileOf(numbers.length, weights)
  const weight = new Float64Array(stretchRows).fill(1)
  const products = new Float64Array(stretchRows)
  forEachStretch(rows, (stretch) => {
    const { from, length } = stretch
    if (weights !== undefined) weight.set(weights.subarray(from, from + length))
    for (let i = 0; i < length; i++) products[i] = at(weight, i) * at(target, from + i)
    multiplyTransposed(design, products, stretch, moments)
    load(tile, numbers, weight, stretch)
    tile.add()
    for (const [i, slots] of ones.entries()) {
      for (const [j, { slot }] of numbers.entries())
        addColumn({ slots, slot, values: tile.weighted, start: j * stretchRows }, stretch, { matrix, width })
      for (const others of ones.slice(i)) addPairs({ slots, others, weight }, stretch, { matrix, width })
    }
  })
  unload(tile, numbers, { matrix, width })
  mirror(matrix, width)
  centre(matrix, means, rows)
  return { width, matrix, moments }
}

/** Some rows of all number columns, one column after the other, filled up with columns of zeros to a multiple of four. */
interface Tile {
  readonly columns: number
  readonly plain: Float64Array
  /** The same times the weight of the row; `plain` itself where there are no weights. */
  readonly weighted: Float64Array
  /** Dot products of weighted with plain columns so far, of which the upper triangle is whole. */
  readonly dots: Float64Array
  /** Adds those of the rows loaded. */
  readonly add: () => void
}

function tileOf(numbers: number, weights: Float64Array | undefined): Tile {
  const columns = Math.ceil(numbers / 4) * 4
  const size = columns * stretchRows
  const memory = sharedMemory(8 * (2 * size + columns * columns))
  const kernel = dotsKernel(memory)
  const plain = new Float64Array(memory.buffer, 0, size)
  const weighted = weights === undefined ? plain : new Float64Array(memory.buffer, 8 * size, size)
  const dots = new Float64Array(memory.buffer, 16 * size, columns * columns)
  return { columns, plain, weighted, dots, add: () => kernel.addDots(columns, stretchRows, weighted.byteOffset, 0, dots.byteOffset) }
}

function load({ plain, weighted }: Tile, numbers: readonly NumberBlock[], weight: Float64Array, { from, length }: Stretch): void {
  for (const [j, { values, mean, scale }] of numbers.entries()) {
    const start = j * stretchRows
    const slope = 1 / scale
    for (let i = 0; i < length; i++) plain[start + i] = (at(values, from + i) - mean) * slope
    if (weighted !== plain) for (let i = 0; i < length; i++) weighted[start + i] = at(weight, i) * at(plain, start + i)
    weighted.fill(0, start + length, start + stretchRows)
  }
}

interface Matrix {
  readonly matrix: Float64Array
  readonly width: number
}

function addColumn(
  {
    slots,
    slot,
    values,
    start,
  }: { readonly slots: Int32Array; readonly slot: number; readonly values: Float64Array; readonly start: number },
  { from, length }: Stretch,
  { matrix, width }: Matrix,
): void {
  for (let i = 0; i < length; i++) {
    const one = slots[from + i] ?? -1
    if (one >= 0) addAt(matrix, slot * width + one, at(values, start + i))
  }
}

function addPairs(
  { slots, others, weight }: { readonly slots: Int32Array; readonly others: Int32Array; readonly weight: Float64Array },
  { from, length }: Stretch,
  { matrix, width }: Matrix,
): void {
  for (let i = 0; i < length; i++) {
    const one = slots[from + i] ?? -1
    const other = others[from + i] ?? -1
    if (one >= 0 && other >= 0) addAt(matrix, one * width + other, at(weight, i))
  }
}

function unload({ columns, dots }: Tile, numbers: readonly NumberBlock[], { matrix, width }: Matrix): void {
  for (const [i, a] of numbers.entries())
    for (let j = i; j < numbers.length; j++) addAt(matrix, a.slot * width + (numbers[j]?.slot ?? 0), at(dots, i * columns + j))
}

/** Each pair was added on one side of the diagonal only. */
function mirror(matrix: Float64Array, width: number): void {
  for (let a = 0; a < width; a++) {
    for (let b = 0; b < a; b++) {
      const sum = at(matrix, a * width + b) + at(matrix, b * width + a)
      matrix[a * width + b] = sum
      matrix[b * width + a] = sum
    }
  }
}

/** Turns products of columns into those of columns around their means. */
function centre(matrix: Float64Array, means: Float64Array, rows: number): void {
  const width = means.length
  for (let a = 0; a < width; a++) for (let b = 0; b < width; b++) addAt(matrix, a * width + b, -rows * at(means, a) * at(means, b))
}
