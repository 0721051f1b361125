/** The exact answer of a vector search, by brute force over plain arrays. */
import { subwordEmbedder } from '../../rag/embedding/subword.ts'
import type { Entry } from './entries.ts'

export interface Nearest {
  /** Cosines of the query with all entries, in their order. */
  cosines(query: string): Promise<Float64Array>
}

const never = new AbortController().signal
const perCall = 1000

export async function embedEntries(entries: readonly Entry[]): Promise<Nearest> {
  const { dimensions } = subwordEmbedder
  const all = new Float32Array(entries.length * dimensions)
  for (let at = 0; at < entries.length; at += perCall) {
    const vectors = await subwordEmbedder.embed(
      entries.slice(at, at + perCall).map(({ text }) => `\n${text}`),
      never,
      'passage',
    )
    for (const [index, vector] of vectors.entries()) all.set(vector, (at + index) * dimensions)
  }
  return {
    cosines: async (query) => {
      const [vector = new Float32Array(dimensions)] = await subwordEmbedder.embed([query], never, 'query')
      const cosines = new Float64Array(entries.length)
      for (let entry = 0; entry < cosines.length; entry++) {
        let sum = 0
        for (let at = 0; at < dimensions; at++) sum += (vector[at] ?? 0) * (all[entry * dimensions + at] ?? 0)
        cosines[entry] = sum
      }
      return cosines
    },
  }
}
