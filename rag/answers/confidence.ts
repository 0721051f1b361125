/** How far to trust an answer: a logistic fit over what tells answerable questions from others. */
import type { Hit } from '../search/search.ts'
import type { Sentence } from './sentences.ts'

/** Each from 0 to 1. */
export interface Evidence {
  /** Share of the question's weight that the best passage says, and that the best sentence says. */
  readonly passage: number
  readonly sentence: number
  /** How far the best document leads the next one, as a share of its score. */
  readonly lead: number
  /** Share of the question's weight on words that the collection holds nowhere. */
  readonly unknown: number
}

/** Below this the answer abstains. */
export const weakBelow = 0.5

/** Fitted on half of 1,896 questions in three languages, half of their paragraphs taken away; AUROC .94–.96 over all of them. */
const bias = -4.65
const weights: Readonly<Record<keyof Evidence, number>> = { passage: 2.8, sentence: 7.3, lead: 2.9, unknown: -1.3 }

/** 0 to 1, from the evidence. */
export function confidenceOf({ passage, sentence, lead, unknown }: Evidence): number {
  const sum = bias + weights.passage * passage + weights.sentence * sentence + weights.lead * lead + weights.unknown * unknown
  return 1 / (1 + Math.exp(-sum))
}

/** `hits` are in rank order. */
export function evidenceOf(best: Sentence, hits: readonly Hit[]): Evidence {
  const [first] = hits
  const rival = hits.find(({ document, collection }) => document !== first?.document || collection !== first.collection)
  const lead = first && rival && first.score > 0 ? (first.score - rival.score) / first.score : 1
  return { passage: best.passageCoverage, sentence: best.coverage, lead, unknown: best.unknown }
}
