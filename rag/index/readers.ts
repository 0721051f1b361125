/** Who may see a document: callers that go by one of its readers, or everyone in the workspace. */
import type { Queryable } from '../../platform/database/database.ts'
import type { Scope } from '../search/scope.ts'
import type { Collection } from './collections.ts'

export interface ReadersRequest {
  readonly ids: readonly string[]
  /** Principals as in `principalsOf`; null: everyone in the workspace. */
  readonly readers: readonly string[] | null
  /** What the caller may see: the rest is absent. */
  readonly scope: Scope
}

const documentsPerStatement = 200

/** Changes them from the next search on. Returns the ids that were found. */
export async function setReaders(tx: Queryable, { workspace, key }: Collection, request: ReadersRequest): Promise<readonly string[]> {
  const { ids, readers, scope } = request
  const found: string[] = []
  for (let at = 0; at < ids.length; at += documentsPerStatement) {
    const { rows } = await tx.query<{ id: string }>(
      // Its content counts as another one now: a document is a duplicate only of what the same people read.
      `update documents d set readers = $4::text[], content = null
       where d.workspace = $1 and d.collection = $2 and d.state = 'live' and d.id = any($3::text[]) and ${scope.sql(5)} returning id`,
      [workspace, key, ids.slice(at, at + documentsPerStatement), readers, ...scope.parameters],
    )
    found.push(...rows.map(({ id }) => id))
  }
  if (found.length > 0) await tx.query('update collections set updated_at = now() where workspace = $1 and key = $2', [workspace, key])
  return found
}

/** Documents and chunks of each collection, by its key, that the principals do not see: what their counts leave out. */
export async function countHidden(
  db: Queryable,
  workspace: string,
  principals: readonly string[] | undefined,
): Promise<ReadonlyMap<number, { readonly documents: number; readonly chunks: number }>> {
  if (!principals) return new Map()
  const { rows } = await db.query<{ collection: number; documents: number; chunks: number }>(
    `select collection, count(*)::int as documents, sum(chunks)::int as chunks from documents
     where workspace = $1 and state = 'live' and readers is not null and not readers && $2::text[] group by collection`,
    [workspace, principals],
  )
  return new Map(rows.map(({ collection, ...counts }) => [collection, counts]))
}
