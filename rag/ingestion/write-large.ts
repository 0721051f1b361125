/** A document too large for one transaction: staged piece by piece, seen by nobody until the last step publishes it. */
import { insertChunks, insertParts, partsOf } from '../index/chunks.ts'
import { holdCollection } from '../index/collections.ts'
import { insertDocuments, type LiveDocument, publishDocuments, replaceDocuments, replaceStaged } from '../index/documents.ts'
import { termsByLanguage } from '../index/stems.ts'
import { findDuplicates } from './duplicates.ts'
import { type Embedded, embedDocuments, type Vectors } from './embed.ts'
import type { BatchEntry, PreparedChunk, PreparedDocument } from './reader.worker.ts'
import { type BatchWork, cutOrSkip, described, identityOf, indexed, isUnchanged, stepName, type Written } from './write.ts'

const chunksPerStep = 16
const partsPerStep = 8

export async function writeLarge(work: BatchWork, entry: BatchEntry, known: LiveDocument | undefined): Promise<Written> {
  const { reader, collection } = work
  const nothing: Written = { added: 0, changed: 0, unchanged: 0, chunks: 0, duplicates: [], skipped: [] }
  const name = stepName(work)
  if (known && isUnchanged(work, entry, known))
    return work.step(`${name} published`, async () => ({ ...nothing, unchanged: 1, chunks: known.chunks }))
  const first = await cutOrSkip(() => reader.chunks(0, 0, chunksPerStep))
  if ('failed' in first) return { ...nothing, skipped: [{ source: entry.id, reason: first.failed }] }
  const identity = identityOf(work, entry, first)
  const duplicates = await findDuplicates(work.db, collection, [{ id: entry.id, content: identity.content }])
  if (duplicates.length > 0 && work.request.duplicates === 'skip') {
    return work.step(`${name} published`, async (tx) => {
      await holdCollection(tx, collection)
      await replaceDocuments(tx, collection, [entry.id])
      return { ...nothing, duplicates }
    })
  }
  const key = await stage(work, { entry, first, identity })
  const failed = await stageChunks(work, { entry, first, key, language: identity.language })
  if (failed !== undefined) {
    return work.step(`${name} published`, async (tx) => {
      await replaceStaged(tx, collection, key)
      return { ...nothing, skipped: [{ source: entry.id, reason: `could not be embedded: ${failed}` }] }
    })
  }
  return work.step(`${name} published`, async (tx) => {
    await holdCollection(tx, collection)
    const { documents } = await replaceDocuments(tx, collection, [entry.id])
    await publishDocuments(tx, collection, [key])
    return { ...nothing, added: 1 - documents, changed: documents, chunks: first.total, duplicates }
  })
}

interface Staging {
  readonly entry: BatchEntry
  readonly first: PreparedDocument
  readonly identity: ReturnType<typeof identityOf>
}

/** The document's row and text. Returns its key. */
async function stage(work: BatchWork, { entry, first, identity }: Staging): Promise<number> {
  const { collection, source, ingestion } = work
  const name = stepName(work)
  const key = await work.step(`${name} staged`, async (tx) => {
    const [staged = 0] = await insertDocuments(tx, collection, [{ ...described(entry, first), ...identity, source, ingestion }])
    return staged
  })
  const parts = partsOf(key, first.text)
  for (let at = 0; at < parts.length; at += partsPerStep) {
    await work.step(`${name} text ${at}`, async (tx) => {
      await insertParts(tx, collection.workspace, parts.slice(at, at + partsPerStep))
      return at
    })
  }
  return key
}

interface Staged {
  readonly entry: BatchEntry
  readonly first: PreparedDocument
  readonly key: number
  readonly language: Staging['identity']['language']
}

/** Returns why the embedder gave up, if it did. */
async function stageChunks(work: BatchWork, { entry, first, key, language }: Staged): Promise<string | undefined> {
  const { reader, progress } = work
  for (let from = 0; from < first.total; from += chunksPerStep) {
    const { chunks } = from === 0 ? first : await reader.chunks(0, from, chunksPerStep)
    const embedded: Vectors = (await embedDocuments(work, [chunks]))[0] ?? { vectors: [] }
    if ('failed' in embedded) return embedded.failed
    await stageSome(work, { chunks, from, key, language, vectors: embedded.vectors })
    progress({ message: `${entry.id}: ${from + chunks.length} of ${first.total} chunks` })
  }
  return undefined
}

async function stageSome(
  work: BatchWork,
  {
    chunks,
    from,
    key,
    language,
    vectors,
  }: Pick<Staged, 'key' | 'language'> & {
    readonly chunks: readonly PreparedChunk[]
    readonly from: number
    readonly vectors: readonly Embedded[]
  },
): Promise<void> {
  const ready = indexed(chunks, { key, from, language, vectors })
  const terms = await termsByLanguage(work.db, ready)
  await work.step(`${stepName(work)} chunks ${from}`, async (tx) => {
    const collection = await holdCollection(tx, work.collection)
    await insertChunks(tx, collection, { chunks: ready, terms })
    return from
  })
}
