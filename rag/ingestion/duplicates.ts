/** Documents that say the same to the same readers under different ids. */
import { createHash } from 'node:crypto'
import type { Queryable } from '../../platform/database/database.ts'
import type { Collection } from '../index/collections.ts'

export interface Duplicate {
  readonly document: string
  /** The document that was there first. */
  readonly same: string
}

/** Equal for texts that differ in white space only. Documents for other readers are never duplicates: somebody would miss one. */
export function contentDigest(text: string, readers: readonly string[] | undefined): string {
  return createHash('sha256')
    .update(JSON.stringify(readers ? readers.toSorted() : null))
    .update(text.replaceAll(/\s+/gu, ' ').trim())
    .digest('base64url')
}

/** Which of `documents`, in their order, repeat a live document of the collection or one before them. */
export async function findDuplicates(
  db: Queryable,
  { workspace, key }: Pick<Collection, 'workspace' | 'key'>,
  documents: readonly { readonly id: string; readonly content: string }[],
): Promise<readonly Duplicate[]> {
  if (documents.length === 0) return []
  const { rows } = await db.query<{ id: string; content: string }>(
    `select content, min(id) as id from documents
     where workspace = $1 and collection = $2 and state = 'live' and content = any($3::text[]) and not id = any($4::text[])
     group by content`,
    [workspace, key, documents.map(({ content }) => content), documents.map(({ id }) => id)],
  )
  const first = new Map(rows.map(({ id, content }) => [content, id]))
  return documents.flatMap(({ id, content }) => {
    const same = first.get(content)
    if (same === undefined) first.set(content, id)
    return same === undefined ? [] : { document: id, same }
  })
}
