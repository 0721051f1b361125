/** Finds datasets, columns, models and trainings by words in their names. */
import type { Queryable } from '../../platform/database/database.ts'

export const hitKinds = ['dataset', 'column', 'model', 'run'] as const

export interface CatalogHit {
  readonly kind: (typeof hitKinds)[number]
  /** What to pass on: "adult@2", "income@1", "run_…"; for a column the dataset it is in. */
  readonly name: string
  readonly text: string
}

/** Every word of the query must occur, in any case; exact names come first. At most `limit` hits. */
export async function searchCatalog(
  db: Queryable,
  workspace: string,
  { query, limit }: { readonly query: string; readonly limit: number },
): Promise<readonly CatalogHit[]> {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean)
  const { rows } = await db.query<CatalogHit & { readonly own: string }>(
    `with newest as (
       select distinct on (name) name, version, rows, columns from datasets where workspace = $1 order by name, version desc
     ), hits as (
       select 'dataset' as kind, name || '@' || version as name, name as own, name || ', ' || rows || ' rows' as text, 0 as rank from newest
       union all
       select 'column', n.name || '@' || n.version, c.value ->> 'name', 'column ' || (c.value ->> 'name') || ' (' || (c.value ->> 'type') || ') of ' || n.name, 2
       from newest n cross join lateral jsonb_array_elements(n.columns) c
       union all
       select 'model', model || '@' || version, model, model || ' version ' || version || ', ' || algorithm || coalesce(' for ' || nullif(signature ->> 'target', ''), ''), 1
       from model_versions where workspace = $1
       union all
       select 'run', run, run, algorithm || coalesce(' for ' || target, '') || ' on ' || dataset, 3 from trainings where workspace = $1
     )
     select kind, name, text, own from hits
     where (select bool_and(strpos(lower(text || ' ' || name), word) > 0) from unnest($2::text[]) as word)
     order by lower(own) = $3 desc, rank, name limit $4`,
    [workspace, words, query.toLowerCase().trim(), limit],
  )
  return rows.map(({ kind, name, text }) => ({ kind, name, text }))
}
