/**
 * One look at every byte of a delimited file before it is parsed: where records end. A parser fed with a line of a
 * gigabyte, or with a quote that never closes, would take all memory first and complain later.
 */
import { Fault } from '../../platform/fault.ts'
import { readUtf8 } from './text-encoding.ts'

/** What a byte is, and where in a field we stand: four of each, so that one table says where every byte leads. */
const other = 0
const delimits = 1
const quotes = 2
const breaks = 3
const atStart = 0
const inPlain = 1
const inQuotes = 2
const afterQuote = 3
// prettier-ignore
const next = new Uint8Array([
  // other, delimiter, quote, line break
  inPlain,
  atStart,
  inQuotes,
  atStart, // at the start of a field
  inPlain,
  atStart,
  inPlain,
  atStart, // in a field without quotes
  inQuotes,
  inQuotes,
  afterQuote,
  inQuotes, // in a quoted field
  inPlain,
  atStart,
  inQuotes,
  atStart, // after a quote that closes, or is the first of two
])

export interface ScanOptions {
  /** For error sentences. */
  readonly name: string
  readonly delimiter: string
  readonly header: boolean
  /** Longest accepted record in bytes. */
  readonly maxLineSize: number
  readonly signal?: AbortSignal
}

/** Returns the number of records that are not blank, the header included. Throws naming the row that is too long or never ends. */
export async function scanRecords(file: string, options: ScanOptions): Promise<number> {
  const kinds = new Uint8Array(256).fill(other)
  kinds[options.delimiter.charCodeAt(0)] = delimits
  kinds[0x22] = quotes
  kinds[0x0a] = breaks
  kinds[0x0d] = breaks
  const place: Place = { records: 0, length: 0, state: atStart }
  for await (const chunk of readUtf8(file, options)) {
    if (!advance(place, chunk, { kinds, maxLineSize: options.maxLineSize })) throw tooLong(place.records, place.state === inQuotes, options)
  }
  if (place.state === inQuotes) throw neverClosed(place.records, options)
  return place.length > 0 ? place.records + 1 : place.records
}

/** Where the scan stands; altered in place, a byte at a time. */
interface Place {
  records: number
  /** Bytes of the current record so far. */
  length: number
  state: number
}

/** Hot: about a second for a gigabyte; between two megabytes the event loop has its turn. False at a record that is too long. */
function advance(place: Place, chunk: Uint8Array, { kinds, maxLineSize }: { kinds: Uint8Array; maxLineSize: number }): boolean {
  let { records, length, state } = place
  for (let at = 0; at < chunk.length && length <= maxLineSize; at++) {
    const kind = kinds[chunk[at] ?? 0] ?? other
    const ends = kind === breaks && state !== inQuotes
    state = next[state * 4 + kind] ?? atStart
    if (!ends) length++
    else if (length > 0) {
      records++
      length = 0
    }
  }
  Object.assign(place, { records, length, state })
  return length <= maxLineSize
}

const row = (records: number, { header }: ScanOptions): string =>
  header ? (records === 0 ? 'The header' : `Row ${records}`) : `Row ${records + 1}`

function tooLong(records: number, quoted: boolean, options: ScanOptions): Fault {
  const where = `${row(records, options)} of '${options.name}' is longer than ${options.maxLineSize} bytes`
  const advice = quoted ? 'it opens a quote and does not close it. Close it' : 'check that the file has line breaks'
  return new Fault('too_large', `${where}: ${advice}, or pass a larger max_line_size.`)
}

function neverClosed(records: number, options: ScanOptions): Fault {
  return new Fault(
    'invalid_input',
    `${row(records, options)} of '${options.name}' opens a quote that is never closed. Close it, or double the quotes inside a field.`,
  )
}
