/** Frees the space of documents nobody sees any more, a few chunks at a time, so that it can stop and go on anywhere. */
import type { Database, Queryable } from '../../platform/database/database.ts'
import type { Collection } from './collections.ts'

const chunksPerTurn = 12
const documentsPerTurn = 50

type Place = Pick<Collection, 'workspace' | 'key'>

/** Clears replaced documents, and staged ones that no ingestion has touched for a day. */
export async function clearReplaced(db: Database, place: Place, signal: AbortSignal): Promise<void> {
  await db.query(
    `update documents set state = 'replaced'
     where workspace = $1 and collection = $2 and state = 'staged' and created_at < now() - interval '1 day'`,
    [place.workspace, place.key],
  )
  while (await db.background.transaction((tx) => clearSome(tx, place))) signal.throwIfAborted()
}

/** True while there is more to clear. */
async function clearSome(tx: Queryable, { workspace, key }: Place): Promise<boolean> {
  const { rows } = await tx.query<{ key: number }>(
    `select key from documents where workspace = $1 and collection = $2 and state = 'replaced' order by key limit $3`,
    [workspace, key, documentsPerTurn],
  )
  if (rows.length === 0) return false
  const documents = rows.map((row) => row.key)
  const cleared = await tx.query(
    `with few as (select document, ordinal from chunks where workspace = $1 and document = any($2::int[]) limit $3),
          gone as (delete from postings using few
                   where postings.document = few.document and postings.ordinal = few.ordinal and postings.workspace = $1),
          ungraphed as (delete from vector_graph g using few
                        where g.document = few.document and g.ordinal = few.ordinal and g.workspace = $1)
     delete from chunks using few where chunks.document = few.document and chunks.ordinal = few.ordinal returning 1`,
    [workspace, documents, chunksPerTurn],
  )
  if (cleared.rowCount === chunksPerTurn) return true
  await tx.query('delete from document_parts where workspace = $1 and document = any($2::int[])', [workspace, documents])
  await tx.query('delete from documents where workspace = $1 and key = any($2::int[])', [workspace, documents])
  return true
}

/** Removes a collection that holds nothing any more; true when it did. */
export async function dropEmptyCollection(tx: Queryable, { workspace, key }: Place): Promise<boolean> {
  const { rowCount } = await tx.query(
    `delete from collections where workspace = $1 and key = $2
       and not exists (select 1 from documents where workspace = $1 and collection = $2)`,
    [workspace, key],
  )
  return rowCount > 0
}
