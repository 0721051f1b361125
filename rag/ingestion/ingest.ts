/**
 * Documents into a collection, resumable at any point: every batch is one journalled step, a document whose digest is
 * already there costs one comparison, and a changed one replaces its former self in the transaction that publishes it.
 */
import { stat } from 'node:fs/promises'
import type { Database, Queryable } from '../../platform/database/database.ts'
import { Fault } from '../../platform/fault.ts'
import type { Embedder, Embedders } from '../embedding/embedder.ts'
import { clearReplaced, tidy } from '../index/clear.ts'
import { type Collection, findCollection, getCollection, holdCollection } from '../index/collections.ts'
import { findDocuments } from '../index/documents.ts'
import { growGraphs } from '../index/graph.ts'
import type { Language } from '../language/detect.ts'
import type { Skip } from './document.ts'
import type { Duplicate } from './duplicates.ts'
import type { SourceFile } from './files.ts'
import { listFiles } from './files.ts'
import { pruneVanished } from './prune.ts'
import { openReader } from './reader.ts'
import { type BatchWork, type Written, writeSmall } from './write.ts'
import { writeLarge } from './write-large.ts'

export type IngestRequest = Origin & {
  readonly workspace: string
  readonly collection: string
  /** Of all these documents; absent: each document's own where it is clear, else that of most of them. */
  readonly language?: Language
  /** Who may see the documents that do not say so themselves; absent: everyone in the workspace. */
  readonly readers?: readonly string[]
  /** Documents that came from the same origin before and are no longer there leave. Default: for folders and patterns. */
  readonly prune?: boolean
  /** What becomes of documents that repeat another one's text. They are reported either way. Default: kept. */
  readonly duplicates?: 'keep' | 'skip'
}

/** What is ingested; documents remember it as their source. */
export type Origin =
  /** A real path that the caller may read: a file, or a folder, all of it or the files below it whose names match the pattern. */
  | { readonly path: string; readonly pattern?: string }
  /** Files at hand, with what they are known by: the URL they came from. */
  | { readonly files: readonly SourceFile[]; readonly source: string }

export interface IngestGround {
  readonly db: Database
  /** For a new collection. */
  readonly embedder: Embedder
  /** Where a collection finds the embedder it was made with, and the one it is moving to; absent: only `embedder`. */
  readonly embedders?: Embedders
  readonly signal: AbortSignal
  /** Id of this ingestion, the same when it is resumed. */
  readonly ingestion: string
  step<T>(name: string, effect: (tx: Queryable) => Promise<T>): Promise<T>
  progress(progress: { readonly fraction?: number; readonly message: string }): void
}

export interface Ingested {
  /** Of the collection. */
  readonly language: Language
  readonly added: number
  readonly changed: number
  readonly unchanged: number
  /** Chunks of the documents above. */
  readonly chunks: number
  /** Documents that left because their source no longer has them. */
  readonly removed: number
  /** Among those added or changed: documents that repeat another one's text. */
  readonly duplicates: number
  /** The first of them. */
  readonly pairs: readonly Duplicate[]
  readonly skipped: number
  /** The first of them. */
  readonly reasons: readonly Skip[]
}

const reasonsKept = 100
const pairsKept = 20
/** Skips are remembered up to here, to know what must not be taken for vanished; with more, nothing is. */
const skipsRemembered = 10_000
/** What one transaction writes at most: about 60 ms in the embedded database. */
const batchCharacters = 40_000
const batchDocuments = 50
/** Postings are merged so often, in batches. */
const batchesBetweenMerges = 64

interface Tally {
  added: number
  changed: number
  unchanged: number
  chunks: number
  duplicates: number
  skipped: number
  readonly pairs: Duplicate[]
  readonly skips: Skip[]
  readonly ids: Set<string>
}

/** Throws `conflict` when the collection has another embedder, `unavailable` when the embedder keeps failing. */
export async function ingest(ground: IngestGround, request: IngestRequest): Promise<Ingested> {
  const { files, skipped, source, tree } = await findFiles(request)
  const tally: Tally = { added: 0, changed: 0, unchanged: 0, chunks: 0, duplicates: 0, skipped: 0, pairs: [], skips: [], ids: new Set() }
  note(tally, { skipped })
  const found = await writeAll(ground, { request, files, source, tally })
  if (!found) throw nothingRead(source, tally)
  const removed = (request.prune ?? tree) ? await prune(ground, found, { source, tally }) : 0
  await settle(ground, found)
  const { skips, ids: _, ...counts } = tally
  return { ...counts, removed, language: found.language, reasons: skips.slice(0, reasonsKept) }
}

interface Found {
  readonly files: readonly SourceFile[]
  readonly skipped: readonly Skip[]
  readonly source: string
  /** A folder or pattern, whose documents are all that it has. */
  readonly tree: boolean
}

async function findFiles(request: IngestRequest): Promise<Found> {
  const { readers } = request
  const { files, skipped, source, tree } = 'files' in request ? { ...request, skipped: [], tree: false } : await listed(request)
  return { skipped, source, tree, files: readers ? files.map((file) => ({ ...file, readers: file.readers ?? readers })) : files }
}

