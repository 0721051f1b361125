/** Rows of a frame as plain records, the shape in which predictions are asked for. */
import type { Frame } from './frame.ts'

export type RecordValue = string | number | null

/** Missing is null; `from` and `to` are row numbers, the whole frame unless told. */
export function frameToRecords(frame: Frame, { from = 0, to = frame.rows } = {}): readonly Readonly<Record<string, RecordValue>>[] {
  return Array.from({ length: Math.max(0, Math.min(to, frame.rows) - from) }, (_, index) =>
    Object.fromEntries(frame.columns.map((column) => [column.name, valueAt(column, from + index)])),
  )
}

function valueAt(column: Frame['columns'][number], row: number): RecordValue {
  if (column.type === 'category') return column.levels[column.codes[row] ?? -1] ?? null
  const value = column.values[row] ?? Number.NaN
  return Number.isNaN(value) ? null : value
}
