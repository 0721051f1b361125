/** A delimited file straight into a Frame, without a dataset: for evaluation data that stays where it is. */
import { randomUUID } from 'node:crypto'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readCsvTable } from './csv-table.ts'
import { openDuck } from './duckdb.ts'
import type { Frame } from './frame.ts'
import { readFrame } from './frame-reader.ts'

export interface CsvFrameOptions {
  /** Columns read as categories even where every value is a number. */
  readonly categorical?: readonly string[]
  readonly limit?: number
  readonly signal?: AbortSignal
}

/** Expects a header; empty fields are missing. Throws `invalid_input` naming rows that do not fit. */
export async function readCsvFrame(path: string, { categorical = [], limit, signal }: CsvFrameOptions = {}): Promise<Frame> {
  await using duck = await openDuck(signal ? { signal } : {})
  const columns = await readCsvTable(duck, path, {
    target: 'frame_source',
    header: true,
    text: categorical,
    scratch: async (extension) => join(tmpdir(), `millrace-${randomUUID()}.${extension}`),
    ...(signal && { signal }),
  })
  return await readFrame(duck, 'frame_source', columns, limit)
}
