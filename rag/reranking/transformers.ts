/** A cross-encoder on a local model: it reads question and passage together and gives one number. */
import type { ModelSource } from '../inference/model-source.ts'
import { openTransformers, type TransformersProcess } from '../inference/transformers.ts'
import type { Reranker } from './reranker.ts'

/** Pairs per job: between two jobs another question's turn may come. */
const pairsPerJob = 16

/** Looked for and loaded at the first call; scores are logits, so any number. */
export function openTransformersReranker(model: string, source: () => ModelSource & { readonly hub?: string }): Reranker & AsyncDisposable {
  let local: TransformersProcess | undefined
  return {
    name: `transformers:${model}`,
    score: async (query, texts, signal) => {
      signal.throwIfAborted()
      local ??= openTransformers({ ...source(), task: 'score' })
      const scores: number[] = []
      for (let from = 0; from < texts.length; from += pairsPerJob) {
        const job = { kind: 'score', query, texts: texts.slice(from, from + pairsPerJob) } as const
        scores.push(...(await local.ask(job, { signal, urgent: true })))
      }
      return scores
    },
    [Symbol.asyncDispose]: async () => local?.[Symbol.asyncDispose](),
  }
}
