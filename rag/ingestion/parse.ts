/** An open file to the documents in it, by its format; throws `Unreadable` with the reason. Parsers are loaded when needed. */
import type { FileHandle } from 'node:fs/promises'
import { basename, extname } from 'node:path'
import { codeLanguageOf } from './code-languages.ts'
import { type Found, type SourceDocument, storable } from './document.ts'
import { decodeText } from './encoding.ts'
import type { Extraction } from './extraction.ts'
import type { SourceFile } from './files.ts'
import type { Format } from './formats.ts'
import { readLines } from './lines.ts'
import { documentOf } from './records.ts'
import { openTextStream } from './text-stream.ts'
import { reasonOf, Unreadable } from './unreadable.ts'

const megabyte = 1024 * 1024
/** Bytes of one document: a file of text, or one line of JSONL. */
const largestText = 20 * megabyte
/** Bytes of a file that is mostly pictures. */
const largestPacked = 100 * megabyte

type Whole = Exclude<Format, 'csv'>

/** Formats that a document's metadata names: its text does not show what it was. */
const known: ReadonlySet<Format> = new Set(['html', 'pdf', 'docx', 'csv', 'code'])

/** A file that is one document. */
export async function readWhole(file: SourceFile & { readonly format: Format }, handle: FileHandle): Promise<SourceDocument> {
  const { format } = file
  if (format === 'csv') throw new Unreadable('is a table')
  const packed = format === 'pdf' || format === 'docx'
  const bytes = await readAll(handle, packed ? largestPacked : largestText)
  const { extraction, metadata } = await extract(file, format, bytes)
  if (extraction.text.trim() === '') throw new Unreadable('is empty')
  const { text, pages, outline } = extraction
  return {
    id: storable(file.name),
    title: storable((format === 'markdown' ? undefined : outline?.title) ?? titleOf(file.name, format)).slice(0, 1000),
    text: storable(text),
    metadata: { ...(known.has(format) && { format }), ...metadata, ...file.metadata },
    format,
    ...(pages && { pages }),
    ...(outline && { outline }),
    ...(file.readers && { readers: file.readers }),
  }
}

interface Read {
  readonly extraction: Omit<Extraction, 'outline' | 'metadata'> & Partial<Pick<Extraction, 'outline'>>
  readonly metadata: Readonly<Record<string, unknown>>
}

async function extract(file: SourceFile, format: Whole, bytes: Buffer): Promise<Read> {
  if (bytes.length === 0) throw new Unreadable('is empty')
  if (format === 'pdf' || format === 'docx') {
    const extraction = await (format === 'pdf'
      ? (await import('./pdf.ts')).extractPdf(bytes)
      : (await import('./docx.ts')).extractDocx(bytes))
    return { extraction, metadata: extraction.metadata }
  }
  const { text, encoding } = textOf(bytes, file, format)
  const read = { ...(encoding !== 'utf-8' && { encoding }) }
  if (format === 'html') {
    const { extractHtml } = await import('./html.ts')
    const extraction = extractHtml(text)
    return { extraction, metadata: { ...extraction.metadata, ...read } }
  }
  const language = format === 'code' ? codeLanguageOf(file.name)?.name : undefined
  return { extraction: { text }, metadata: { ...(language && { language }), ...read } }
}

/** Source code keeps its ending: `cart.ts` is not `cart.py`. */
const titleOf = (name: string, format: Format): string => (format === 'code' ? basename(name) : basename(name, extname(name)))

function textOf(bytes: Buffer, { charset }: SourceFile, format?: Format): { readonly text: string; readonly encoding: string } {
  const declared = charset ?? (format === 'html' ? charsetOfPage(bytes) : undefined)
  const decoded = decodeText(bytes, declared)
  if (typeof decoded === 'string') throw new Unreadable(decoded)
  return decoded
}

