/** Moves a table into memory that threads share, so that handing it to a worker copies nothing. */
import { setImmediate } from 'node:timers/promises'
import type { Column, Frame } from '../data/frame.ts'

/** Copies column by column and lets other work run in between. Columns that are shared already stay as they are. */
export async function shareFrame(frame: Frame): Promise<Frame> {
  const columns: Column[] = []
  for (const column of frame.columns) {
    columns.push(
      column.type === 'number' ? { ...column, values: sharedNumbers(column.values) } : { ...column, codes: sharedCodes(column.codes) },
    )
    await setImmediate()
  }
  return { rows: frame.rows, columns }
}

function sharedNumbers(values: Float64Array): Float64Array {
  if (values.buffer instanceof SharedArrayBuffer) return values
  const shared = new Float64Array(new SharedArrayBuffer(values.byteLength))
  shared.set(values)
  return shared
}

function sharedCodes(codes: Int32Array): Int32Array {
  if (codes.buffer instanceof SharedArrayBuffer) return codes
  const shared = new Int32Array(new SharedArrayBuffer(codes.byteLength))
  shared.set(codes)
  return shared
}
