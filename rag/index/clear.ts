/** Frees the space of documents nobody sees any more, a few chunks at a time, so that it can stop and go on anywhere. */
import type { Database, Queryable } from '../../platform/database/database.ts'
import type { Collection } from './collections.ts'
import { compactPostings } from './compact.ts'
import { forgetWords } from './words.ts'

const chunksPerTurn = 100
const documentsPerTurn = 100
const postingsPerTurn = 2000

type Place = Pick<Collection, 'workspace' | 'key'>

/** Clears replaced documents, and staged ones that no ingestion has touched for a day. Their postings stay until `tidy`. */
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
          unplaced as (delete from vectors v using few
                       where v.document = few.document and v.ordinal = few.ordinal and v.workspace = $1)
     delete from chunks using few where chunks.document = few.document and chunks.ordinal = few.ordinal returning 1`,
    [workspace, documents, chunksPerTurn],
  )
  if (cleared.rowCount === chunksPerTurn) return true
  await tx.query('delete from document_parts where workspace = $1 and document = any($2::int[])', [workspace, documents])
  await tx.query(`update documents set state = 'cleared' where workspace = $1 and key = any($2::int[])`, [workspace, documents])
  return true
}

/** Batches of postings that a query may have to read one by one. */
const segmentsLeft = 16
/** Cleared documents may be this share of the living ones before their postings are taken out. */
const clearedShare = 0.05

/** Merges postings and takes cleared documents out of them, where enough has gathered to be worth it. */
export async function tidy(db: Database, place: Place, { signal, segments = segmentsLeft }: TidyOptions): Promise<void> {
  const { rows } = await db.background.query<{ due: boolean }>(
    `select segments >= $3 or (select count(*) from documents where workspace = $1 and collection = $2 and state = 'cleared')
              > $4::float8 * documents as due
     from collections where workspace = $1 and key = $2`,
    [place.workspace, place.key, segments, clearedShare],
  )
  if (rows[0]?.due) await compactPostings(db, place, signal)
}

export interface TidyOptions {
  readonly signal: AbortSignal
  readonly segments?: number
}

/** Takes out every posting of a collection that holds no document any more. */
export async function clearPostings(db: Database, { workspace, key }: Place, signal: AbortSignal): Promise<void> {
  let more = true
  while (more) {
    signal.throwIfAborted()
    const { rowCount } = await db.background.query(
      `delete from postings where ctid = any(array(
         select ctid from postings where collection = (select key from collections where workspace = $1 and key = $2)
           and not exists (select 1 from documents where workspace = $1 and collection = $2 and state in ('staged', 'live')) limit $3))`,
      [workspace, key, postingsPerTurn],
    )
    more = rowCount === postingsPerTurn
  }
}

/** Removes a collection that holds nothing any more; true when it did. */
export async function dropEmptyCollection(tx: Queryable, { workspace, key }: Place): Promise<boolean> {
  const { rowCount } = await tx.query(
    `delete from collections where workspace = $1 and key = $2
       and not exists (select 1 from documents where workspace = $1 and collection = $2)`,
    [workspace, key],
  )
  if (rowCount > 0) await forgetWords(tx, { key })
  return rowCount > 0
}
