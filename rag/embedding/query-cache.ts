/** Repeated questions cost nothing: the vectors of the latest ones are kept. Passages are embedded once anyway. */
import type { Embedder } from './embedder.ts'

/** At 1,024 dimensions 4 MB. */
const mostQueries = 1000
/** Longer ones are no questions that come again. */
const longestKept = 2000

export function withQueryCache<E extends Embedder>(embedder: E, most = mostQueries): E {
  // A Map keeps the order of insertion: the first key is the one not used for the longest time.
  const kept = new Map<string, Float32Array>()
  const remember = (text: string, vector: Float32Array): void => {
    kept.delete(text)
    kept.set(text, vector)
    const [oldest] = kept.keys()
    if (kept.size > most && oldest !== undefined) kept.delete(oldest)
  }
  const embed: Embedder['embed'] = async (texts, signal, kind = 'passage') => {
    if (kind !== 'query') return embedder.embed(texts, signal, kind)
    signal.throwIfAborted()
    const vectors = texts.map((text) => kept.get(text))
    const missing = [...new Set(texts.filter((_, at) => vectors[at] === undefined))]
    const fresh = missing.length > 0 ? await embedder.embed(missing, signal, kind) : []
    return texts.map((text, at) => {
      const vector = vectors[at] ?? fresh[missing.indexOf(text)] ?? new Float32Array(embedder.dimensions)
      if (text.length <= longestKept) remember(text, vector)
      return vector.slice()
    })
  }
  return { ...embedder, embed }
}
