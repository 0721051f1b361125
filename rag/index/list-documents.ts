/** The documents of a collection in the order of their ids, a page at a time. */
import type { Database } from '../../platform/database/database.ts'
import type { Scope } from '../search/scope.ts'
import type { Collection } from './collections.ts'

export interface ListedDocument {
  readonly id: string
  readonly title: string
  readonly metadata: Readonly<Record<string, unknown>>
  /** Length of the source in UTF-16 units. */
  readonly characters: number
  readonly chunks: number
  /** The last page that a chunk begins on; null for sources without pages. */
  readonly pages: number | null
  /** What was ingested. */
  readonly source: string | null
  readonly language: string
  readonly createdAt: Date
}

export interface ListRequest {
  readonly scope: Scope
  readonly limit: number
  /** Only documents whose ids come after this one. */
  readonly after?: string
  /** Only documents whose ids begin so. */
  readonly prefix?: string
}

interface ListedRow extends Omit<ListedDocument, 'createdAt'> {
  readonly created_at: Date
}

export async function listDocuments(
  db: Database,
  { workspace, key }: Collection,
  request: ListRequest,
): Promise<readonly ListedDocument[]> {
  const { scope, limit, after, prefix } = request
  const { rows } = await db.query<ListedRow>(
    `select d.id, d.title, d.metadata, d.characters, d.chunks, d.source, d.language, d.created_at,
            (select max(c.page) from chunks c where c.workspace = $1 and c.document = d.key) as pages
     from documents d
     where d.workspace = $1 and d.collection = $2 and d.state = 'live'
       and ($3::text is null or d.id > $3) and ($4::text is null or starts_with(d.id, $4)) and ${scope.sql(6)}
     order by d.id limit $5`,
    [workspace, key, after ?? null, prefix ?? null, limit, ...scope.parameters],
  )
  return rows.map(({ created_at: createdAt, ...row }) => ({ ...row, createdAt: new Date(createdAt) }))
}
