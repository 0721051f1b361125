/** How trainings look in the inputs and results of tools. */
import { z } from 'zod'
import { metricsOf } from '../ml/evaluation/metrics.ts'
import { algorithmNames } from '../ml/models/algorithms.ts'
import { tasks } from '../ml/models/problem.ts'
import type { NewTraining, Training } from '../ml/training/trainings.ts'
import { trialStates } from '../ml/tuning/trial.ts'
import { list, versionName } from './dataset-schema.ts'

export const metricNames: readonly string[] = [...new Set(Object.values(metricsOf).flat())]

export const metricSchema = z.enum(metricNames).describe(`Metric: ${metricNames.join(', ')}.`)

export const algorithmSchema = z
  .enum([...algorithmNames, 'auto'])
  .describe(`Algorithm: ${algorithmNames.join(', ')}; auto compares all that fit.`)

/** One algorithm, not auto. */
export const learnerSchema = z.enum(algorithmNames).describe(`Algorithm: ${algorithmNames.join(', ')}.`)

export const scoresSchema = z.record(z.string(), z.number()).describe('Metrics by name; one that the data cannot define is left out.')

export const runId = z.string().min(1).max(100).describe('Id of a training run, as train_model and list_runs give it.')

export const foldScores = list(
  z.object({
    fold: z.string().describe('Number or label of the fold.'),
    metrics: scoresSchema,
    seconds: z.number().describe('Seconds of fitting.'),
  }),
).describe('Each fold, measured on rows its model had not seen; empty where nothing could be measured.')

export const curveSchema = list(z.record(z.string(), z.number())).describe(
  'Learning curve of the fit on all rows: step (tree, round or epoch, from 1) with losses or metrics; empty for algorithms that draw none.',
)

export const trainingSchema = z.object({
  run: runId,
  dataset: z.string().describe('Dataset and version it learned from, as name@version.'),
  target: z.string().optional().describe('Column it predicts, or whose labels measured it; absent where there is none.'),
  algorithm: z.string().describe('Algorithm that was fitted.'),
  task: z.enum(tasks).describe('binary, multiclass, regression, clustering, anomaly, projection or recommendation.'),
  params: z.record(z.string(), z.unknown()).describe('All parameters, defaults filled in.'),
  metrics: scoresSchema.describe('Means over the folds, each measured on rows its model had not seen.'),
  baseline: scoresSchema.describe(
    'Metrics of always answering the class shares or the mean, on the same folds; empty where there is nothing to answer.',
  ),
  folds: z.int().describe('Number of folds.'),
  seed: z.int().describe('Seed of folds and fitting.'),
  seconds: z.number().describe('Wall time in seconds.'),
  warnings: list(z.string()).describe('What to look at before trusting it.'),
  parent: runId.optional().describe('Of a trial: the tuning it belongs to. A trial has no model of its own.'),
  state: z.enum(trialStates).describe('finished; of trials also stopped (early) and failed.'),
  created_at: z.string().describe('When it was recorded, ISO 8601.'),
})

export const recordedInData = (training: Training): z.input<typeof trainingSchema> => ({
  ...trainingInData(training),
  created_at: training.createdAt.toISOString(),
})

/** A training as results of tools show it, before it is recorded. */
export function trainingInData(training: NewTraining): Omit<z.input<typeof trainingSchema>, 'created_at'> {
  const { run, state = 'finished', parent, algorithm, task, params, metrics, baseline, seed, seconds, warnings } = training
  return {
    run,
    dataset: versionName({ name: training.dataset, version: training.datasetVersion }),
    ...(training.spec.target !== undefined && { target: training.spec.target }),
    ...(parent !== undefined && { parent }),
    ...{ algorithm, task, params, metrics, baseline, seed, seconds, warnings, state },
    folds: training.folds.length,
  }
}

/** "roc_auc 0.9288". */
export const scoreInWords = (metric: string, value: number | undefined): string =>
  `${metric} ${value === undefined ? 'not defined' : value.toPrecision(4)}`
