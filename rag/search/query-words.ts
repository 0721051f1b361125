/** The words of a query as a collection's index knows them, in every language of its documents. */
import type { Queryable } from '../../platform/database/database.ts'
import type { LanguageTerm } from '../index/postings.ts'
import { type Stems, stemWords } from '../index/stems.ts'
import type { Language } from '../language/detect.ts'

/** How much each word counts: as a rule, how often the query says it. */
export type QueryWeights = ReadonlyMap<string, number>

export interface StemmedWord {
  /** The words of the query that are this one. */
  readonly said: readonly string[]
  readonly weight: number
  /** Its stem in every language of the collection that does not take it for a stop word. */
  readonly terms: readonly LanguageTerm[]
}

export interface StemmedQuery {
  /** Words that have the same stem in every language are one, as often as the query says them together. */
  readonly words: readonly StemmedWord[]
  /** What the query is in, where the collection has several languages and one clearly fits best. */
  readonly language: Language | undefined
}

export async function stemQuery(db: Queryable, languages: readonly Language[], query: QueryWeights): Promise<StemmedQuery> {
  const stems = new Map<Language, Stems>()
  for (const language of languages) stems.set(language, await stemWords(db, language, query.keys()))
  const language = languageOf(stems, query)
  const words = new Map<string, StemmedWord>()
  for (const [word, weight] of query) {
    // A stop word of the query's language is rare in documents of others, where it would count for much and mean nothing.
    if (language && !stems.get(language)?.has(word)) continue
    const terms = languages.flatMap((each): LanguageTerm[] => {
      const term = stems.get(each)?.get(word)
      return term === undefined ? [] : [{ language: each, term }]
    })
    if (terms.length === 0) continue
    const name = terms.map((term) => `${term.language} ${term.term}`).join(' ')
    const known = words.get(name)
    words.set(name, { said: [...(known?.said ?? []), word], weight: (known?.weight ?? 0) + weight, terms })
  }
  return { language, words: [...words].sort(([left], [right]) => (left < right ? -1 : 1)).map(([, word]) => word) }
}

/** The language that takes most of the query's words for stop words, where no other takes as many. */
function languageOf(stems: ReadonlyMap<Language, Stems>, query: QueryWeights): Language | undefined {
  if (stems.size < 2) return undefined
  const stops = [...stems].map(([language, { size }]) => ({ language, count: query.size - size }))
  const [best, second] = stops.sort((left, right) => right.count - left.count)
  return best && best.count > (second?.count ?? 0) ? best.language : undefined
}
