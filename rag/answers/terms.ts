/** The index's own view of words: their stems, and how rare each is in a collection. */
import type { Queryable } from '../../platform/database/database.ts'
import type { Collection } from '../index/collections.ts'
import { dictionaryOf, type Language } from '../language/detect.ts'

/** Stem by word; stop words have none. */
export type Stems = ReadonlyMap<string, string>

export async function stemWords(db: Queryable, language: Language, words: Iterable<string>): Promise<Stems> {
  const { rows } = await db.query<{ word: string; term: string }>(
    'select word, term from unnest($2::text[]) as word, unnest(ts_lexize($1::regdictionary, word)) as term',
    [dictionaryOf(language), [...new Set(words)]],
  )
  return new Map(rows.map(({ word, term }) => [word, term]))
}

export interface Rarity {
  readonly weights: ReadonlyMap<string, number>
  /** Terms the collection holds nowhere. */
  readonly unknown: ReadonlySet<string>
}

/** Inverse document frequency by term, as BM25 counts it; a term nowhere in the collection has the highest. */
export async function rarityOf(db: Queryable, collection: Collection, terms: readonly string[]): Promise<Rarity> {
  const { rows } = await db.query<{ term: string; chunks: number }>(
    `select asked.term, found.chunks
     from unnest($3::text[]) as asked (term), lateral (
       select count(*)::int as chunks from postings
       where workspace = $1 and collection = $2 and term = asked.term
         and document not in (select key from documents where workspace = $1 and collection = $2 and state <> 'live')) as found
     where found.chunks > 0`,
    [collection.workspace, collection.key, terms],
  )
  const counts = new Map(rows.map(({ term, chunks }) => [term, chunks]))
  const idf = (chunks: number): number => Math.log(1 + (collection.chunks - chunks + 0.5) / (chunks + 0.5))
  return {
    weights: new Map(terms.map((term) => [term, idf(counts.get(term) ?? 0)])),
    unknown: new Set(terms.filter((term) => !counts.has(term))),
  }
}
