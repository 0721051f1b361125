/** Reads a delimited text file into a DuckDB table: all of it, typed by every value, or a fault that says what is wrong where. */
import { symlink, unlink } from 'node:fs/promises'
import { basename } from 'node:path'
import { Fault } from '../../platform/fault.ts'
import { type ColumnInfo, inferTypes, typedExpression } from './column-types.ts'
import { type CsvShape, readCsvHead } from './csv-head.ts'
import { scanRecords } from './csv-scan.ts'
import type { Duck } from './duckdb.ts'
import { identifier, literal } from './sql-text.ts'
import { type Encoding, encodingOfMark, readHead, rewriteAsUtf8 } from './text-encoding.ts'

export interface CsvOptions {
  readonly delimiter?: string
  /** false: no header; the columns are called c1, c2, …. Absent: a header is expected, and data in its place is refused. */
  readonly header?: boolean
  readonly names?: readonly string[]
  readonly encoding?: Encoding
  /** Longest record in bytes, 2,000,000 unless told. */
  readonly maxLineSize?: number
  /** Columns kept as text whatever they hold. */
  readonly text?: readonly string[]
  readonly signal?: AbortSignal
  /** A path for a temporary file. */
  readonly scratch: (extension: string) => Promise<string>
}

/** Creates table `target` in `duck`. Throws `invalid_input` or `too_large`. */
export async function readCsvTable(
  duck: Duck,
  file: string,
  options: CsvOptions & { readonly target: string },
): Promise<readonly ColumnInfo[]> {
  const name = basename(file)
  const maxLineSize = options.maxLineSize ?? 2_000_000
  const readable = await plainUtf8(file, options)
  try {
    const bytes = await readHead(readable.path, maxLineSize + 4)
    const shape = readCsvHead(new TextDecoder().decode(bytes), bytes.length < maxLineSize + 4, { ...options, name, maxLineSize })
    const records = await scanRecords(readable.path, { ...shape, name, maxLineSize, ...(options.signal && { signal: options.signal }) })
    if (shape.header && records === 1)
      throw new Fault('invalid_input', `'${name}' has a header but no rows. Add rows, or pass header: false if its one line is data.`)
    await readText(duck, readable.path, { shape, name, maxLineSize })
    await requireEveryRow(duck, { name, columns: shape.names.length, rows: shape.header ? records - 1 : records })
    const inferred = await inferTypes(duck, 'csv_text', shape.names)
    const columns = inferred.map((column): ColumnInfo => (options.text?.includes(column.name) ? { ...column, type: 'text' } : column))
    await duck.run(
      `create table ${identifier(options.target)} as select ${columns.map(typedExpression).join(', ')} from csv_text; drop table csv_text`,
    )
    return columns
  } finally {
    if (readable.temporary) await unlink(readable.path)
  }
}

/** The parser must have taken every record the scan saw; blank lines are rows only where there is one column. */
async function requireEveryRow(
  duck: Duck,
  expected: { readonly name: string; readonly columns: number; readonly rows: number },
): Promise<void> {
  const { count } = await duck.row('select count(*) as count from csv_text')
  if (expected.columns > 1 && Number(count) !== expected.rows)
    throw new Fault(
      'invalid_input',
      `Only ${count} of the ${expected.rows} rows of '${expected.name}' could be read. Save it with one kind of line break and quotes doubled inside fields.`,
    )
}

/** The file itself when it is plain UTF-8 under a plain name; else a temporary stand-in. */
async function plainUtf8(file: string, options: CsvOptions): Promise<{ readonly path: string; readonly temporary: boolean }> {
  const mark = encodingOfMark(await readHead(file, 3))
  const encoding = mark?.encoding ?? options.encoding ?? 'utf-8'
  const signal = options.signal ? { signal: options.signal } : {}
  if (encoding !== 'utf-8') {
    const path = await options.scratch('csv')
    await rewriteAsUtf8(file, path, { encoding, ...signal }).catch(async (error: unknown) => {
      await unlink(path).catch(() => undefined)
      throw error
    })
    return { path, temporary: true }
  }
  return plainPath(file, options.scratch)
}

