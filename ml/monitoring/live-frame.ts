/** Records a model was asked about, as a frame with the columns and types of its training data. */
import type { Column, Frame } from '../data/frame.ts'
import type { ModelSignature } from '../models/model.ts'

/** One column per input of the model; what does not fit a number column is missing there. */
export function framesOfRecords(records: readonly Readonly<Record<string, unknown>>[], signature: Pick<ModelSignature, 'inputs'>): Frame {
  return {
    rows: records.length,
    columns: signature.inputs.map(({ name, type }) =>
      columnOf(
        name,
        type,
        records.map((record) => record[name]),
      ),
    ),
  }
}

/** Values as a column: numbers as they are, all else as text. */
export function columnOf(name: string, type: Column['type'], values: readonly unknown[]): Column {
  if (type === 'number') return { name, type, values: Float64Array.from(values, numberOf) }
  const words = values.map((value) => (value === null || value === undefined ? null : String(value)))
  const levels = [...new Set(words.filter((word) => word !== null))].sort()
  const places = new Map(levels.map((level, place) => [level, place]))
  return { name, type, levels, codes: Int32Array.from(words, (word) => (word === null ? -1 : (places.get(word) ?? -1))) }
}

function numberOf(value: unknown): number {
  if (typeof value === 'boolean') return Number(value)
  return typeof value === 'number' && Number.isFinite(value) ? value : Number.NaN
}
