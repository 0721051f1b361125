/** What a person may ask of a training, and how the domain says the same: shared by training, tuning and retraining. */
import { z } from 'zod'
import { calibrationMethods } from '../ml/evaluation/calibration.ts'
import type { TrainSpec } from '../ml/training/spec.ts'
import { metricSchema } from './training-schema.ts'

const column = (words: string) => z.string().min(1).optional().describe(words)

/** Everything about the data, the folds and the weights; not which algorithm and how it is set. */
export const wishFields = {
  target: column(
    'Column to predict. Leave it out for algorithms that find groups, anomalies, projections or recommendations by themselves; for anomalies it may name labels to measure by.',
  ),
  folds: z.int().min(2).max(50).default(5).describe('Folds of the cross-validation.'),
  repeats: z.int().min(1).max(20).default(1).describe('Rounds of cross-validation, each with folds dealt anew.'),
  fold_column: column('Column that names the fold of each row. Not an input of the model.'),
  group_column: column(
    'Column of groups that must stay together, such as customers: no fold tests on a group it learned from. Not an input.',
  ),
  time_column: column('Column of times: every fold is tested on what is later than what it learned from. Not an input of the model.'),
  weight_column: column('Column of positive numbers: how much each row counts in fitting (metrics count all rows the same). Not an input.'),
  class_weight: z
    .union([z.literal('balanced'), z.record(z.string(), z.number())])
    .optional()
    .describe('How much each class counts in fitting, for example {"yes": 5}, or balanced: rare classes count as much as frequent ones.'),
  reweigh_by: z
    .union([z.string().min(1), z.array(z.string().min(1)).min(1).max(5)])
    .optional()
    .describe(
      'Column or columns of groups of people, such as sex: rows count so that no group has the favourable answer more often in fitting. See fairness_report.',
    ),
  calibration: z
    .enum(calibrationMethods)
    .optional()
    .describe(
      'Makes probabilities mean what they say, by a curve learned on the folds: platt (few rows) or isotonic (a thousand or more).',
    ),
  metric: metricSchema.optional().describe("What candidates are compared by; the first of the task's metrics when absent."),
  seed: z.int().min(0).max(4_294_967_295).default(0).describe('The same data, parameters and seed give the same model.'),
  task: z
    .enum(['classification', 'regression'])
    .optional()
    .describe('Whether the target names classes or measures a number; inferred from it when absent.'),
} as const

const wishSchema = z.object(wishFields)

export function specOf(
  {
    target,
    fold_column: foldColumn,
    group_column: groupColumn,
    time_column: timeColumn,
    weight_column: weightColumn,
    class_weight: classWeight,
    reweigh_by: reweighBy,
    calibration,
    metric,
    task,
    ...counts
  }: z.output<typeof wishSchema>,
  learner: Pick<TrainSpec, 'algorithm' | 'params'>,
): TrainSpec {
  const { folds, repeats, seed } = counts
  return {
    ...learner,
    ...{ folds, seed },
    ...(repeats > 1 && { repeats }),
    ...(target !== undefined && { target }),
    ...(foldColumn !== undefined && { foldColumn }),
    ...(groupColumn !== undefined && { groupColumn }),
    ...(timeColumn !== undefined && { timeColumn }),
    ...(weightColumn !== undefined && { weightColumn }),
    ...(classWeight !== undefined && { classWeight }),
    ...(reweighBy !== undefined && { reweighBy: typeof reweighBy === 'string' ? [reweighBy] : reweighBy }),
    ...(calibration !== undefined && { calibration }),
    ...(metric !== undefined && { metric }),
    ...(task !== undefined && { task }),
  }
}

/** The other way: what to ask for to have the same again. */
export function wishOf(spec: TrainSpec): z.input<typeof wishSchema> {
  const {
    target,
    folds,
    repeats,
    foldColumn,
    groupColumn,
    timeColumn,
    weightColumn,
    classWeight,
    reweighBy,
    calibration,
    metric,
    seed,
    task,
  } = spec
  return {
    ...(target !== undefined && { target }),
    ...(folds !== undefined && { folds }),
    ...(repeats !== undefined && { repeats }),
    ...(foldColumn !== undefined && { fold_column: foldColumn }),
    ...(groupColumn !== undefined && { group_column: groupColumn }),
    ...(timeColumn !== undefined && { time_column: timeColumn }),
    ...(weightColumn !== undefined && { weight_column: weightColumn }),
    ...(classWeight !== undefined && { class_weight: classWeight }),
    ...(reweighBy !== undefined && { reweigh_by: [...reweighBy] }),
    ...(calibration !== undefined && { calibration }),
    ...(metric !== undefined && { metric }),
    ...(seed !== undefined && { seed }),
    ...(task !== undefined && { task }),
  }
}