async function listed({ path, pattern }: Extract<Origin, { readonly path: string }>): Promise<Found> {
  const tree = pattern !== undefined || (await stat(path)).isDirectory()
  return { ...(await listFiles(path, pattern)), tree, source: pattern === undefined ? path : `${path}/${pattern}` }
}

interface Reading {
  readonly request: IngestRequest
  readonly files: readonly SourceFile[]
  readonly source: string
  readonly tally: Tally
}

/** Undefined when there was no document at all. */
async function writeAll(ground: IngestGround, { request, files, source, tally }: Reading): Promise<Collection | undefined> {
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0)
  await using reader = openReader(files, ground.signal, { batchCharacters, batchDocuments })
  const failures = { inARow: 0 }
  let collection: Collection | undefined
  let { embedder } = ground
  let characters = 0
  for (let number = 0, last = false; !last; number++) {
    const batch = await reader.next()
    last = batch.last
    note(tally, batch)
    if (batch.documents.length === 0) continue
    if (!collection) {
      collection = await openCollection(ground, request, batch.language)
      embedder = await embedderOf(ground, collection)
    }
    const onDocument = (id: string): void =>
      ground.progress({
        fraction: Math.min(0.99, characters / bytes),
        message: `${tally.ids.size} documents, ${tally.chunks} chunks: ${id}`,
      })
    const work: BatchWork = { ...ground, embedder, request, source, collection, reader, batch, number, failures, onDocument }
    for (const { id } of batch.documents) tally.ids.add(id)
    add(tally, await writeBatch(work))
    characters += batch.documents.reduce((sum, document) => sum + document.characters, 0)
    if (number % batchesBetweenMerges === batchesBetweenMerges - 1)
      await tidy(ground.db, collection, { signal: ground.signal, segments: batchesBetweenMerges })
  }
  return collection
}

async function writeBatch(work: BatchWork): Promise<Written> {
  const { db, collection, batch } = work
  const known = await findDocuments(
    db,
    collection,
    batch.documents.map(({ id }) => id),
  )
  const [only, ...others] = batch.documents
  if (!only || others.length > 0 || only.characters <= batchCharacters) return writeSmall(work, known)
  return writeLarge(work, only, known.get(only.id))
}

function add(tally: Tally, { added, changed, unchanged, chunks, duplicates, skipped }: Written): void {
  tally.added += added
  tally.changed += changed
  tally.unchanged += unchanged
  tally.chunks += chunks
  tally.duplicates += duplicates.length
  tally.pairs.push(...duplicates.slice(0, pairsKept - tally.pairs.length))
  note(tally, { skipped })
}

function note(tally: Tally, { skipped }: { readonly skipped: readonly Skip[] }): void {
  tally.skipped += skipped.length
  tally.skips.push(...skipped.slice(0, skipsRemembered - tally.skips.length))
}

async function prune(
  ground: IngestGround,
  collection: Collection,
  { source, tally }: { readonly source: string; readonly tally: Tally },
): Promise<number> {
  if (tally.skipped > tally.skips.length) return 0
  return pruneVanished(ground, collection, { source, ids: tally.ids, skipped: tally.skips })
}

/** What is left to do when all is written; it can be repeated. */
async function settle({ db, signal, progress }: IngestGround, { workspace, name }: Collection): Promise<void> {
  const collection = await getCollection(db, workspace, name)
  await clearReplaced(db, collection, signal)
  await tidy(db, collection, { signal })
  await growGraphs(db, collection, { signal, onGrow: () => progress({ fraction: 0.99, message: 'linking vectors for fast search' }) })
}

async function openCollection(ground: IngestGround, request: IngestRequest, detected: Language): Promise<Collection> {
  const { workspace, collection: name } = request
  const { name: embedder, dimensions } = ground.embedder
  const language = request.language ?? detected
  const known = await findCollection(ground.db, workspace, name)
  return known ?? (await ground.db.transaction((tx) => holdCollection(tx, { workspace, name, language, embedder, dimensions })))
}

async function embedderOf({ embedder, embedders }: IngestGround, collection: Collection): Promise<Embedder> {
  const own = collection.embedder === embedder.name ? embedder : await embedders?.find(collection.embedder)
  if (own) return own
  throw new Fault(
    'conflict',
    `Collection '${collection.name}' was indexed with the embedder '${collection.embedder}', which this installation does not have. Move it to '${embedder.name}' with reindex_collection, or configure the former one.`,
  )
}

function nothingRead(source: string, { skips, skipped }: Tally): Fault {
  const [first] = skips
  const why = first ? ` The first of ${skipped} skipped: ${describeSkip(first)}.` : ''
  return new Fault('invalid_input', `There is no document to read in '${source}'.${why} Nothing was changed.`)
}

/** "notes.jsonl, line 7, is not JSON". */
export const describeSkip = ({ source, line, reason }: Skip): string =>
  line === undefined ? `${source} ${reason}` : `${source}, line ${line}, ${reason}`
