/** The index's own view of a question's words: their stems, and how rare each is in a collection. */
import type { Queryable } from '../../platform/database/database.ts'
import type { Collection } from '../index/collections.ts'
import { documentFrequencies } from '../index/postings.ts'
import { detectLanguage, type Language } from '../language/detect.ts'

/** The language to read a question in: its own where the collection has documents in it. */
export function languageOf(question: string, { language, languages }: Collection): Language {
  const [only] = languages
  if (languages.length === 1 && only !== undefined) return only
  const own = detectLanguage(question)
  return languages.includes(own) ? own : language
}

/** Inverse document frequency by term, as BM25 counts it; a term nowhere in the collection has the highest. */
export async function rarityOf(db: Queryable, collection: Collection, terms: readonly string[]): Promise<ReadonlyMap<string, number>> {
  const asked = [...new Set(terms)].flatMap((term) => collection.languages.map((language) => ({ language, term })))
  const counts = await documentFrequencies(db, collection, asked)
  const idf = (chunks: number): number => Math.log(1 + (collection.chunks - chunks + 0.5) / (chunks + 0.5))
  return new Map(terms.map((term) => [term, idf(counts.get(term) ?? 0)]))
}
