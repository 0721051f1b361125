/**
 * Documents into a collection, resumable at any point: every batch is one journalled step, a document whose digest is
 * already there costs one comparison, and a changed one replaces its former self in the transaction that publishes it.
 */
import type { Database, Queryable } from '../../platform/database/database.ts'
import { Fault } from '../../platform/fault.ts'
import type { Embedder } from '../embedding/embedder.ts'
import { clearReplaced } from '../index/clear.ts'
import { type Collection, findCollection, getCollection, holdCollection } from '../index/collections.ts'
import { findDocuments } from '../index/documents.ts'
import { growGraph, wantsGraph } from '../index/graph.ts'
import type { Language } from '../language/detect.ts'
import type { Skip } from './document.ts'
import { listFiles } from './files.ts'
import { openReader, type Reader } from './reader.ts'
import type { Batch } from './reader.worker.ts'
import { type Counts, writeLarge, writeSmall } from './write.ts'

export interface IngestRequest {
  readonly workspace: string
  readonly collection: string
  /** A real path that the caller may read: file or folder. */
  readonly path: string
  /** Absent: detected from the first documents. */
  readonly language?: Language
}

export interface IngestGround {
  readonly db: Database
  readonly embedder: Embedder
  readonly signal: AbortSignal
  /** Id of this ingestion, the same when it is resumed. */
  readonly ingestion: string
  step<T>(name: string, effect: (tx: Queryable) => Promise<T>): Promise<T>
  progress(progress: { readonly fraction?: number; readonly message: string }): void
}

export interface Ingested extends Counts {
  readonly language: string
  readonly skipped: number
  /** The first of them. */
  readonly reasons: readonly Skip[]
}

const reasonsKept = 100
/** A document longer than this is written in several transactions. */
const largeCharacters = 30_000

/** Throws `conflict` when the collection has another language or embedder than asked for. */
export async function ingest(ground: IngestGround, request: IngestRequest): Promise<Ingested> {
  const { files, skipped } = await listFiles(request.path)
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0)
  await using reader = openReader(files, ground.signal)
  let counts: Counts = { added: 0, changed: 0, unchanged: 0, chunks: 0 }
  const skips: Skip[] = [...skipped]
  let characters = 0
  let collection: Collection | undefined
  for (let number = 0, last = false; !last; number++) {
    const batch = await reader.next()
    last = batch.last
    skips.push(...batch.skipped)
    if (batch.documents.length === 0) continue
    collection ??= await openCollection(ground, request, batch.language)
    counts = add(counts, await writeBatch({ ...ground, collection, reader, batch, number }))
    characters += batch.documents.reduce((sum, document) => sum + document.characters, 0)
    const done = counts.added + counts.changed + counts.unchanged
    ground.progress({ fraction: Math.min(0.99, characters / bytes), message: `${done} documents, ${counts.chunks} chunks` })
  }
  if (collection) await settle(ground, collection)
  else requireSomething(request.path, skips)
  return { ...counts, language: collection?.language ?? 'simple', skipped: skips.length, reasons: skips.slice(0, reasonsKept) }
}

/** What is left to do when all is written; it can be repeated. */
async function settle({ db, signal, progress }: IngestGround, { workspace, name }: Collection): Promise<void> {
  const collection = await getCollection(db, workspace, name)
  await clearReplaced(db, collection, signal)
  if (!wantsGraph(collection)) return
  progress({ fraction: 0.99, message: 'linking vectors for fast search' })
  await growGraph(db, collection, signal)
}

async function openCollection(ground: IngestGround, request: IngestRequest, detected: Language): Promise<Collection> {
  const { workspace, collection: name } = request
  const { name: embedder, dimensions } = ground.embedder
  const language = request.language ?? detected
  const known = await findCollection(ground.db, workspace, name)
  const collection = known ?? (await ground.db.transaction((tx) => holdCollection(tx, { workspace, name, language, embedder, dimensions })))
  if (collection.embedder !== embedder) {
    throw new Fault(
      'conflict',
      `Collection '${name}' was indexed with the embedder '${collection.embedder}' and '${embedder}' is configured. Ingest into a new collection.`,
    )
  }
  if (request.language && collection.language !== request.language) {
    throw new Fault(
      'conflict',
      `Collection '${name}' is indexed as '${collection.language}', not '${request.language}'. Ingest into a new one.`,
    )
  }
  return collection
}

export interface BatchWork extends IngestGround {
  readonly collection: Collection
  readonly reader: Reader
  readonly batch: Batch
  readonly number: number
}

async function writeBatch(work: BatchWork): Promise<Counts> {
  const { db, collection, batch } = work
  const known = await findDocuments(
    db,
    collection,
    batch.documents.map(({ id }) => id),
  )
  const [only, ...others] = batch.documents
  if (!only || others.length > 0 || only.characters <= largeCharacters) return writeSmall(work, known)
  return writeLarge(work, only, known.get(only.id))
}

function requireSomething(path: string, skips: readonly Skip[]): void {
  const [first] = skips
  const why = first ? ` The first of ${skips.length} skipped: ${describeSkip(first)}.` : ''
  throw new Fault(
    'invalid_input',
    `There is no document to read in '${path}'.${why} Markdown, text and JSONL with _id, title, text are read.`,
  )
}

/** "notes.jsonl, line 7, is not JSON". */
export const describeSkip = ({ source, line, reason }: Skip): string =>
  line === undefined ? `${source} ${reason}` : `${source}, line ${line}, ${reason}`

function add(left: Counts, right: Counts): Counts {
  return {
    added: left.added + right.added,
    changed: left.changed + right.changed,
    unchanged: left.unchanged + right.unchanged,
    chunks: left.chunks + right.chunks,
  }
}
