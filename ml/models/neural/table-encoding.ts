/**
 * A table's row as inputs of a network: numbers standardised, with a second input that is 1 where the number is missing;
 * categories as one input per frequent level, of which one is 1. Rows are kept narrow (a cell per column) and spread out
 * batch by batch, so wide categories cost no memory.
 */
import { z } from 'zod'
import { int32s } from '../numbers.ts'
import type { InputColumn, Problem } from '../problem.ts'

const numberEncoding = z.strictObject({
  type: z.literal('number').describe('A number'),
  mean: z.number().describe('Mean in training'),
  scale: z.number().positive().describe('Standard deviation in training; 1 for a constant'),
  missing: z.boolean().describe('Whether it was missing in training, and so has a second input that says so'),
})

const categoryEncoding = z.strictObject({
  type: z.literal('category').describe('A category'),
  slots: int32s.describe('Which of its inputs is 1 for each level; -1 for a level that training never saw'),
  width: z.int().min(0).describe('Its inputs'),
  missing: z.int().min(-1).describe('Input that is 1 where it is missing; -1 when it never was'),
  other: z.int().min(-1).describe('Input that rare levels share; -1 when there are none'),
})

export const tableEncoding = z.array(z.discriminatedUnion('type', [numberEncoding, categoryEncoding])).describe('One per input column')
export type TableEncoding = z.output<typeof tableEncoding>
type NumberEncoding = z.output<typeof numberEncoding>
type CategoryEncoding = z.output<typeof categoryEncoding>

/** Levels beyond the most frequent ones share an input. */
const maxLevels = 255
/** Standard deviations beyond which a number counts as no further away: one typing error should not rule the weights. */
const furthest = 10

export function encodingOf({ columns, values, rows }: Pick<Problem, 'columns' | 'values' | 'rows'>): TableEncoding {
  return columns.map((column, i) => {
    const cells = values[i] ?? new Float64Array(rows)
    return column.type === 'number' ? encodeNumbers(cells) : encodeLevels(cells, column.levels.length)
  })
}

function encodeNumbers(cells: Float64Array): NumberEncoding {
  let largest = 0
  for (const cell of cells) if (Math.abs(cell) > largest) largest = Math.abs(cell)
  /** Squares of numbers beyond 1e150 are infinite. */
  const unit = largest > 1e150 ? largest : 1
  let [seen, mean, squares] = [0, 0, 0]
  for (const cell of cells) {
    if (Number.isNaN(cell)) continue
    seen++
    const away = cell / unit - mean
    mean += away / seen
    squares += away * (cell / unit - mean)
  }
  const deviation = Math.sqrt(squares / Math.max(1, seen))
  const scale = deviation > 1e-12 * Math.max(Number.MIN_VALUE, Math.abs(mean)) ? deviation * unit : 1
  return { type: 'number', mean: mean * unit, scale, missing: seen < cells.length }
}

function encodeLevels(cells: Float64Array, levels: number): CategoryEncoding {
  const counts = new Int32Array(levels)
  let missing = 0
  for (const code of cells) {
    if (code >= 0) counts[code] = (counts[code] ?? 0) + 1
    else missing++
  }
  const present = Array.from(counts.keys()).filter((code) => (counts[code] ?? 0) > 0)
  const kept = present.toSorted((a, b) => (counts[b] ?? 0) - (counts[a] ?? 0) || a - b).slice(0, maxLevels)
  let width = kept.length
  const other = present.length > kept.length ? width++ : -1
  const slots = new Int32Array(levels).fill(-1)
  for (const code of present) slots[code] = other
  for (const [slot, code] of kept.entries()) slots[code] = slot
  return { type: 'category', slots, missing: missing > 0 ? width++ : -1, other, width }
}

/** How many inputs the columns make. */
export const encodedWidth = (encoding: TableEncoding): number => encoding.reduce((sum, column) => sum + widthOf(column), 0)

const widthOf = (column: TableEncoding[number]): number => (column.type === 'category' ? column.width : column.missing ? 2 : 1)

/** Throws a RangeError when the encoding is not of these columns. */
export function requireColumns(encoding: TableEncoding, columns: readonly InputColumn[]): void {
  const fits = encoding.length === columns.length && encoding.every(({ type }, i) => type === columns[i]?.type)
  if (!fits) throw new RangeError('The encoding is not of the columns of the model.')
}

/** One number per column: standardised, or which of the category's inputs is 1 (-1 for none); NaN for a missing number. */
function cellOf(column: TableEncoding[number], value: number): number {
  if (column.type === 'category')
    return Number.isNaN(value) ? column.missing : value < 0 ? column.other : (column.slots[value] ?? column.other)
  if (Number.isNaN(value)) return Number.NaN
  return Math.max(-furthest, Math.min(furthest, (value - column.mean) / column.scale))
}

/** The cells of a whole table, row by row. */
export function cellsOf(encoding: TableEncoding, values: readonly Float64Array[], rows: number): Float32Array {
  const width = encoding.length
  const cells = new Float32Array(rows * width)
  for (const [i, column] of encoding.entries()) {
    const from = values[i] ?? new Float64Array(rows)
    for (let row = 0; row < rows; row++) cells[row * width + i] = cellOf(column, from[row] ?? Number.NaN)
  }
  return cells
}

/**
 * Writes the inputs of these rows of a table's cells, one row after the other. Column by column, so that what a column is
 * need not be asked for every cell.
 */
export function spreadRows(
  encoding: TableEncoding,
  { cells, rows }: { readonly cells: Float32Array; readonly rows: Uint32Array },
  into: Float32Array,
) {
  const width = encodedWidth(encoding)
  let offset = 0
  for (const [i, column] of encoding.entries()) {
    const found = { cells, rows, column: i, columns: encoding.length }
    if (column.type === 'category') spreadLevels(found, column.width, { into, width, offset })
    else spreadNumbers(found, column.missing, { into, width, offset })
    offset += widthOf(column)
  }
}

interface Found {
  readonly cells: Float32Array
  readonly rows: Uint32Array
  readonly column: number
  readonly columns: number
}

interface Place {
  readonly into: Float32Array
  /** Inputs of a row, and the first of them that is this column's. */
  readonly width: number
  readonly offset: number
}

function spreadLevels({ cells, rows, column, columns }: Found, levels: number, { into, width, offset }: Place): void {
  for (let i = 0; i < rows.length; i++) {
    const at = i * width + offset
    into.fill(0, at, at + levels)
    const cell = cells[(rows[i] ?? 0) * columns + column] ?? -1
    if (cell >= 0) into[at + cell] = 1
  }
}

function spreadNumbers({ cells, rows, column, columns }: Found, missing: boolean, { into, width, offset }: Place): void {
  for (let i = 0; i < rows.length; i++) {
    const at = i * width + offset
    const cell = cells[(rows[i] ?? 0) * columns + column] ?? Number.NaN
    const absent = Number.isNaN(cell)
    into[at] = absent ? 0 : cell
    if (missing) into[at + 1] = absent ? 1 : 0
  }
}
