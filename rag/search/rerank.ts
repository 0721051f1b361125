/** The best hits once more in the order of a cross-encoder, where this installation has one. */
import type { Hit, SearchGround, SearchRequest } from './search.ts'

/** Pairs of query and text are read one by one: only the best hits are worth it. */
export const mostReranked = 50
/** The cross-encoder's say beside the ranking it was given. */
const share = 0.7

/** Hits in rank order in, the same hits in rank order out. A reranker that does not answer changes nothing. */
export async function rerank({ reranker, signal }: SearchGround, { query }: SearchRequest, hits: readonly Hit[]): Promise<readonly Hit[]> {
  const some = hits.slice(0, mostReranked)
  if (!reranker || some.length < 2) return hits
  const texts = some.map(({ title, text }) => (title === '' ? text : `${title}\n${text}`))
  const scores = await reranker.score(query, texts, signal).catch(() => {
    signal.throwIfAborted()
    return undefined
  })
  if (!scores) return hits
  const least = Math.min(...scores)
  const range = Math.max(...scores) - least
  const reranked = some.map((hit, at) => ({
    ...hit,
    score: (1 - share) * hit.score + (range > 0 ? (share * ((scores[at] ?? least) - least)) / range : 0),
  }))
  // What was not reranked stays below it.
  const floor = Math.min(...reranked.map(({ score }) => score))
  const rest = hits.slice(mostReranked).map((hit) => ({ ...hit, score: Math.min(hit.score, floor) }))
  return [...reranked.toSorted((left, right) => right.score - left.score), ...rest]
}
