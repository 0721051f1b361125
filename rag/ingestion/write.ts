/** One batch of small documents into the index, as one step. */
import { createHash } from 'node:crypto'
import type { Queryable } from '../../platform/database/database.ts'
import { Fault } from '../../platform/fault.ts'
import { insertChunks, insertParts, partsOf } from '../index/chunks.ts'
import { type Collection, holdCollection } from '../index/collections.ts'
import {
  findDocuments,
  insertDocuments,
  type LiveDocument,
  publishDocuments,
  rehomeDocuments,
  replaceDocuments,
} from '../index/documents.ts'
import { type TermsOf, termsByLanguage } from '../index/stems.ts'
import type { Language } from '../language/detect.ts'
import type { Skip } from './document.ts'
import { contentDigest, type Duplicate, findDuplicates } from './duplicates.ts'
import { type Embedded, embedDocuments, type Failures } from './embed.ts'
import type { IngestGround, IngestRequest } from './ingest.ts'
import type { Reader } from './reader.ts'
import type { Batch, BatchEntry, PreparedChunk, PreparedDocument } from './reader.worker.ts'

export interface BatchWork extends IngestGround {
  readonly request: IngestRequest
  readonly source: string
  readonly collection: Collection
  readonly reader: Reader
  readonly batch: Batch
  readonly number: number
  readonly failures: Failures
  /** Told as each document is prepared. */
  readonly onDocument: (id: string) => void
}

/** What a batch came to. */
export interface Written {
  readonly added: number
  readonly changed: number
  readonly unchanged: number
  /** Of the documents above. */
  readonly chunks: number
  readonly duplicates: readonly Duplicate[]
  readonly skipped: readonly Skip[]
}

/** A document ready to be written. */
export interface Ready {
  readonly entry: BatchEntry
  readonly document: PreparedDocument
  readonly language: Language
  readonly content: string
  readonly vectors: readonly Embedded[]
}

const allChunks = 1_000_000

/** The batch as one transaction; documents that are there already, by digest, are only counted. */
export async function writeSmall(work: BatchWork, known: ReadonlyMap<string, LiveDocument>): Promise<Written> {
  const { batch, ingestion } = work
  const stays = batch.documents.every((entry) => isHome(work, entry, known.get(entry.id)))
  // What this very ingestion wrote before it was interrupted is told by the journal.
  if (stays && ![...known.values()].some((document) => document.ingestion === ingestion)) return allUnchanged(known)
  const { ready, skipped } = await prepare(work, known)
  const words = ready.flatMap(({ language, document }) => document.chunks.map((chunk) => ({ language, terms: chunk.terms })))
  const terms = await termsByLanguage(work.db, words)
  return work.step(stepName(work), (tx) => writeReady(tx, work, { ready, skipped, terms }))
}

const allUnchanged = (known: ReadonlyMap<string, LiveDocument>): Written => ({
  added: 0,
  changed: 0,
  unchanged: known.size,
  chunks: chunksOf(known.values()),
  duplicates: [],
  skipped: [],
})

const chunksOf = (documents: Iterable<LiveDocument>): number => [...documents].reduce((sum, { chunks }) => sum + chunks, 0)

/** True when the index has the document as it is. */
export function isUnchanged({ request }: BatchWork, { digest }: BatchEntry, known: LiveDocument | undefined): boolean {
  return known?.digest === digest && (request.language === undefined || known.language === request.language)
}

/** True when it also came from here before. */
function isHome(work: BatchWork, entry: BatchEntry, known: LiveDocument | undefined): boolean {
  return isUnchanged(work, entry, known) && known?.source === work.source && known.file === entry.file
}

async function prepare(
  work: BatchWork,
  known: ReadonlyMap<string, LiveDocument>,
): Promise<{ readonly ready: readonly Ready[]; readonly skipped: readonly Skip[] }> {
  const prepared: Omit<Ready, 'vectors'>[] = []
  const skipped: Skip[] = []
  for (const [index, entry] of work.batch.documents.entries()) {
    work.onDocument(entry.id)
    if (isUnchanged(work, entry, known.get(entry.id))) continue
    const document = await cutOrSkip(() => work.reader.chunks(index, 0, allChunks))
    if ('failed' in document) skipped.push({ source: entry.id, reason: document.failed })
    else prepared.push({ entry, document, ...identityOf(work, entry, document) })
  }
  const embedded = await embedDocuments(
    work,
    prepared.map(({ document }) => document.chunks),
  )
  const ready: Ready[] = []
  for (const [at, document] of prepared.entries()) {
    const result = embedded[at]
    if (result && 'vectors' in result) ready.push({ ...document, vectors: result.vectors })
    else skipped.push({ source: document.entry.id, reason: `could not be embedded: ${result?.failed}` })
  }
  return { ready, skipped }
}

