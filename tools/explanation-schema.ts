/** How explanations look in the inputs and results of tools. */
import { z } from 'zod'
import { methods } from '../ml/explanation/explainer.ts'
import { type Space, spaces } from '../ml/explanation/output.ts'

export const versionAsked = z.int().min(1).optional().describe('Version; the one in production, else the newest, when absent.')

export const classSchema = z.string().min(1).max(200)

export const seedSchema = z.int().min(0).max(4_294_967_295).default(0).describe('Seed of everything that is drawn at random.')

export const methodSchema = z
  .enum(methods)
  .describe(
    'tree_path_dependent: exact for trees, weighing what is unknown by training rows; tree_interventional: exact for trees, against background rows; linear: exact for linear models; kernel: any model, by asking it.',
  )

export const spaceSchema = z
  .enum(spaces)
  .describe(
    'What adds up: log_odds of the class; score of the class before softmax; probability of the class; value, the number predicted; log_value, its natural logarithm. Log odds and scores are those before a calibration.',
  )

const words: Readonly<Record<Space, string>> = {
  log_odds: 'the log odds',
  score: 'the score',
  probability: 'the probability',
  value: 'the answer',
  log_value: 'the logarithm of the answer',
}

/** "the log odds of 'yes'". */
export const outputInWords = (space: Space, name: string | undefined): string =>
  `${words[space]}${name === undefined ? '' : ` of '${name}'`}`

/** Three digits, for sentences. */
export const brief = (value: number): string => String(Number(value.toPrecision(3)))
