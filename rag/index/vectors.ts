/** Writing vectors: every new chunk goes into each space of its collection for which its vector was made. */
import { toSql } from 'pgvector'
import type { Queryable } from '../../platform/database/database.ts'
import { Fault } from '../../platform/fault.ts'
import type { Collection } from './collections.ts'
import { type EmbeddingSpace, holdSpaces, setComplete } from './spaces.ts'

export interface ChunkKey {
  readonly document: number
  readonly ordinal: number
}

export interface ChunkVectors extends ChunkKey {
  /** All zeros for a text without words. */
  readonly vector: Float32Array
  /** What made the vector; absent: the collection's embedder. */
  readonly embedder?: string
  /** By the embedders the collection is moving to, by their names. */
  readonly others?: ReadonlyMap<string, Float32Array>
}

export interface SpaceVector extends ChunkKey {
  readonly vector: Float32Array
}

/** Rows of about 13 kB of text each: what a statement of the embedded database writes in some 10 ms. */
const numbersPerStatement = 3072
const mostPerStatement = 64
/** Linking a vector into a graph takes the embedded database about 4 ms, more where it is long. */
const mostLinkedPerStatement = 6
const numbersLinkedPerStatement = 1536

/** Vectors that are missing for a space are noted there and made later. Throws `invalid_input` on a wrong length. */
export async function insertVectors(tx: Queryable, collection: Collection, chunks: readonly ChunkVectors[]): Promise<void> {
  if (chunks.length === 0) return
  for (const space of await holdSpaces(tx, collection)) {
    const made = chunks.flatMap(({ document, ordinal, vector, embedder = collection.embedder, others }) => {
      const own = space.embedder === embedder ? vector : others?.get(space.embedder)
      return own === undefined ? [] : [{ document, ordinal, vector: own }]
    })
    if (made.length < chunks.length) await setComplete(tx, space, false)
    await insertIntoSpace(tx, space, made)
  }
}

/** Chunks that are there already stay as they are. */
export async function insertIntoSpace(tx: Queryable, space: EmbeddingSpace, chunks: readonly SpaceVector[]): Promise<void> {
  for (const { vector } of chunks) requireLength(space, vector)
  const size = rowsPerStatement(space, space.graph !== 'none')
  for (let at = 0; at < chunks.length; at += size) await insertSome(tx, space, chunks.slice(at, at + size))
}

/** How many vectors a statement may write, `linked` into a graph or not. */
export function rowsPerStatement({ dimensions }: EmbeddingSpace, linked: boolean): number {
  if (linked) return Math.max(1, Math.min(mostLinkedPerStatement, Math.floor(numbersLinkedPerStatement / dimensions)))
  return Math.max(1, Math.min(mostPerStatement, Math.floor(numbersPerStatement / dimensions)))
}

async function insertSome(tx: Queryable, space: EmbeddingSpace, chunks: readonly SpaceVector[]): Promise<void> {
  await tx.query(
    `insert into vectors (workspace, collection, space, document, ordinal, linked, embedding)
     select $1, $2, $3, v.document, v.ordinal, $4, v.embedding::vector
     from unnest($5::int[], $6::int[], $7::text[]) as v (document, ordinal, embedding)
     on conflict do nothing`,
    [
      space.workspace,
      space.collection,
      space.key,
      space.graph !== 'none',
      chunks.map(({ document }) => document),
      chunks.map(({ ordinal }) => ordinal),
      chunks.map(({ vector }) => vectorText(vector)),
    ],
  )
}

function requireLength({ embedder, dimensions }: EmbeddingSpace, vector: Float32Array): void {
  if (vector.length === dimensions) return
  throw new Fault(
    'invalid_input',
    `A vector has ${vector.length} numbers where the embedder '${embedder}' of this collection makes ${dimensions}. Ingest with that embedder, or move the collection with reindex_collection.`,
  )
}

/** What pgvector reads; null for a vector of zeros, which has no direction to compare. */
export function vectorText(vector: Float32Array): string | null {
  return vector.some((value) => value !== 0) ? toSql(Array.from(vector, (value) => Number(value.toFixed(5)))) : null
}
