/**
 * Tables as text, a block "column: value; …" for every row, so that a row says by itself what its values mean: the only file
 * that knows the CSV parser. A long table becomes several documents, so that memory holds a part of it only.
 */
import { finished } from 'node:stream/promises'
import { CsvError, parse } from 'csv-parse'
import { type Extraction, openText } from './extraction.ts'
import { Unreadable } from './unreadable.ts'

const longestRow = 1_000_000
const mostColumns = 1000
const mostRows = 1_000_000
/** Text of one part. */
const partCharacters = 1_000_000
const namesKept = 100

export interface TablePart extends Extraction {
  /** Counted from 1, below the header. */
  readonly firstRow: number
  readonly lastRow: number
}

/** `source` in pieces of any size. Throws `Unreadable` after the parts that could be read. */
export async function* readTable(source: AsyncIterable<string> | Iterable<string>, delimiter: string): AsyncGenerator<TablePart> {
  let names: readonly string[] | undefined
  let out = openText()
  let firstRow = 1
  let row = 0
  const part = (): TablePart => {
    const { text, blocks } = out.finish()
    out = openText()
    return {
      text,
      outline: { blocks },
      metadata: { columns: (names ?? []).slice(0, namesKept), rows: row - firstRow + 1 },
      firstRow,
      lastRow: row,
    }
  }
  try {
    for await (const fields of recordsOf(source, delimiter)) {
      if (!names) {
        names = namesOf(fields)
        continue
      }
      if (row === mostRows)
        throw new Unreadable(`has more than ${mostRows.toLocaleString('en')} rows; those are read, the others are left out`)
      row++
      out.add({ text: describeRow(names, fields), headings: [], lines: true })
      if (out.length < partCharacters) continue
      yield part()
      firstRow = row + 1
    }
  } catch (error) {
    if (out.length > 0) yield part()
    throw error
  }
  if (out.length > 0 || row === 0) yield part()
}

/** Rows as they are completed: those before an error are not lost with it. */
async function* recordsOf(source: AsyncIterable<string> | Iterable<string>, delimiter: string): AsyncGenerator<readonly string[]> {
  const ready: (readonly string[])[] = []
  const parser = parse({
    delimiter,
    bom: true,
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
    max_record_size: longestRow,
    on_record: (record: readonly string[]) => {
      ready.push(record)
      return null
    },
  })
  const ended = finished(parser.resume()).catch(() => undefined)
  for await (const piece of source) {
    parser.write(piece)
    yield* ready.splice(0)
    if (parser.errored) throw unreadable(parser.errored)
  }
  parser.end()
  await ended
  yield* ready.splice(0)
  if (parser.errored) throw unreadable(parser.errored)
}

function unreadable(error: Error): Error {
  if (!(error instanceof CsvError)) return error
  const line = error.lines === undefined ? '' : ` near line ${error.lines}`
  const what = error.code === 'CSV_MAX_RECORD_SIZE' ? `is longer than ${longestRow.toLocaleString('en')} characters` : 'is not valid CSV'
  return new Unreadable(`has a row${line} that ${what}; what follows it is left out`)
}

/** The separator that its first line has most of. */
export function delimiterOf(head: string, name: string): string {
  if (/\.tsv$/i.test(name)) return '\t'
  const line = head.split(/\r?\n/, 1)[0]?.replaceAll(/"[^"]*"/g, '') ?? ''
  const counted = [',', ';', '\t', '|'].map((delimiter) => ({ delimiter, count: line.split(delimiter).length }))
  return counted.reduce((best, next) => (next.count > best.count ? next : best)).delimiter
}

function namesOf(fields: readonly string[]): readonly string[] {
  if (fields.length > mostColumns) throw new Unreadable(`has ${fields.length} columns; at most ${mostColumns} are read`)
  return fields.map((field, at) => level(field).slice(0, 100) || `column ${at + 1}`)
}

function describeRow(names: readonly string[], fields: readonly string[]): string {
  return fields
    .flatMap((field, at) => {
      const value = level(field)
      return value === '' ? [] : [`${names[at] ?? `column ${at + 1}`}: ${value}`]
    })
    .join('; ')
}

const level = (field: string): string => field.replaceAll(/\s+/g, ' ').trim()
