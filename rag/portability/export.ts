/** A collection as one file: read page by page, packed and written as it is read, so that its size is no matter of memory. */
import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { rm, stat } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import type { Blobs } from '../../platform/blobs.ts'
import type { Database } from '../../platform/database/database.ts'
import { Fault } from '../../platform/fault.ts'
import type { Collection } from '../index/collections.ts'
import type { Scope } from '../search/scope.ts'
import { encodeVector, formatName, lineOf } from './format.ts'
import { type ChunkRow, chunksOf, type DocumentRow, documentsAfter, hidesSomething, stillLive, textsOf } from './read-rows.ts'

export interface ExportGround {
  readonly db: Database
  readonly blobs: Blobs
  readonly signal: AbortSignal
  progress(progress: { readonly fraction?: number; readonly message: string }): void
}

export interface Exported {
  /** Of the blob that holds the file. */
  readonly digest: string
  readonly bytes: number
  readonly documents: number
  readonly chunks: number
}

interface Tally {
  documents: number
  chunks: number
}

/** Small documents are read together and left out when they vanish meanwhile. */
const smallChunks = 60

/** Throws `not_allowed` when the collection holds documents that the caller may not read. */
export async function exportCollection(ground: ExportGround, collection: Collection, scope: Scope): Promise<Exported> {
  const { db, blobs, signal } = ground
  if (await hidesSomething(db.background, collection, scope))
    throw new Fault(
      'not_allowed',
      `Collection '${collection.name}' holds documents that you may not read, so you cannot export it. Ask an administrator to.`,
    )
  const file = await blobs.scratch('gz')
  const tally: Tally = { documents: 0, chunks: 0 }
  try {
    await pipeline(
      Readable.from(digested(linesOf(ground, { collection, scope, tally }), tally)),
      createGzip({ level: 6 }),
      createWriteStream(file),
      {
        signal,
      },
    )
    const { size } = await stat(file)
    return { digest: await blobs.adopt(file), bytes: size, ...tally }
  } finally {
    await rm(file, { force: true })
  }
}

/** The lines with a trailer that vouches for them. */
async function* digested(lines: AsyncIterable<string>, tally: Tally): AsyncGenerator<string> {
  const digest = createHash('sha256')
  for await (const line of lines) {
    digest.update(line)
    yield line
  }
  yield lineOf({ kind: 'trailer', ...tally, digest: digest.digest('hex') })
}

interface Work {
  readonly collection: Collection
  readonly scope: Scope
  readonly tally: Tally
}

async function* linesOf({ db, signal, progress }: ExportGround, { collection, scope, tally }: Work): AsyncGenerator<string> {
  const { name, language, embedder, dimensions } = collection
  yield lineOf({ kind: 'header', format: formatName, version: 1, collection: name, language, embedder, dimensions })
  for (let after = 0; ; ) {
    signal.throwIfAborted()
    const page = await documentsAfter(db.background, collection, { scope, after })
    const some = upTo(page, smallChunks)
    const [first] = some
    if (!first) return
    yield* first.chunks > smallChunks
      ? largeDocument(db.background, collection, { document: first, tally })
      : smallDocuments(db.background, collection, { documents: some, tally })
    after = some.at(-1)?.key ?? after
    const fraction = Math.min(0.99, tally.chunks / Math.max(1, collection.chunks))
    progress({ fraction, message: `${tally.documents} documents, ${tally.chunks} chunks` })
  }
}

/** The first of them that have together no more than `most` chunks; at least one. */
function upTo(page: readonly DocumentRow[], most: number): readonly DocumentRow[] {
  let chunks = 0
  const end = page.findIndex((document) => {
    chunks += document.chunks
    return chunks > most
  })
  return end === -1 ? page : page.slice(0, Math.max(1, end))
}

interface Some {
  readonly documents: readonly DocumentRow[]
  readonly tally: Tally
}

async function* smallDocuments(db: Database, collection: Collection, { documents, tally }: Some): AsyncGenerator<string> {
  const keys = documents.map(({ key }) => key)
  const lines = new Map<number, string[]>()
  for (const document of documents) lines.set(document.key, [documentLineOf(document)])
  for await (const { document, text } of textsOf(db, collection.workspace, keys)) lines.get(document)?.push(lineOf({ kind: 'text', text }))
  for await (const chunk of chunksOf(db, collection, keys)) lines.get(chunk.document)?.push(chunkLineOf(chunk))
  const live = await stillLive(db, collection.workspace, keys)
  for (const { key, chunks } of documents) {
    if (!live.has(key)) continue
    yield* lines.get(key) ?? []
    tally.documents += 1
    tally.chunks += chunks
  }
}

/** Written while it is read. Throws `conflict` when it is replaced meanwhile. */
async function* largeDocument(
  db: Database,
  collection: Collection,
  { document, tally }: { readonly document: DocumentRow; readonly tally: Tally },
): AsyncGenerator<string> {
  const { key, id, chunks } = document
  yield documentLineOf(document)
  for await (const { text } of textsOf(db, collection.workspace, [key])) yield lineOf({ kind: 'text', text })
  for await (const chunk of chunksOf(db, collection, [key])) yield chunkLineOf(chunk)
  if ((await stillLive(db, collection.workspace, [key])).size === 0)
    throw new Fault('conflict', `Document '${id}' was changed while it was exported. Export the collection again.`)
  tally.documents += 1
  tally.chunks += chunks
}

function documentLineOf({ key: _, readers, ...document }: DocumentRow): string {
  return lineOf({ kind: 'document', ...document, ...(readers && { readers: [...readers] }) })
}

function chunkLineOf({ document: _, ordinal: __, page, vector, ...chunk }: ChunkRow): string {
  const encoded = vector === null ? null : encodeVector(vectorFrom(vector))
  return lineOf({ kind: 'chunk', ...chunk, ...(page !== null && { page }), vector: encoded })
}

/** From '[0.1,0.2]'. */
function vectorFrom(text: string): Float32Array {
  const values: unknown = JSON.parse(text)
  return Float32Array.from(Array.isArray(values) ? values : [], Number)
}
