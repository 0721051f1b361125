/** How much each sign of a ranking counts. The defaults need no judgements; where there are some, tuning finds a collection's own. */
import { z } from 'zod'

export const signNames = ['words', 'company', 'letters', 'title', 'closeness', 'vector'] as const
export type Sign = (typeof signNames)[number]

/** They sum to 1. */
export type Weights = Readonly<Record<Sign, number>>

/** The middle of a wide optimum over five collections of prose and source code in three languages. */
const lexical: Weights = { words: 0.325, company: 0.3, letters: 0.225, title: 0.075, closeness: 0.075, vector: 0 }

/** The share of vectors that know meanings. Reciprocal ranks at equal weights were measured to harm when a leg is weak. */
const vectorShare = 0.3

/** `trust` is how far the vectors proved themselves, 0 to 1. */
export const defaultWeights = (semantic: boolean, trust = 1): Weights =>
  semantic ? withShare(lexical, 'vector', trust * vectorShare) : lexical

/** The same balance of the other signs, with this share for one of them. */
export function withShare(weights: Weights, sign: Sign, share: number): Weights {
  const others = 1 - weights[sign]
  const scale = others > 0 ? (1 - share) / others : 0
  const { words, company, letters, title, closeness, vector } = weights
  const scaled = {
    words: words * scale,
    company: company * scale,
    letters: letters * scale,
    title: title * scale,
    closeness: closeness * scale,
    vector: vector * scale,
  }
  return { ...scaled, [sign]: share }
}

const share = z.number().min(0).max(1)
const stored = z.object({ words: share, company: share, letters: share, title: share, closeness: share, vector: share })

/** Tuned weights as they are kept with the collection; undefined where there are none or they cannot be read. */
export function readWeights(value: unknown): Weights | undefined {
  const parsed = stored.safeParse(value)
  return parsed.success ? parsed.data : undefined
}
