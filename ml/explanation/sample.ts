/** Rows of a table as a model reads them, at most so many, drawn by a seed. */
import type { Frame } from '../data/frame.ts'
import { seededRandom, shuffled } from '../evaluation/seeded-random.ts'
import type { Model } from '../models/model.ts'
import { readFrame } from '../models/records.ts'
import { type Rows, rowsOf } from './shapley.ts'

/** Positions of at most `most` of `count` rows, rising. */
export function drawRows(count: number, most: number, seed: number): Uint32Array {
  const order = shuffled(count, seededRandom(seed))
  return order.subarray(0, Math.min(most, count)).sort()
}

/** Throws `invalid_input` when the table lacks a column the model reads. */
export function sampleInputs(model: Model, frame: Frame, options: { readonly most: number; readonly seed: number }): Rows {
  const chosen = drawRows(frame.rows, options.most, options.seed)
  return rowsOf(takeColumns(readFrame(frame, model.columns), chosen), chosen.length)
}

/** Those rows of each column. */
export function takeColumns(columns: readonly Float64Array[], rows: Uint32Array): readonly Float64Array[] {
  return columns.map((values) => Float64Array.from(rows, (row) => values[row] ?? Number.NaN))
}

/** A value of a column as people read it: the text of a category, null where it is missing or unknown. */
export function cellAt(model: Model, column: number, value: number): string | number | null {
  if (Number.isNaN(value)) return null
  const input = model.columns[column]
  return input?.type === 'category' ? (input.levels[value] ?? null) : value
}
