/**
 * Everything least squares needs to know of the rows, in one matrix of slots by slots: Xᵀ W X and Xᵀ W y around the means.
 * Numbers meet in dot products, categories in counts, so that a category costs one addition a row and other column.
 */
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
    addDots(tile)
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
}

function tileOf(numbers: number, weights: Float64Array | undefined): Tile {
  const columns = Math.ceil(numbers / 4) * 4
  const plain = new Float64Array(columns * stretchRows)
  const weighted = weights === undefined ? plain : new Float64Array(columns * stretchRows)
  return { columns, plain, weighted, dots: new Float64Array(columns * columns) }
}

function load({ plain, weighted }: Tile, numbers: readonly NumberBlock[], weight: Float64Array, { from, length }: Stretch): void {
  for (const [j, { values }] of numbers.entries()) {
    const start = j * stretchRows
    plain.set(values.subarray(from, from + length), start)
    if (weighted !== plain) for (let i = 0; i < length; i++) weighted[start + i] = at(weight, i) * at(plain, start + i)
    weighted.fill(0, start + length, start + stretchRows)
  }
}

/** Four columns by four at a time: each number loaded is used four times (measured 2.5x over one dot product at a time). */
function addDots(tile: Tile): void {
  const { columns } = tile
  for (let i = 0; i < columns; i += 4) for (let j = i; j < columns; j += 4) addSixteen(tile, i, j)
}

/** The sums stay in registers, which arrays would not. */
function addSixteen({ columns, plain, weighted, dots }: Tile, i: number, j: number): void {
  const from = i * stretchRows
  const to = j * stretchRows
  let ap = 0,
    aq = 0,
    ar = 0,
    as = 0
  let bp = 0,
    bq = 0,
    br = 0,
    bs = 0
  let cp = 0,
    cq = 0,
    cr = 0,
    cs = 0
  let dp = 0,
    dq = 0,
    dr = 0,
    ds = 0
  for (let row = 0; row < stretchRows; row++) {
    const a = at(weighted, from + row)
    const b = at(weighted, from + stretchRows + row)
    const c = at(weighted, from + 2 * stretchRows + row)
    const d = at(weighted, from + 3 * stretchRows + row)
    const p = at(plain, to + row)
    const q = at(plain, to + stretchRows + row)
    const r = at(plain, to + 2 * stretchRows + row)
    const s = at(plain, to + 3 * stretchRows + row)
    ap += a * p
    aq += a * q
    ar += a * r
    as += a * s
    bp += b * p
    bq += b * q
    br += b * r
    bs += b * s
    cp += c * p
    cq += c * q
    cr += c * r
    cs += c * s
    dp += d * p
    dq += d * q
    dr += d * r
    ds += d * s
  }
  const first = i * columns + j
  addRow(dots, first, [ap, aq, ar, as])
  addRow(dots, first + columns, [bp, bq, br, bs])
  addRow(dots, first + 2 * columns, [cp, cq, cr, cs])
  addRow(dots, first + 3 * columns, [dp, dq, dr, ds])
}

function addRow(dots: Float64Array, start: number, sums: readonly number[]): void {
  for (const [k, sum] of sums.entries()) addAt(dots, start + k, sum)
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
