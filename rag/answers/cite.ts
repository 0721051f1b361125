/** Citations: passages with the sentence in each that says it best, and where both stand in the source. */
import type { Hit } from '../search/search.ts'
import type { Citation } from './answer.ts'
import type { Sentence } from './sentences.ts'

/** A stretch of the source, in UTF-16 units, with its text. */
export interface Quote {
  readonly text: string
  readonly start: number
  readonly end: number
}

export function citationOf(hit: Hit, { text, start, end }: Quote): Citation {
  const { collection, document, chunk, title, page } = hit
  const passage = { passage: hit.text, passageStart: hit.start, passageEnd: hit.end }
  return { collection, document, chunk, title, quote: text, start, end, ...(page === undefined ? {} : { page }), ...passage }
}

/** Up to `most` passages that say anything of the question, each with its best sentence, in the order of those sentences. */
export function citePassages(sentences: readonly Sentence[], most: number): readonly Citation[] {
  const bestOf = new Map<Hit, Sentence>()
  for (const sentence of sentences) {
    if (!bestOf.has(sentence.hit) && (sentence.passage.coverage > 0 || bestOf.size === 0)) bestOf.set(sentence.hit, sentence)
  }
  return [...bestOf].slice(0, most).map(([hit, sentence]) => citationOf(hit, sentence))
}
