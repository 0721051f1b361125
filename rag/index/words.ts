/** The words a collection is written in, for repairing the spelling of queries. They stay when their last document leaves. */
import type { Queryable } from '../../platform/database/database.ts'
import type { Collection } from './collections.ts'

type Place = Pick<Collection, 'workspace' | 'key'>

/** Letters of any script that is written with spaces between words; numbers and names with digits are not misspelt words. */
const spelt = /^[\p{L}\p{M}]{3,32}$/u
const wordsPerStatement = 2000

export const isSpelt = (word: string): boolean => spelt.test(word)

/** Adds the words that are new. */
export async function recordWords(tx: Queryable, { key }: Place, words: Iterable<string>): Promise<void> {
  const all = [...new Set(words)].filter(isSpelt).sort()
  for (let at = 0; at < all.length; at += wordsPerStatement) {
    await tx.query(
      'insert into words (collection, word) select $1, word from unnest($2::text[]) as word on conflict (collection, word) do nothing',
      [key, all.slice(at, at + wordsPerStatement)],
    )
  }
}

export interface RecordedWord {
  readonly key: number
  readonly word: string
}

/** Words recorded after the one with the key `after`, oldest first, `most` at once. */
export async function wordsAfter(
  db: Queryable,
  { workspace, key }: Place,
  { after, most }: { readonly after: number; readonly most: number },
): Promise<readonly RecordedWord[]> {
  const { rows } = await db.query<RecordedWord>(
    `select key, word from words
     where collection = (select key from collections where workspace = $1 and key = $2) and key > $3 order by key limit $4`,
    [workspace, key, after, most],
  )
  return rows
}

/** With the collection itself. */
export async function forgetWords(tx: Queryable, { key }: Pick<Place, 'key'>): Promise<void> {
  await tx.query('delete from words where collection = $1', [key])
}
