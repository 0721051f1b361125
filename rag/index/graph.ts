/**
 * The vectors of large collections in an HNSW graph, taken in a few at a time. A scan is exact and takes about a millisecond
 * for 500 vectors; a graph takes 4 ms for each vector it is given: it pays only where scans get slow.
 */
import type { Database, Queryable } from '../../platform/database/database.ts'
import type { Collection } from './collections.ts'

/** Collections up to here are scanned. */
const scannedChunks = 12_000
/** The one length of vector that has a graph. */
const graphDimensions = 384
const vectorsPerStatement = 4
const keysPerTurn = 200

export interface ChunkKey {
  readonly document: number
  readonly ordinal: number
}

export const wantsGraph = ({ chunks, dimensions }: Collection): boolean => chunks > scannedChunks && dimensions === graphDimensions

/** Takes in every vector that is missing, then lets searches use the graph. It can stop and go on anywhere. */
export async function growGraph(db: Database, collection: Collection, signal: AbortSignal): Promise<void> {
  let last: ChunkKey = { document: 0, ordinal: -1 }
  for (;;) {
    const keys = await missingAfter(db.background, collection, last)
    for (let at = 0; at < keys.length; at += vectorsPerStatement) {
      signal.throwIfAborted()
      await insertIntoGraph(db.background, collection, keys.slice(at, at + vectorsPerStatement))
    }
    const end = keys.at(-1)
    if (!end) break
    last = end
  }
  await db.query('update collections set graph = true where workspace = $1 and key = $2', [collection.workspace, collection.key])
}

async function missingAfter(db: Queryable, { workspace, key }: Collection, last: ChunkKey): Promise<readonly ChunkKey[]> {
  const { rows } = await db.query<ChunkKey>(
    `select document, ordinal from chunks c
     where workspace = $1 and collection = $2 and (document, ordinal) > ($3, $4) and embedding is not null
       and not exists (select 1 from vector_graph g where g.workspace = $1 and g.document = c.document and g.ordinal = c.ordinal)
     order by document, ordinal limit $5`,
    [workspace, key, last.document, last.ordinal, keysPerTurn],
  )
  return rows
}

/** Copies the vectors of these chunks; chunks that are there already stay as they are. */
export async function insertIntoGraph(db: Queryable, { workspace, key }: Collection, keys: readonly ChunkKey[]): Promise<void> {
  await db.query(
    `insert into vector_graph (workspace, collection, document, ordinal, embedding)
     select $1, $2, c.document, c.ordinal, c.embedding
     from unnest($3::int[], $4::int[]) as wanted (document, ordinal),
       lateral (select document, ordinal, embedding from chunks
                where workspace = $1 and document = wanted.document and ordinal = wanted.ordinal limit 1) as c
     where c.embedding is not null
     on conflict do nothing`,
    [workspace, key, keys.map(({ document }) => document), keys.map(({ ordinal }) => ordinal)],
  )
}
