/** Marks in hits, by stems: what the query's words become in the collection's language, their other forms become too. */
import type { Database } from '../../platform/database/database.ts'
import { stemWords } from '../index/stems.ts'
import { tokenize } from '../language/tokens.ts'
import { highlight } from './highlight.ts'
import type { QueryInCollection } from './query.ts'
import type { Hit } from './search.ts'

/** The same hits, each with the places of the query's words in its text. */
export async function highlightHits(db: Database, queries: readonly QueryInCollection[], hits: readonly Hit[]): Promise<readonly Hit[]> {
  const marked = new Map<Hit, Hit>()
  for (const { collection, words } of queries) {
    const own = hits.filter((hit) => hit.collection === collection.name)
    if (own.length === 0) continue
    const said = new Set(own.flatMap(({ text }) => tokenize(text)))
    const asked = new Set<string>()
    for (const language of collection.languages) {
      const stems = await stemWords(db, language, [...words.keys(), ...said])
      const wanted = new Set([...words.keys()].flatMap((word) => stems.get(word) ?? []))
      for (const word of said) if (wanted.has(stems.get(word) ?? '')) asked.add(word)
    }
    for (const hit of own) marked.set(hit, { ...hit, highlights: highlight(hit.text, (term) => asked.has(term)) })
  }
  return hits.map((hit) => marked.get(hit) ?? hit)
}
