/** Files to documents, one at a time. What can't be read is named and skipped; it never ends the whole. */
import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { basename, extname } from 'node:path'
import { type Skip, type SourceDocument, storable } from './document.ts'
import type { SourceFile } from './files.ts'
import { readLines } from './lines.ts'

export type Reading = { readonly document: SourceDocument } | { readonly skip: Skip }

/** Bytes of one document: a file, or one line of JSONL. */
const largestDocument = 20 * 1024 * 1024
const largestMetadata = 16 * 1024
const deepestMetadata = 32
const longestId = 512
const longestTitle = 1000

export async function* readDocuments(files: readonly SourceFile[]): AsyncGenerator<Reading> {
  const seen = new Set<string>()
  for (const file of files) {
    for await (const reading of readFile(file)) {
      if ('skip' in reading) yield reading
      else if (seen.has(reading.document.id))
        yield { skip: { source: file.name, reason: `has the id '${reading.document.id}' a second time; the first one counts` } }
      else {
        seen.add(reading.document.id)
        yield reading
      }
    }
  }
}

async function* readFile(file: SourceFile): AsyncGenerator<Reading> {
  const skip = (reason: string): Reading => ({ skip: { source: file.name, reason } })
  let handle: FileHandle
  try {
    // A link put in place of the file since the folder was listed is refused by the system.
    handle = await open(file.path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0))
  } catch {
    yield skip('cannot be opened')
    return
  }
  try {
    if (file.format === 'jsonl') yield* readJsonLines(file, handle)
    else yield await readWhole({ ...file, format: file.format }, handle)
  } finally {
    await handle.close()
  }
}

async function readWhole(file: SourceFile & { readonly format: 'markdown' | 'text' }, handle: FileHandle): Promise<Reading> {
  const skip = (reason: string): Reading => ({ skip: { source: file.name, reason } })
  const { size } = await handle.stat()
  if (size > largestDocument) return skip(`is larger than ${largestDocument / 1024 / 1024} MB; split it`)
  const bytes = await handle.readFile()
  if (bytes.includes(0)) return skip('holds NUL bytes, so it is not text')
  const text = decode(bytes)
  if (text === undefined) return skip('is not UTF-8; convert it')
  if (text.trim() === '') return skip('is empty')
  const title = basename(file.name, extname(file.name))
  return { document: { id: storable(file.name), title: storable(title), text: storable(text), metadata: {}, format: file.format } }
}

async function* readJsonLines(file: SourceFile, handle: FileHandle): AsyncGenerator<Reading> {
  for await (const { number, bytes } of readLines(handle.createReadStream({ autoClose: false }), largestDocument)) {
    const found = bytes === undefined ? 'is longer than 20 MB; split it' : parseLine(bytes)
    if (found === undefined) continue
    yield typeof found === 'string' ? { skip: { source: file.name, line: number, reason: found } } : { document: found }
  }
}

/** The document, the reason why there is none, or nothing for a blank line. */
function parseLine(bytes: Uint8Array): SourceDocument | string | undefined {
  const line = decode(bytes)
  if (line === undefined) return 'is not UTF-8; convert it'
  if (line.trim() === '') return undefined
  let record: unknown
  try {
    record = JSON.parse(line)
  } catch {
    return 'is not JSON'
  }
  return isRecord(record) ? fromRecord(record) : 'is not a JSON object'
}

function fromRecord({ _id, title = '', text, metadata = {} }: Readonly<Record<string, unknown>>): SourceDocument | string {
  const id = typeof _id === 'number' ? String(_id) : _id
  if (typeof id !== 'string' || id === '') return "has no '_id'"
  if (id.length > longestId) return `has an '_id' of ${id.length} characters; at most ${longestId} are allowed`
  if (title !== null && typeof title !== 'string') return "has a 'title' that is not text"
  if (typeof text !== 'string') return "has no 'text'"
  if (text.trim() === '') return "has an empty 'text'"
  if (metadata !== null && !isRecord(metadata)) return "has 'metadata' that is not an object"
  const kept = JSON.stringify(metadata ?? {})
  if (kept.length > largestMetadata) return `has 'metadata' of more than ${largestMetadata / 1024} KB`
  const clean = cleaned(metadata ?? {}, 0)
  if (!isRecord(clean)) return `has 'metadata' nested deeper than ${deepestMetadata} levels`
  return { id: storable(id), title: storable((title ?? '').slice(0, longestTitle)), text: storable(text), metadata: clean, format: 'text' }
}

/** jsonb can't hold NUL or half surrogate pairs either, in keys or values. Undefined when it is nested too deep. */
function cleaned(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return storable(value)
  if (typeof value !== 'object' || value === null) return value
  if (depth >= deepestMetadata) return undefined
  const inner = Object.entries(value).map(([key, item]) => [storable(key), cleaned(item, depth + 1)] as const)
  if (inner.some(([, item]) => item === undefined)) return undefined
  return Array.isArray(value) ? inner.map(([, item]) => item) : Object.fromEntries(inner)
}

/** Undefined when the bytes are not UTF-8. A byte order mark is dropped. */
function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return undefined
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)