/** DuckDB reads a path with * ? [ ] as a pattern, and guesses compression by the ending: such a file gets another name. */
export async function plainPath(
  file: string,
  scratch: (extension: string) => Promise<string>,
): Promise<{ readonly path: string; readonly temporary: boolean }> {
  if (!/[*?[\]{}]/.test(file)) return { path: file, temporary: false }
  const path = await scratch('link')
  await symlink(file, path)
  return { path, temporary: true }
}

interface ReadText {
  readonly shape: CsvShape
  readonly name: string
  readonly maxLineSize: number
}

async function readText(duck: Duck, path: string, { shape, name, maxLineSize }: ReadText): Promise<void> {
  const columns = shape.names.map((column) => `${literal(column)}: 'varchar'`).join(', ')
  const read = (strict: boolean): string =>
    `create or replace table csv_text as select * from read_csv(${literal(path)}, auto_detect = false, header = ${shape.header}, ` +
    `delim = ${literal(shape.delimiter)}, quote = '"', escape = '"', columns = {${columns}}, max_line_size = ${maxLineSize}, ` +
    `buffer_size = ${Math.max(16_000_000, 4 * maxLineSize)}, compression = 'none', strict_mode = ${strict}, store_rejects = true, rejects_limit = 1000)`
  try {
    await duck.run(read(true))
  } catch (error) {
    // Line breaks of several kinds in one file: only the lenient parser takes them.
    if (!(error instanceof Error) || !error.message.includes('invalid state')) throw csvFault(name, error)
    await duck.run('drop table if exists reject_errors; drop table if exists reject_scans')
    await duck.run(read(false)).catch((second: unknown) => {
      throw csvFault(name, second)
    })
  }
  const { rows } = await duck.table(
    'select line, min(error_type::varchar), min(error_message) from reject_errors group by line order by line',
  )
  if (rows.length > 0)
    throw rejected(
      name,
      shape,
      rows.map(([line, kind, message]) => ({ line: Number(line), kind: String(kind), message: String(message) })),
    )
}

interface Reject {
  readonly line: number
  readonly kind: string
  readonly message: string
}

const kinds: Readonly<Record<string, { readonly what: string; readonly next: string }>> = {
  'MISSING COLUMNS': { what: 'too few fields', next: 'Fill them up or remove them' },
  'TOO MANY COLUMNS': { what: 'too many fields', next: 'Put fields that hold the delimiter in quotes' },
  'UNQUOTED VALUE': {
    what: 'a quote that is opened and not closed, or text after a closing quote',
    next: 'Close it, or double the quotes inside a field',
  },
  'LINE SIZE OVER MAXIMUM': { what: 'a line above the size limit', next: 'Check the quotes, or pass a larger max_line_size' },
}

function rejected(name: string, { names, header }: CsvShape, rejects: readonly Reject[]): Fault {
  const row = (line: number): number => (header ? line - 1 : line)
  const byKind = Map.groupBy(rejects, ({ kind }) => kind)
  const sentences = [...byKind].map(([kind, all]) => {
    const { what, next } = kinds[kind] ?? { what: kind.toLowerCase(), next: 'Repair them' }
    const shown = all
      .slice(0, 5)
      .map(({ line }) => row(line))
      .join(', ')
    const count = all.length >= 1000 ? '1000 or more rows have' : all.length === 1 ? '1 row has' : `${all.length} rows have`
    return `${count} ${what} (${all.length === 1 ? 'row' : 'rows'} ${shown}${all.length > 5 ? ', …' : ''}). ${next}.`
  })
  const errors = rejects.slice(0, 20).map(({ line, message }) => ({ path: `row ${row(line)}`, message: message.split('\n')[0] ?? '' }))
  const big = rejects.every(({ kind }) => kind === 'LINE SIZE OVER MAXIMUM')
  return new Fault(
    big ? 'too_large' : 'invalid_input',
    `'${name}' has ${names.length} columns, but ${sentences.join(' ')} Rows count from 1 after the header.`,
    {
      errors,
    },
  )
}

function csvFault(name: string, error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof Fault || error.name === 'AbortError' || error.name === 'TimeoutError') return error
  const words = error.message.replaceAll(/\/[^\s"']+\//g, '').split('\n')[0] ?? ''
  const size = /line size|buffer/i.test(words)
  return new Fault(
    size ? 'too_large' : 'invalid_input',
    `'${name}' cannot be read as delimited text: ${words} Check its delimiter, quotes and encoding.`,
    {
      cause: error,
    },
  )
}