/** The reader gives a document up that cannot be cut in time; its reason is told and the rest goes on. */
export async function cutOrSkip(cut: () => Promise<PreparedDocument>): Promise<PreparedDocument | { readonly failed: string }> {
  try {
    return await cut()
  } catch (error) {
    if (error instanceof Fault && error.code === 'too_large') return { failed: `could not be cut: ${error.message}` }
    throw error
  }
}

/** A document is in the language asked for, else in the one it clearly is in, else in its collection's. */
export function identityOf(
  { request, collection }: BatchWork,
  { readers }: BatchEntry,
  { text, language }: PreparedDocument,
): Pick<Ready, 'language' | 'content'> {
  return { language: request.language ?? language ?? collection.language, content: contentDigest(text, readers) }
}

interface Writing {
  readonly ready: readonly Ready[]
  readonly skipped: readonly Skip[]
  readonly terms: TermsOf
}

async function writeReady(tx: Queryable, work: BatchWork, { ready, skipped, terms }: Writing): Promise<Written> {
  const collection = await holdCollection(tx, work.collection)
  const ids = work.batch.documents.map(({ id }) => id)
  const before = await findDocuments(tx, collection, ids)
  const changed = ready.filter(({ entry }) => !isUnchanged(work, entry, before.get(entry.id)))
  const duplicates = await findDuplicates(
    tx,
    collection,
    changed.map(({ entry: { id }, content }) => ({ id, content })),
  )
  const left = new Set(work.request.duplicates === 'skip' ? duplicates.map(({ document }) => document) : [])
  const fresh = changed.filter(({ entry }) => !left.has(entry.id))
  const replaced = changed.flatMap(({ entry }) => (before.has(entry.id) ? entry.id : []))
  if (replaced.length > 0) await replaceDocuments(tx, collection, replaced)
  await writeFresh(tx, { ...work, collection }, { fresh, terms })
  const unchanged = work.batch.documents.filter((entry) => isUnchanged(work, entry, before.get(entry.id)))
  await rehome(tx, work, { unchanged, before })
  const stayed = [...before.values()].filter(({ id }) => !replaced.includes(id))
  const rewritten = fresh.filter(({ entry }) => before.has(entry.id)).length
  return {
    added: fresh.length - rewritten,
    changed: rewritten,
    unchanged: unchanged.length,
    chunks: chunksOf(stayed) + fresh.reduce((sum, { document }) => sum + document.total, 0),
    duplicates,
    skipped,
  }
}

async function writeFresh(
  tx: Queryable,
  { collection, source, ingestion }: BatchWork,
  { fresh, terms }: { readonly fresh: readonly Ready[]; readonly terms: TermsOf },
): Promise<void> {
  if (fresh.length === 0) return
  const keys = await insertDocuments(
    tx,
    collection,
    fresh.map(({ entry, document, language, content }) => ({
      ...described(entry, document),
      language,
      content,
      source,
      ingestion,
    })),
  )
  const keyed = fresh.flatMap((ready, at) => (keys[at] === undefined ? [] : [{ ...ready, key: keys[at] }]))
  await insertParts(
    tx,
    collection.workspace,
    keyed.flatMap(({ key, document }) => partsOf(key, document.text)),
  )
  const chunks = keyed.flatMap(({ key, document, language, vectors }) => indexed(document.chunks, { key, from: 0, language, vectors }))
  await insertChunks(tx, collection, { chunks, terms })
  await publishDocuments(tx, collection, keys)
}

/** What a document's row says of it, its language and origin aside. */
export function described({ id, digest, characters, file, readers }: BatchEntry, { title, metadata, total }: PreparedDocument) {
  return { id, digest, characters, file, readers, title, metadata, chunks: total }
}

/** Chunks of one document from number `from` on, as the index takes them. */
export function indexed(
  chunks: readonly PreparedChunk[],
  {
    key,
    from,
    language,
    vectors,
  }: { readonly key: number; readonly from: number; readonly language: Language; readonly vectors: readonly Embedded[] },
) {
  return chunks.map((chunk, at) => ({
    ...chunk,
    document: key,
    ordinal: from + at,
    language,
    ...(vectors[at] ?? { vector: new Float32Array() }),
  }))
}

async function rehome(
  tx: Queryable,
  { collection, source }: BatchWork,
  { unchanged, before }: { readonly unchanged: readonly BatchEntry[]; readonly before: ReadonlyMap<string, LiveDocument> },
): Promise<void> {
  const moved = unchanged.flatMap(({ id, file }) => {
    const known = before.get(id)
    return known && (known.source !== source || known.file !== file) ? [{ key: known.key, source, file }] : []
  })
  if (moved.length > 0) await rehomeDocuments(tx, collection, moved)
}

/** Named by place and content: a file that changed between two deliveries does not find the former one's journal. */
export function stepName({ number, batch }: Pick<BatchWork, 'number' | 'batch'>): string {
  const hash = createHash('sha256')
  for (const { id, digest } of batch.documents) hash.update(`${id}\0${digest}\0`)
  return `batch ${number} ${hash.digest('hex').slice(0, 16)}`
}
