/** A file of rows becomes a snapshot: whole, typed and immutable, or a fault and nothing left behind. */
import { open, stat, unlink } from 'node:fs/promises'
import { basename, extname } from 'node:path'
import type { Blobs } from '../../platform/blobs.ts'
import { Fault } from '../../platform/fault.ts'
import { type CsvOptions, plainPath, readCsvTable } from './csv-table.ts'
import { type Duck, openDuck } from './duckdb.ts'
import { type Snapshot, writeSnapshot } from './snapshot.ts'
import { literal } from './sql-text.ts'
import { readHead, requireUtf8 } from './text-encoding.ts'

export const dataFormats = ['csv', 'tsv', 'parquet', 'jsonl', 'json'] as const
export type DataFormat = (typeof dataFormats)[number]

export interface IngestOptions extends Omit<CsvOptions, 'scratch' | 'text'> {
  /** Found from the file's ending and first bytes when absent. */
  readonly format?: DataFormat
  readonly blobs: Blobs
}

/** Reads the whole file. Throws `invalid_input` or `too_large` naming what is wrong and where. */
export async function ingestFile(file: string, { blobs, format, ...options }: IngestOptions): Promise<Snapshot> {
  if (!(await stat(file)).isFile()) throw new Fault('invalid_input', `'${basename(file)}' is not a file. Give the path of one file.`)
  const found = format ?? (await formatOf(file))
  await using duck = await openDuck(options.signal ? { signal: options.signal } : {})
  const read = { blobs, maxLineSize: options.maxLineSize ?? 2_000_000, ...(options.signal && { signal: options.signal }) }
  switch (found) {
    case 'csv':
    case 'tsv':
      await readCsvTable(duck, file, {
        ...options,
        target: 'ingested',
        scratch: blobs.scratch,
        ...(found === 'tsv' && options.delimiter === undefined && { delimiter: '\t' }),
      })
      break
    case 'parquet':
      await readParquet(duck, file, read)
      break
    case 'jsonl':
    case 'json':
      await readJson(duck, file, { ...read, format: found })
      break
  }
  const snapshot = await writeSnapshot(duck, 'ingested', blobs)
  if (snapshot.rows === 0) throw new Fault('invalid_input', `'${basename(file)}' holds no rows. Give a file with at least one row.`)
  return snapshot
}

/** A dataset name made from a file's name: "Bank Churn (2).csv" gives "Bank-Churn-2". */
export function nameFromFile(file: string): string {
  const stem = basename(file, extname(file))
  const name = stem
    .normalize('NFKD')
    .replaceAll(/[^A-Za-z0-9_.-]+/g, '-')
    .replaceAll(/^[^A-Za-z0-9]+|[-.]+$/g, '')
  return name.slice(0, 100) || 'dataset'
}

const byEnding: Readonly<Record<string, DataFormat>> = {
  '.csv': 'csv',
  '.tsv': 'tsv',
  '.tab': 'tsv',
  '.parquet': 'parquet',
  '.pq': 'parquet',
  '.jsonl': 'jsonl',
  '.ndjson': 'jsonl',
  '.json': 'json',
}

async function formatOf(file: string): Promise<DataFormat> {
  const known = byEnding[extname(file).toLowerCase()]
  if (known) return known
  const head = new TextDecoder().decode(await readHead(file, 1024)).trimStart()
  if (head.startsWith('PAR1')) return 'parquet'
  return head.startsWith('[') ? 'json' : head.startsWith('{') ? 'jsonl' : 'csv'
}

interface ReadOptions {
  readonly blobs: Blobs
  readonly maxLineSize: number
  readonly signal?: AbortSignal
}

async function readParquet(duck: Duck, file: string, { blobs }: ReadOptions): Promise<void> {
  const name = basename(file)
  const head = new TextDecoder('latin1').decode(await readHead(file, 4))
  if (head !== 'PAR1') throw new Fault('invalid_input', `'${name}' is not a Parquet file: it does not begin with PAR1. Pass its format.`)
  await readInto(duck, file, { blobs, read: (path) => `from read_parquet(${literal(path)})`, what: 'Parquet' })
}

async function readJson(duck: Duck, file: string, options: ReadOptions & { readonly format: 'json' | 'jsonl' }): Promise<void> {
  const name = basename(file)
  await requireUtf8(file, { name, ...(options.signal && { signal: options.signal }) })
  const head = new TextDecoder().decode(await readHead(file, 65_536)).trimStart()
  if (head === '') throw new Fault('invalid_input', `'${name}' is empty. Give a file with at least one row.`)
  const format = options.format === 'jsonl' ? 'newline_delimited' : head.startsWith('{') ? 'unstructured' : 'array'
  if (format === 'array' && !(await endsWith(file, ']')))
    throw new Fault('invalid_input', `'${name}' is cut off: it begins a JSON array and does not end with ]. Export it again.`)
  const size = Math.max(16_777_216, options.maxLineSize)
  const arguments_ = `format = '${format}', records = 'true', sample_size = -1, maximum_object_size = ${size}, compression = 'uncompressed'`
  await readInto(duck, file, { blobs: options.blobs, read: (path) => `from read_json(${literal(path)}, ${arguments_})`, what: 'JSON' })
}

async function endsWith(file: string, last: string): Promise<boolean> {
  const { size } = await stat(file)
  const handle = await open(file)
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(1024), 0, 1024, Math.max(0, size - 1024))
    return buffer.subarray(0, bytesRead).toString().trimEnd().endsWith(last)
  } finally {
    await handle.close()
  }
}

async function readInto(
  duck: Duck,
  file: string,
  { blobs, read, what }: { readonly blobs: Blobs; readonly read: (path: string) => string; readonly what: string },
): Promise<void> {
  const { path, temporary } = await plainPath(file, blobs.scratch)
  try {
    await duck.run(`create table ingested as ${read(path)}`)
  } catch (error) {
    if (!(error instanceof Error) || error instanceof Fault || error.name === 'AbortError' || error.name === 'TimeoutError') throw error
    const words = (error.message.split('\n')[0] ?? '')
      .replace(/^[A-Za-z ]*Error: /, '')
      .replaceAll(/"?\/[^\s"']*"?/g, `'${basename(file)}'`)
    throw new Fault('invalid_input', `'${basename(file)}' cannot be read as ${what}. ${words}`, { cause: error })
  } finally {
    if (temporary) await unlink(path)
  }
}
