/** Reads the first record of a delimited file: its delimiter, its column names, and whether it is a header at all. */
import { Fault } from '../../platform/fault.ts'

export interface CsvShape {
  readonly delimiter: string
  readonly header: boolean
  readonly names: readonly string[]
}

export interface CsvHeadOptions {
  /** For error sentences. */
  readonly name: string
  readonly delimiter?: string
  readonly header?: boolean
  readonly names?: readonly string[]
  /** Longest accepted record in bytes. */
  readonly maxLineSize: number
}

const delimiters = [',', '\t', ';', '|'] as const
const mostColumns = 10_000

/** `head` is the start of the file; `whole` says that it is all of it. */
export function readCsvHead(head: string, whole: boolean, options: CsvHeadOptions): CsvShape {
  if (head.trim() === '') throw new Fault('invalid_input', `'${options.name}' is empty: there is no header and no row to read.`)
  if (head.slice(0, 8192).includes('\0'))
    throw new Fault(
      'invalid_input',
      `'${options.name}' holds zero bytes; it looks like a binary file, not delimited text. Export it as CSV.`,
    )
  const delimiter = options.delimiter ?? likeliestDelimiter(head)
  const first = readRecord(head, 0, delimiter)
  if (first.end === head.length && !whole) throw tooLong(options)
  if (first.fields.length > mostColumns)
    throw new Fault('too_large', `'${options.name}' has ${first.fields.length} columns; at most ${mostColumns} are accepted.`)
  if (options.names)
    return { delimiter, header: options.header ?? false, names: givenNames(options.names, first.fields.length, options.name) }
  if (options.header === false) return { delimiter, header: false, names: first.fields.map((_, index) => `c${index + 1}`) }

  if (options.header === undefined && looksLikeRow(first.fields, readRecord(head, first.end, delimiter).fields))
    throw noHeader(first.fields, options)
  return { delimiter, header: true, names: checkNames(first.fields, options.name) }
}

function checkNames(fields: readonly string[], file: string): readonly string[] {
  const names = fields.map((field) => field.trim())
  const seen = new Map<string, number>()
  for (const [index, name] of names.entries()) {
    if (name === '') throw new Fault('invalid_input', `Column ${index + 1} of '${file}' has no name. Name it in the header, or pass names.`)
    const before = seen.get(name.toLowerCase())
    if (before !== undefined)
      throw new Fault(
        'invalid_input',
        `Columns ${before + 1} and ${index + 1} of '${file}' are both called '${name}' (names ignore case). Rename one, or pass names.`,
      )
    seen.set(name.toLowerCase(), index)
  }
  return names
}

function givenNames(names: readonly string[], fields: number, file: string): readonly string[] {
  if (names.length !== fields)
    throw new Fault(
      'invalid_input',
      `${names.length} names were passed, but the first row of '${file}' has ${fields} fields. Pass one name a column.`,
    )
  return checkNames(names, file)
}

/** The candidate that splits the first record into most fields; a comma when none does. */
function likeliestDelimiter(head: string): string {
  const counts = delimiters.map((delimiter) => readRecord(head, 0, delimiter).fields.length)
  const most = Math.max(...counts)
  return most > 1 ? (delimiters[counts.indexOf(most)] ?? ',') : ','
}

/** RFC 4180: fields in quotes may hold delimiters, line breaks and doubled quotes. */
function readRecord(text: string, start: number, delimiter: string): { readonly fields: readonly string[]; readonly end: number } {
  const fields: string[] = []
  let at = start
  while (at <= text.length) {
    const { value, end } = text[at] === '"' ? readQuoted(text, at + 1, delimiter) : readPlain(text, at, delimiter)
    fields.push(value)
    at = end
    if (text[at] !== delimiter) break
    at++
  }
  const skip = text[at] === '\r' && text[at + 1] === '\n' ? 2 : 1
  return { fields, end: Math.min(text.length, at + skip) }
}

interface Field {
  readonly value: string
  readonly end: number
}

function readPlain(text: string, start: number, delimiter: string): Field {
  let end = start
  while (end < text.length && text[end] !== delimiter && text[end] !== '\n' && text[end] !== '\r') end++
  return { value: text.slice(start, end), end }
}

function readQuoted(text: string, start: number, delimiter: string): Field {
  let close = text.indexOf('"', start)
  while (close >= 0 && text[close + 1] === '"') close = text.indexOf('"', close + 2)
  if (close < 0) return { value: text.slice(start), end: text.length }
  const after = readPlain(text, close + 1, delimiter)
  return { value: text.slice(start, close).replaceAll('""', '"') + after.value, end: after.end }
}

/**
 * Numbers where names should be. A header of years over a wide table ("country, 2019, 2020") or of positions
 * ("0, 1, 2, …") is let through.
 */
function looksLikeRow(first: readonly string[], second: readonly string[]): boolean {
  const numeric = first.filter((field) => isNumber(field))
  if (numeric.length === 0) return false
  const numbers = numeric.map(Number)
  const counts = numbers.every((value, index) => index === 0 || value === (numbers[index - 1] ?? 0) + 1)
  if (counts && numbers[0] === 0 && numbers.length > 1) return false
  if (counts && numeric.length < first.length && numbers.every((value) => value >= 1900 && value <= 2100)) return false
  return second.every((field, column) => !isNumber(field) || isNumber(first[column] ?? ''))
}

const isNumber = (field: string): boolean => field.trim() !== '' && Number.isFinite(Number(field))

function noHeader(fields: readonly string[], { name }: CsvHeadOptions): Fault {
  const shown = fields.slice(0, 4).join(', ')
  return new Fault(
    'invalid_input',
    `The first row of '${name}' looks like data, not like column names (${shown}${fields.length > 4 ? ', …' : ''}). Pass header: false to call the columns c1, c2, …, pass names, or header: true if these are the names.`,
  )
}

function tooLong({ name, maxLineSize }: CsvHeadOptions): Fault {
  return new Fault(
    'too_large',
    `The first line of '${name}' is longer than ${maxLineSize} bytes. Check that the file has line breaks and its quotes are closed, or pass a larger max_line_size.`,
  )
}
