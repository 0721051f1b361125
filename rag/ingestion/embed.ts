/** Vectors for documents, where the model may fail for some of them: those are named with the reason, and the rest goes on. */

import type { Database } from '../../platform/database/database.ts'
import { Fault } from '../../platform/fault.ts'
import type { Embedder, Embedders } from '../embedding/embedder.ts'
import type { Collection } from '../index/collections.ts'
import { listSpaces } from '../index/spaces.ts'
import type { ChunkVectors } from '../index/vectors.ts'
import type { PreparedChunk } from './reader.worker.ts'

/** How often the embedder failed since it last worked, over a whole ingestion. */
export interface Failures {
  inARow: number
}

/** After so many documents in a row that it could not embed, the model is taken for gone and the ingestion fails. */
const mostInARow = 5

/** What the embedder made of a chunk, and others that the collection is moving to. */
export type Embedded = Pick<ChunkVectors, 'vector' | 'embedder' | 'others'>

export type Vectors = { readonly vectors: readonly Embedded[] } | { readonly failed: string }

export interface EmbedWork {
  readonly db: Database
  readonly collection: Collection
  readonly embedder: Embedder
  /** Where the embedder is found that the collection is moving to; absent: its vectors are made by the move itself. */
  readonly embedders?: Embedders | undefined
  readonly signal: AbortSignal
  readonly failures: Failures
}

/**
 * All chunks of some documents in one call; when that fails, document by document. In the order given. Throws `unavailable` when
 * the model seems to be gone: what was written so far stays, and the ingestion can be repeated.
 */
export async function embedDocuments(work: EmbedWork, documents: readonly (readonly PreparedChunk[])[]): Promise<readonly Vectors[]> {
  const together = await embedChunks(work, documents.flat())
  if ('vectors' in together) {
    work.failures.inARow = 0
    const left = [...together.vectors]
    return documents.map((chunks) => ({ vectors: left.splice(0, chunks.length) }))
  }
  if (documents.length === 1) return [countFailure(work, together)]
  const vectors: Vectors[] = []
  for (const chunks of documents) vectors.push(countFailure(work, await embedChunks(work, chunks)))
  return vectors
}

function countFailure({ failures, embedder }: EmbedWork, result: Vectors): Vectors {
  if ('vectors' in result) failures.inARow = 0
  else if (++failures.inARow >= mostInARow) {
    throw new Fault(
      'unavailable',
      `The embedder '${embedder.name}' failed for ${mostInARow} documents in a row: ${result.failed}. What was ingested before stays; ingest again when it works.`,
    )
  }
  return result
}

async function embedChunks(work: EmbedWork, chunks: readonly PreparedChunk[]): Promise<Vectors> {
  const { embedder, signal } = work
  signal.throwIfAborted()
  const texts = chunks.map(({ title, text }) => `${title}\n${text}`)
  try {
    const vectors = await embedder.embed(texts, signal, 'passage')
    const odd = vectors.find(({ length }) => length !== embedder.dimensions)
    if (vectors.length !== texts.length) return { failed: `it gave ${vectors.length} vectors for ${texts.length} texts` }
    if (odd) return { failed: `it gave a vector of ${odd.length} numbers instead of ${embedder.dimensions}` }
    const others = await embedForMove(work, texts)
    return {
      vectors: vectors.map((vector, at) => ({
        vector,
        embedder: embedder.name,
        others: new Map([...others].flatMap(([name, made]) => (made[at] ? [[name, made[at]]] : []))),
      })),
    }
  } catch (error) {
    signal.throwIfAborted()
    if (error instanceof Fault) return { failed: error.message }
    throw error
  }
}

/** For the embedder that the collection is moving to, by name. Where it fails nothing is lost: the move makes what is missing. */
async function embedForMove(
  { db, collection, embedder, embedders, signal }: EmbedWork,
  texts: readonly string[],
): Promise<ReadonlyMap<string, readonly Float32Array[]>> {
  const made = new Map<string, readonly Float32Array[]>()
  if (!embedders) return made
  for (const space of await listSpaces(db, collection)) {
    if (space.embedder === embedder.name) continue
    try {
      const vectors = await (await embedders.find(space.embedder))?.embed(texts, signal, 'passage')
      if (vectors?.every(({ length }) => length === space.dimensions)) made.set(space.embedder, vectors)
    } catch (error) {
      signal.throwIfAborted()
      if (!(error instanceof Fault)) throw error
    }
  }
  return made
}