/** What a page says about itself near its beginning. */
function charsetOfPage(bytes: Buffer): string | undefined {
  return /<meta[^>]{0,200}charset\s*=\s*["']?\s*([\w:-]{2,40})/i.exec(bytes.toString('latin1', 0, 4096))?.[1]
}

async function readAll(handle: FileHandle, most: number): Promise<Buffer> {
  const { size } = await handle.stat()
  if (size > most) throw new Unreadable(`is larger than ${most / megabyte} MB; split it`)
  return handle.readFile()
}

export async function* readJsonLines(file: SourceFile, handle: FileHandle): AsyncGenerator<Found> {
  for await (const { number, bytes } of readLines(handle.createReadStream({ autoClose: false }), largestText)) {
    const found = bytes === undefined ? 'is longer than 20 MB; split it' : parseLine(bytes)
    if (found === undefined) continue
    const read = await readMarkup(found)
    yield typeof read === 'string' ? { skip: { source: file.name, line: number, reason: read } } : { document: withFile(read, file) }
  }
}

/** The text of a record that is HTML, with what the page says of itself; other records as they are. */
async function readMarkup(found: SourceDocument | string): Promise<SourceDocument | string> {
  if (typeof found === 'string' || found.format !== 'html') return found
  const { extractHtml } = await import('./html.ts')
  try {
    const { text, outline, metadata } = extractHtml(found.text)
    if (text.trim() === '') return "has an empty 'text'"
    const title = found.title === '' ? storable(outline.title ?? '').slice(0, 1000) : found.title
    return { ...found, title, outline: { ...outline, title }, text: storable(text), metadata: { ...metadata, ...found.metadata } }
  } catch (error) {
    return reasonOf(error)
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true })

/** The document, the reason why there is none, or nothing for a blank line. */
function parseLine(bytes: Uint8Array): SourceDocument | string | undefined {
  let line: string
  try {
    line = utf8.decode(bytes)
  } catch {
    return 'is not UTF-8; convert it'
  }
  if (line.trim() === '') return undefined
  try {
    return documentOf(JSON.parse(line))
  } catch {
    return 'is not JSON'
  }
}

/** What is known of the file joins what its entries say, and yields to it. */
function withFile(document: SourceDocument, { metadata, readers }: SourceFile): SourceDocument {
  return {
    ...document,
    ...(metadata && { metadata: { ...metadata, ...document.metadata } }),
    ...(readers && !document.readers && { readers }),
  }
}

/** An array of documents as `documentOf` takes them, or any other JSON as a text. */
export async function* readJson(file: SourceFile, handle: FileHandle): AsyncGenerator<Found> {
  const { text } = textOf(await readAll(handle, largestText), file)
  if (text.trim() === '') throw new Unreadable('is empty')
  const value = parsed(text)
  if (!Array.isArray(value) || !value.some((entry) => typeof documentOf(entry) !== 'string')) {
    yield { document: withFile(asText(file.name, text, value), file) }
    return
  }
  for (const [at, entry] of value.entries()) {
    const found = await readMarkup(documentOf(entry))
    yield typeof found === 'string' ? { skip: { source: `${file.name}[${at}]`, reason: found } } : { document: withFile(found, file) }
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new Unreadable(`is not JSON: ${error instanceof Error ? error.message.slice(0, 120) : ''}`)
  }
}

/** As it is laid out in the file; what stands in one line is laid out. */
function asText(name: string, text: string, value: unknown): SourceDocument {
  const laidOut = text.trim().includes('\n') ? text : pretty(value, text)
  return { id: storable(name), title: storable(titleOf(name, 'text')), text: storable(laidOut), metadata: {}, format: 'text' }
}

function pretty(value: unknown, otherwise: string): string {
  try {
    const text = JSON.stringify(value, null, 2)
    return text.length <= largestText ? text : otherwise
  } catch {
    return otherwise
  }
}

/** A table is one document; a long one is several: "sales.csv", "sales.csv#2", … */
export async function* readTables(file: SourceFile, handle: FileHandle): AsyncGenerator<Found> {
  const { delimiterOf, readTable } = await import('./csv.ts')
  const { head, pieces, encoding } = await openTextStream(handle, file.charset)
  const title = titleOf(file.name, 'csv')
  let part = 1
  for await (const { text, outline, metadata, firstRow, lastRow } of readTable(pieces, delimiterOf(head, file.name))) {
    if (text === '') throw new Unreadable('is empty')
    const several = part > 1
    const document: SourceDocument = {
      id: storable(several ? `${file.name}#${part}` : file.name),
      title: storable(several ? `${title}, rows ${firstRow}–${lastRow}` : title),
      text,
      outline,
      metadata: { format: 'csv', ...metadata, ...(several && { firstRow }), ...(encoding !== 'utf-8' && { encoding }) },
      format: 'csv',
    }
    part++
    yield { document: withFile(document, file) }
  }
}
