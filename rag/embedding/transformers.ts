/** An embedder on a local model: texts of similar length share a run, questions overtake passages. */
import { openTransformers, type TransformersModel } from '../inference/transformers.ts'
import type { Embedder } from './embedder.ts'

/** Texts per job: enough to fill the processor, few enough that a question never waits long behind passages. */
const textsPerJob = 16
const hasWords = /[\p{L}\p{N}]/u

/** Loads the model. Throws `unavailable` in a sentence that says how to get it. */
export async function openTransformersEmbedder(
  model: Omit<TransformersModel, 'task'>,
  signal?: AbortSignal,
): Promise<Embedder & AsyncDisposable> {
  const local = openTransformers({ ...model, task: 'embed' })
  try {
    const { dimensions } = await local.load(signal)
    return {
      name: `transformers:${model.model}`,
      dimensions,
      semantic: true,
      batch: textsPerJob,
      embed: async (texts, signal, kind = 'passage') => {
        const vectors = texts.map(() => new Float32Array(dimensions))
        for (const places of batchesByLength(texts)) {
          const job = { kind: 'embed', texts: places.map((place) => texts[place] ?? ''), as: kind } as const
          const flat = await local.ask(job, { signal, urgent: kind === 'query' })
          for (const [row, place] of places.entries()) vectors[place]?.set(flat.subarray(row * dimensions, (row + 1) * dimensions))
        }
        return vectors
      },
      [Symbol.asyncDispose]: () => local[Symbol.asyncDispose](),
    }
  } catch (error) {
    await local[Symbol.asyncDispose]()
    throw error
  }
}

/** Places of texts with words, shortest text first: padding a short text to a long one's length is work for nothing. */
function batchesByLength(texts: readonly string[]): number[][] {
  const places = [...texts.keys()].filter((place) => hasWords.test(texts[place] ?? ''))
  places.sort((left, right) => (texts[left]?.length ?? 0) - (texts[right]?.length ?? 0))
  const batches: number[][] = []
  for (let from = 0; from < places.length; from += textsPerJob) batches.push(places.slice(from, from + textsPerJob))
  return batches
}
