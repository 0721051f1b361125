/**
 * What sums of trees have in common, whoever grew them: raw scores add up from `start` and the leaves, and a link turns
 * them into answers. Export reads models through it; imported trees are stored as it.
 */
import { z } from 'zod'
import { float64s } from '../numbers.ts'
import { sigmoid as logistic, softmax } from '../softmax.ts'
import { treesSchema } from './trees.ts'

/** `ova` is a sigmoid per class that does not add up to 1 and is scaled to do so; `expit` a share between 0 and 1 as a number. */
export const links = ['identity', 'sigmoid', 'softmax', 'ova', 'exp', 'expit', 'log1p_exp', 'signed_square'] as const
export type Link = (typeof links)[number]

export const ensembleSchema = z.strictObject({
  start: float64s.describe('Raw score before the first tree, by output; tree t adds to output t % length'),
  trees: treesSchema.describe('One number a leaf, learning rate included'),
  average: z.boolean().describe('Whether raw scores are divided by the number of trees of an output (a random forest)'),
  link: z.enum(links).describe('From raw scores to answers'),
  sigmoid: z.number().gt(0).describe('What a raw score is multiplied by inside a sigmoid'),
})

export type Ensemble = z.infer<typeof ensembleSchema>

/** Answers of `raw`, which has a number per output, into `scores`: probabilities of classes, or one number. */
export function applyLink({ link, sigmoid }: Pick<Ensemble, 'link' | 'sigmoid'>, raw: Float64Array, scores: Float64Array): void {
  const first = raw[0] ?? 0
  if (link === 'sigmoid') {
    scores[1] = logistic(sigmoid * first)
    scores[0] = 1 - (scores[1] ?? 0)
  } else if (link === 'softmax') {
    scores.set(raw)
    softmax(scores)
  } else if (link === 'ova') sharesOf(raw, sigmoid, scores)
  else scores[0] = answerOf[link](first)
}

const answerOf: Readonly<Record<Exclude<Link, 'sigmoid' | 'softmax' | 'ova'>, (raw: number) => number>> = {
  identity: (raw) => raw,
  exp: Math.exp,
  expit: logistic,
  /** e^raw overflows where the answer is raw itself. */
  log1p_exp: (raw) => Math.max(raw, 0) + Math.log1p(Math.exp(-Math.abs(raw))),
  signed_square: (raw) => Math.sign(raw) * raw * raw,
}

function sharesOf(raw: Float64Array, sigmoid: number, scores: Float64Array): void {
  let sum = 0
  for (let k = 0; k < raw.length; k++) {
    scores[k] = logistic(sigmoid * (raw[k] ?? 0))
    sum += scores[k] ?? 0
  }
  for (let k = 0; k < raw.length; k++) scores[k] = sum > 0 ? (scores[k] ?? 0) / sum : 1 / raw.length
}
