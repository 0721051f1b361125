/** Makes the vectors that chunks of a collection lack in one of its spaces, document by document, in journalled batches. */
import type { Queryable } from '../../platform/database/database.ts'
import type { Embedder } from '../embedding/embedder.ts'
import type { Collection } from './collections.ts'
import type { ReindexGround } from './reindex.ts'
import type { EmbeddingSpace } from './spaces.ts'
import { type ChunkKey, insertIntoSpace } from './vectors.ts'

export interface Filling {
  readonly collection: Collection
  readonly space: EmbeddingSpace
  readonly embedder: Embedder
  /** Which time the space is gone through: steps are named by it. */
  readonly round: number
}

interface BareChunk extends ChunkKey {
  readonly title: string
  readonly text: string
}

const documentsPerTurn = 50
const chunksPerStep = 32

/** Returns how many chunks were embedded. */
export async function fillSpace(ground: ReindexGround, filling: Filling): Promise<number> {
  const { db, signal, progress } = ground
  const { collection } = filling
  let embedded = 0
  let passed = 0
  for (let last: number | undefined = 0; last !== undefined; ) {
    signal.throwIfAborted()
    const documents: readonly number[] = await documentsAfter(db.background, collection, last)
    embedded += await fillDocuments(ground, filling, documents)
    passed += documents.length
    progress({
      fraction: Math.min(0.98, passed / Math.max(1, collection.documents)),
      message: `${passed} of ${collection.documents} documents, ${embedded} passages embedded`,
    })
    last = documents.at(-1)
  }
  return embedded
}

async function documentsAfter(db: Queryable, { workspace, key }: Collection, last: number): Promise<readonly number[]> {
  const { rows } = await db.query<{ key: number }>(
    `select key from documents where workspace = $1 and collection = $2 and key > $3 and state in ('staged', 'live') order by key limit $4`,
    [workspace, key, last, documentsPerTurn],
  )
  return rows.map((row) => row.key)
}

async function fillDocuments(ground: ReindexGround, filling: Filling, documents: readonly number[]): Promise<number> {
  const { db, step, signal } = ground
  const { space, embedder, round } = filling
  let embedded = 0
  let last: ChunkKey | undefined = { document: 0, ordinal: -1 }
  while (last) {
    signal.throwIfAborted()
    const bare: readonly BareChunk[] = await bareAfter(db.background, { space, documents, last })
    const [first] = bare
    if (!first) break
    const vectors = await embedder.embed(
      bare.map(({ title, text }) => `${title}\n${text}`),
      signal,
      'passage',
    )
    const made = bare.map(({ document, ordinal }, at) => ({ document, ordinal, vector: vectors[at] ?? new Float32Array() }))
    embedded += await step(`embed ${round} ${first.document}.${first.ordinal}`, async (tx) => {
      await insertIntoSpace(tx, space, made)
      return made.length
    })
    last = bare.at(-1)
  }
  return embedded
}

interface BareRequest {
  readonly space: EmbeddingSpace
  readonly documents: readonly number[]
  readonly last: ChunkKey
}

/** Chunks without a place in the space, even an empty one. */
async function bareAfter(db: Queryable, { space, documents, last }: BareRequest): Promise<readonly BareChunk[]> {
  const { rows } = await db.query<BareChunk>(
    `select c.document, c.ordinal, c.title, c.text from chunks c
     where c.workspace = $1 and c.document = any($3::int[]) and (c.document, c.ordinal) > ($4, $5)
       and not exists (select 1 from vectors v
                       where v.workspace = $1 and v.document = c.document and v.ordinal = c.ordinal and v.space = $2)
     order by c.document, c.ordinal limit $6`,
    [space.workspace, space.key, documents, last.document, last.ordinal, chunksPerStep],
  )
  return rows
}
