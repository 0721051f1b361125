/** One batch into the index: many small documents in one step, or one large document in many. */
import { createHash } from 'node:crypto'
import type { Queryable } from '../../platform/database/database.ts'
import { holdCollection } from '../index/collections.ts'
import {
  findDocuments,
  type IndexedChunk,
  insertChunks,
  insertDocuments,
  insertParts,
  type LiveDocument,
  partsOf,
  publishDocuments,
  replaceDocuments,
} from '../index/documents.ts'
import type { BatchWork } from './ingest.ts'
import type { BatchEntry, PreparedChunk, PreparedDocument } from './reader.worker.ts'

export interface Counts {
  readonly added: number
  readonly changed: number
  readonly unchanged: number
  /** Chunks of all of them. */
  readonly chunks: number
}

interface Ready {
  readonly entry: BatchEntry
  readonly document: PreparedDocument
  readonly vectors: readonly Float32Array[]
}

const allChunks = 1_000_000
const chunksPerStep = 6
const partsPerStep = 8

/** The batch as one transaction; documents that are there already, by digest, are only counted. */
export async function writeSmall(work: BatchWork, known: ReadonlyMap<string, LiveDocument>): Promise<Counts> {
  const { reader, batch, collection } = work
  const ready: Ready[] = []
  for (const [index, entry] of batch.documents.entries()) {
    if (known.get(entry.id)?.digest === entry.digest) continue
    const document = await reader.chunks(index, 0, allChunks)
    ready.push({ entry, document, vectors: await embed(work, document.chunks) })
  }
  return work.step(stepName(work), async (tx) => {
    await holdCollection(tx, collection)
    const ids = batch.documents.map(({ id }) => id)
    const before = await findDocuments(tx, collection, ids)
    const fresh = ready.filter(({ entry }) => before.get(entry.id)?.digest !== entry.digest)
    const replaced = fresh.flatMap(({ entry }) => (before.has(entry.id) ? entry.id : []))
    if (replaced.length > 0) await replaceDocuments(tx, collection, replaced)
    await writeAll(tx, work, fresh)
    const changed = replaced.length
    const after = await findDocuments(tx, collection, ids)
    const chunks = [...after.values()].reduce((sum, document) => sum + document.chunks, 0)
    return { added: fresh.length - changed, changed, unchanged: ids.length - fresh.length, chunks }
  })
}

async function writeAll(tx: Queryable, { collection, ingestion }: BatchWork, fresh: readonly Ready[]): Promise<void> {
  if (fresh.length === 0) return
  const documents = fresh.map(({ entry, document }) => ({ ...entry, ...document, chunks: document.total, ingestion }))
  const keys = await insertDocuments(tx, collection, { documents, state: 'live' })
  const keyed = fresh.flatMap((ready, at) => (keys[at] === undefined ? [] : [{ ...ready, key: keys[at] }]))
  await insertParts(
    tx,
    collection.workspace,
    keyed.flatMap(({ key, document }) => partsOf(key, document.text)),
  )
  await insertChunks(
    tx,
    collection,
    keyed.flatMap(({ key, document, vectors }) => indexed(key, 0, document.chunks, vectors)),
  )
  await publishDocuments(tx, collection, keys)
}

/** Staged piece by piece, seen by nobody until the last step publishes it. */
export async function writeLarge(work: BatchWork, entry: BatchEntry, known: LiveDocument | undefined): Promise<Counts> {
  const { reader, collection, ingestion } = work
  const name = stepName(work)
  if (known?.digest === entry.digest)
    return work.step(`${name} published`, async () => ({ added: 0, changed: 0, unchanged: 1, chunks: known.chunks }))
  const first = await reader.chunks(0, 0, chunksPerStep)
  const key = await work.step(`${name} staged`, async (tx) => {
    const [staged = 0] = await insertDocuments(tx, collection, {
      documents: [{ ...entry, ...first, chunks: first.total, ingestion }],
      state: 'staged',
    })
    return staged
  })
  const parts = partsOf(key, first.text)
  for (let at = 0; at < parts.length; at += partsPerStep) {
    await work.step(`${name} text ${at}`, async (tx) => {
      await insertParts(tx, collection.workspace, parts.slice(at, at + partsPerStep))
      return at
    })
  }
  for (let from = 0; from < first.total; from += chunksPerStep) {
    const { chunks } = from === 0 ? first : await reader.chunks(0, from, chunksPerStep)
    const vectors = await embed(work, chunks)
    await work.step(`${name} chunks ${from}`, async (tx) => {
      await insertChunks(tx, collection, indexed(key, from, chunks, vectors))
      return from
    })
    work.progress({ message: `${entry.id}: ${from + chunks.length} of ${first.total} chunks` })
  }
  return work.step(`${name} published`, async (tx) => {
    await holdCollection(tx, collection)
    await replaceDocuments(tx, collection, [entry.id])
    await publishDocuments(tx, collection, [key])
    return { added: known ? 0 : 1, changed: known ? 1 : 0, unchanged: 0, chunks: first.total }
  })
}

/** Named by place and content: a file that changed between two deliveries does not find the former one's journal. */
function stepName({ number, batch }: BatchWork): string {
  const hash = createHash('sha256')
  for (const { id, digest } of batch.documents) hash.update(`${id}\0${digest}\0`)
  return `batch ${number} ${hash.digest('hex').slice(0, 16)}`
}

async function embed({ embedder, signal }: BatchWork, chunks: readonly PreparedChunk[]): Promise<readonly Float32Array[]> {
  return embedder.embed(
    chunks.map(({ title, text }) => `${title}\n${text}`),
    signal,
  )
}

function indexed(document: number, from: number, chunks: readonly PreparedChunk[], vectors: readonly Float32Array[]): IndexedChunk[] {
  return chunks.map((chunk, at) => ({ ...chunk, document, ordinal: from + at, vector: vectors[at] ?? new Float32Array() }))
}
