/**
 * Rows as points in space, for everything that measures distances: numbers standardised, each category widened to one
 * coordinate per level. What is missing stands where the average row does: a number at the mean, a category at the shares
 * of its levels.
 */
import { z } from 'zod'
import { Fault } from '../../../platform/fault.ts'
import type { Shape } from '../algorithm.ts'
import { addAt, at } from '../at.ts'
import { float64s, int32s } from '../numbers.ts'
import type { Inputs } from '../problem.ts'

/** `rows x width` numbers, row by row: a distance reads both its rows from end to end. */
export interface Points {
  readonly rows: number
  readonly width: number
  readonly values: Float64Array
}

export const encodingSchema = z.strictObject({
  width: z.int().min(1).describe('Coordinates of a point'),
  columns: z
    .array(
      z.discriminatedUnion('type', [
        z.strictObject({
          type: z.literal('number').describe('A number'),
          slot: z.int().min(0).describe('Its coordinate'),
          mean: z.number().describe('Mean in training, which stands for missing values'),
          scale: z.number().gt(0).describe('What the distance from the mean is divided by'),
        }),
        z.strictObject({
          type: z.literal('category').describe('A category'),
          slot: z.int().min(0).describe('Its first coordinate'),
          slots: int32s.describe('Coordinate of each level, counted from the first; -1 for one that training did not hold'),
          shares: float64s.describe('Share of the rows at each coordinate, which stands for missing and unseen levels'),
        }),
      ]),
    )
    .describe('One per input column, in order'),
})

export type Encoding = z.infer<typeof encodingSchema>
type EncodedColumn = Encoding['columns'][number]

/** Levels beyond the most frequent ones share the last coordinate. */
const maxLevels = 255
/** 1 GiB of coordinates. */
const maxCells = 2 ** 27

/**
 * Learns the encoding of a table. `scale: false` leaves numbers in their own units, around their mean. Throws
 * `invalid_input` when the points would not fit in memory or a column is beyond the arithmetic of doubles.
 */
export function fitEncoding({ rows, columns, values }: Inputs, scale: boolean): Encoding {
  let width = 0
  const encoded = columns.map((column, i): EncodedColumn => {
    const cells = values[i] ?? new Float64Array(rows)
    const made = column.type === 'number' ? numberColumn(cells, width, scale) : categoryColumn(cells, width, column.levels.length)
    if (made.type === 'number' && !Number.isFinite(made.mean + made.scale))
      throw new Fault('invalid_input', `Column '${column.name}' holds numbers too large to measure distances with. Scale it and try again.`)
    width += made.type === 'number' ? 1 : made.shares.length
    return made
  })
  if (width === 0) throw new Fault('invalid_input', 'There is no column to describe the rows by. Add columns that vary.')
  if (rows * width > maxCells)
    throw new Fault(
      'invalid_input',
      `${rows} rows of ${width} coordinates are too many to hold at once. Take at most ${Math.floor(maxCells / width)} rows, or leave out columns of text with many values.`,
    )
  return { width, columns: encoded }
}

function numberColumn(values: Float64Array, slot: number, scale: boolean): EncodedColumn {
  let seen = 0
  let mean = 0
  let squares = 0
  for (const value of values) {
    if (Number.isNaN(value)) continue
    seen++
    const away = value - mean
    mean += away / seen
    squares += away * (value - mean)
  }
  const deviation = Math.sqrt(squares / Math.max(1, seen))
  /** Rounding alone gives a constant column a spread of this size. */
  const constant = deviation <= 1e-12 * Math.max(Math.abs(mean), Number.MIN_VALUE)
  return { type: 'number', slot, mean, scale: scale && !constant ? deviation : 1 }
}

function categoryColumn(values: Float64Array, slot: number, levels: number): EncodedColumn {
  const counts = new Float64Array(levels)
  let seen = 0
  for (const code of values) {
    if (!(code >= 0)) continue
    addAt(counts, code, 1)
    seen++
  }
  const present = Array.from(counts.keys()).filter((code) => at(counts, code) > 0)
  const kept = present.toSorted((a, b) => at(counts, b) - at(counts, a) || a - b).slice(0, maxLevels)
  const slots = new Int32Array(levels).fill(-1)
  for (const code of present) slots[code] = kept.length
  for (const [i, code] of kept.toSorted((a, b) => a - b).entries()) slots[code] = i
  const shares = new Float64Array(Math.max(1, kept.length + (present.length > kept.length ? 1 : 0)))
  for (const code of present) addAt(shares, slots[code] ?? 0, at(counts, code) / seen)
  return { type: 'category', slot, slots, shares }
}

/** Writes the point of one value of one column into `into`, whose row begins at `from`. */
function place(column: EncodedColumn, value: number, into: Float64Array, from: number): void {
  if (column.type === 'number') {
    into[from + column.slot] = Number.isNaN(value) ? 0 : (value - column.mean) / column.scale
    return
  }
  const { slots, shares } = column
  const slot = value >= 0 && value < slots.length ? (slots[value] ?? -1) : -1
  if (slot < 0) into.set(shares, from + column.slot)
  else {
    into.fill(0, from + column.slot, from + column.slot + shares.length)
    into[from + column.slot + slot] = 1
  }
}

export function encode(encoding: Encoding, { rows, values }: Inputs): Points {
  const { width, columns } = encoding
  const all = new Float64Array(rows * width)
  for (const [i, column] of columns.entries()) {
    const cells = values[i] ?? new Float64Array(rows)
    for (let row = 0; row < rows; row++) place(column, at(cells, row), all, row * width)
  }
  return { rows, width, values: all }
}

/** Encodes one row after the other into the same array. Throws a RangeError when the encoding does not fit the columns. */
export function rowEncoder({ width, columns }: Encoding, shape: Pick<Shape, 'columns'>): (row: Float64Array) => Float64Array {
  let end = 0
  const fits = columns.every((column, i) => {
    const begins = column.slot === end && column.type === shape.columns[i]?.type
    end += column.type === 'number' ? 1 : column.shares.length
    return begins && (column.type === 'number' || column.slots.every((slot) => slot < column.shares.length))
  })
  if (!fits || end !== width || columns.length !== shape.columns.length)
    throw new RangeError('The encoding is not one of the columns of the model.')
  const point = new Float64Array(width)
  return (row) => {
    for (let i = 0; i < columns.length; i++) {
      const column = columns[i]
      if (column !== undefined) place(column, at(row, i), point, 0)
    }
    return point
  }
}
