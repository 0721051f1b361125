/** What gradient boosting can be told: LightGBM's names and defaults. */
import { z } from 'zod'
import { Fault } from '../../../platform/fault.ts'
import type { Problem } from '../problem.ts'

export const objectives = ['auto', 'l2', 'mae', 'huber', 'quantile', 'poisson'] as const
export type Objective = (typeof objectives)[number]

export const boostingParams = z.strictObject({
  objective: z
    .enum(objectives)
    .default('auto')
    .describe(
      'Loss. auto: log loss for classes, l2 for numbers. For numbers also mae, huber and quantile (see alpha), and poisson for counts',
    ),
  alpha: z.number().gt(0).default(0.9).describe('quantile: which one, between 0 and 1; huber: the error where squared becomes linear'),
  n_estimators: z.int().min(1).max(10_000).default(100).describe('Boosting rounds; a round grows one tree per class'),
  learning_rate: z.number().gt(0).max(1).default(0.1).describe('Share of each tree that is added, above 0 up to 1'),
  num_leaves: z.int().min(2).max(1024).default(31).describe('Most leaves of a tree'),
  max_depth: z.int().min(-1).max(64).default(-1).describe('Most splits from root to leaf; 0 or -1 means no limit'),
  min_data_in_leaf: z.int().min(1).default(20).describe('Fewest training rows of a leaf'),
  min_sum_hessian_in_leaf: z.number().min(0).default(1e-3).describe('Least sum of second derivatives in a leaf'),
  min_gain_to_split: z.number().min(0).default(0).describe('Least gain of a split'),
  lambda_l1: z.number().min(0).default(0).describe('L1 shrinkage of leaf values'),
  lambda_l2: z.number().min(0).default(0).describe('L2 shrinkage of leaf values'),
  max_bin: z.int().min(2).max(255).default(255).describe('Most bins of a column'),
  bagging_fraction: z.number().gt(0).max(1).default(1).describe('Share of the rows that a tree learns from; needs bagging_freq'),
  bagging_freq: z.int().min(0).default(0).describe('Rounds after which the rows are drawn anew; 0 means all rows'),
  feature_fraction: z.number().gt(0).max(1).default(1).describe('Share of the columns that a tree may use'),
  early_stopping_rounds: z
    .int()
    .min(0)
    .default(0)
    .describe('Stop after this many rounds without a better loss on rows held out, and keep the rounds up to the best; 0 means never'),
  validation_fraction: z.number().gt(0).lt(1).default(0.1).describe('Share of the rows held out for early stopping'),
  monotone_constraints: z
    .record(z.string(), z.union([z.literal(-1), z.literal(0), z.literal(1)]))
    .default({})
    .describe('By column of numbers: 1 if the prediction must never fall as it rises, -1 if it must never rise'),
})

export type BoostingParams = z.output<typeof boostingParams>

/** The objective that a task and the wish for one come to. */
export function objectiveOf(task: Problem['task'], wish: Objective): Exclude<Objective, 'auto'> | 'binary' | 'multiclass' {
  if (task === 'binary' || task === 'multiclass') return task
  return wish === 'auto' ? 'l2' : wish
}

/** Beyond this a gradient does not fit into a float32. */
const mostTarget = 1e30

/** Throws `invalid_input` where parameters do not fit the problem or each other. */
export function requireFit(problem: Problem, options: BoostingParams): void {
  const { objective, alpha } = options
  if (problem.task !== 'regression' && objective !== 'auto')
    throw refusal(`Objective '${objective}' is for numbers, but the target is one of ${problem.classes} classes. Leave objective out.`)
  if (objective === 'quantile' && alpha >= 1) throw refusal(`alpha is ${alpha}, but a quantile lies between 0 and 1. Set it to, say, 0.9.`)
  const large = problem.task === 'regression' ? problem.target.find((value) => !(Math.abs(value) <= mostTarget)) : undefined
  if (large !== undefined) throw refusal(`The target holds ${large}, beyond ±${mostTarget}. Scale it down.`)
  const low = objective === 'poisson' ? problem.target.find((value) => value < 0) : undefined
  if (low !== undefined) throw refusal(`The target holds ${low}, but objective 'poisson' is for counts of 0 and above. Use l2.`)
  requireConstraints(problem, options)
}

function requireConstraints(problem: Problem, { objective, monotone_constraints: constraints }: BoostingParams): void {
  for (const [name, direction] of Object.entries(constraints)) {
    const column = problem.columns.find((each) => each.name === name)
    if (column === undefined) throw refusal(`monotone_constraints names '${name}', which is no column of the data. Remove it.`)
    if (column.type === 'category' && direction !== 0)
      throw refusal(`monotone_constraints names '${name}', which holds categories: they have no order. Remove it.`)
  }
  const constrained = Object.values(constraints).some((direction) => direction !== 0)
  if (constrained && (objective === 'quantile' || objective === 'mae'))
    throw refusal(`monotone_constraints cannot be kept with objective '${objective}', which sets leaf values anew. Use l2 or huber.`)
}

const refusal = (words: string): Fault => new Fault('invalid_input', words)
