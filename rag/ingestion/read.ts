/** Files to documents, one at a time. What can't be read is named and skipped; it never ends the whole. */
import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import type { Found } from './document.ts'
import type { SourceFile } from './files.ts'
import { formatOfBytes } from './formats.ts'
import { readJson, readJsonLines, readTables, readWhole } from './parse.ts'
import { reasonOf } from './unreadable.ts'

/** Where a reading stands: the number of its file, and its own number in that file. */
export interface Place {
  readonly file: number
  readonly item: number
}

export type Reading = Found & Place

/** What a reader died of, and the number of the reading that says so. */
export interface Failure {
  readonly item: number
  readonly reason: string
}

export interface ReadOptions {
  /** Readings before this place are passed over. */
  readonly from?: Place
  /** Files that a reader died of, by their numbers; they are skipped when it is their turn. */
  readonly failed?: ReadonlyMap<number, Failure>
  /** Ids of documents that were read before `from`. */
  readonly seen?: Iterable<string>
  /** Called before a file is opened and whenever something was read from it. */
  readonly onProgress?: (place: Place) => void
}

export async function* readDocuments(files: readonly SourceFile[], options: ReadOptions = {}): AsyncGenerator<Reading> {
  const seen = new Set(options.seen)
  const from = options.from ?? { file: 0, item: 0 }
  for (let number = from.file; number < files.length; number++) {
    const file = files[number]
    if (!file) continue
    let item = options.failed?.get(number)?.item ?? 0
    options.onProgress?.({ file: number, item })
    for await (const found of readOne(file, number, options)) {
      const place = { file: number, item: item++ }
      options.onProgress?.(place)
      if (number > from.file || place.item >= from.item) yield { ...unlessSeen(file, found, seen), ...place }
    }
  }
}

/** A file with one reading is not opened again to pass over it. */
function readOne(file: SourceFile, number: number, { from, failed }: ReadOptions): AsyncIterable<Found> | Iterable<Found> {
  const failure = failed?.get(number)
  if (failure) return [{ skip: { source: file.name, reason: failure.reason } }]
  const passed = from?.file === number && from.item > 0
  return passed && single.has(file.format) ? [] : readFile(file)
}

const single: ReadonlySet<string> = new Set(['markdown', 'text', 'html', 'pdf', 'docx', 'code', 'unknown'])

function unlessSeen(file: SourceFile, found: Found, seen: Set<string>): Found {
  if ('skip' in found) return found
  const { id } = found.document
  if (seen.has(id)) return { skip: { source: file.name, reason: `has the id '${id}' a second time; the first one counts` } }
  seen.add(id)
  return found
}

async function* readFile(file: SourceFile): AsyncGenerator<Found> {
  let handle: FileHandle
  try {
    // A link put in place of the file since the folder was listed is refused by the system.
    handle = await open(file.path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0))
  } catch {
    yield { skip: { source: file.name, reason: 'cannot be opened' } }
    return
  }
  try {
    yield* readAs(file, handle)
  } catch (error) {
    yield { skip: { source: file.name, reason: reasonOf(error) } }
  } finally {
    await handle.close()
  }
}

async function* readAs(file: SourceFile, handle: FileHandle): AsyncGenerator<Found> {
  const format = file.format === 'unknown' ? await sniff(handle) : file.format
  if (format === 'jsonl') yield* readJsonLines(file, handle)
  else if (format === 'json') yield* readJson(file, handle)
  else if (format === 'csv') yield* readTables(file, handle)
  else yield { document: await readWhole({ ...file, format }, handle) }
}

async function sniff(handle: FileHandle): Promise<ReturnType<typeof formatOfBytes>> {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(1024), 0, 1024, 0)
  return formatOfBytes(buffer.subarray(0, bytesRead))
}
