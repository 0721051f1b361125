/** Which of some named documents a caller may see. */
import type { Queryable } from '../../platform/database/database.ts'
import type { Scope } from '../search/scope.ts'
import type { Collection } from './collections.ts'

/** Those of `ids` that are live and in the scope, in their order. */
export async function visibleDocuments(
  db: Queryable,
  { workspace, key }: Collection,
  { ids, scope }: { readonly ids: readonly string[]; readonly scope: Scope },
): Promise<readonly string[]> {
  if (scope.everything) return ids
  const { rows } = await db.query<{ id: string }>(
    `select d.id from documents d
     where d.workspace = $1 and d.collection = $2 and d.state = 'live' and d.id = any($3::text[]) and ${scope.sql(4)}`,
    [workspace, key, ids, ...scope.parameters],
  )
  const visible = new Set(rows.map(({ id }) => id))
  return ids.filter((id) => visible.has(id))
}
