/** Trains a model on a dataset and records the run. */
import { z } from 'zod'
import { getDataset } from '../ml/data/datasets.ts'
import { isSupervised } from '../ml/models/problem.ts'
import { clearCheckpoints } from '../ml/training/checkpoints.ts'
import { trainDataset } from '../ml/training/train-dataset.ts'
import { type NewTraining, recordTraining } from '../ml/training/trainings.ts'
import { datasetRef, list, versionName } from './dataset-schema.ts'
import { defineTool } from './tool.ts'
import {
  algorithmSchema,
  curveSchema,
  foldScores,
  runId,
  scoreInWords,
  scoresSchema,
  trainingInData,
  trainingSchema,
} from './training-schema.ts'
import { specOf, wishFields } from './training-wish.ts'

const input = z.strictObject({
  dataset: datasetRef,
  algorithm: algorithmSchema.default('auto'),
  params: z
    .record(z.string(), z.json())
    .default({})
    .describe('Parameters of the algorithm, for example {"n_estimators": 200, "learning_rate": 0.05}. Not with auto.'),
  ...wishFields,
  time_budget_seconds: z
    .number()
    .positive('a time budget must be above 0 seconds, or there is no time for a fit; leave it out for the usual 120')
    .max(864_000)
    .optional()
    .describe('For auto: about how long it may try algorithms, 120 seconds when absent. At least the quickest is tried.'),
})

export const trainModelTool = defineTool({
  name: 'train_model',
  title: 'Train a model',
  description:
    'Trains a model on a dataset and measures it by cross-validation beside a baseline: one that predicts a column from the others (two classes, many classes, numbers), or without a target one that finds clusters, anomalies, projections or recommendations. Use it for "train", "fit", "learn to predict", "cluster". Missing values and text columns need no preparation. It records a run; to serve the model, register that run with register_model. To search for good parameters, use tune_model.',
  input,
  output: trainingSchema.omit({ created_at: true, folds: true }).extend({
    run: runId,
    metric: z.string().describe('What candidates were compared by.'),
    rows: z.int().describe('Rows it learned from.'),
    folds: foldScores,
    curve: curveSchema,
    candidates: list(
      z.object({
        algorithm: z.string().describe('Algorithm.'),
        metrics: scoresSchema,
        seconds: z.number().describe('Seconds of fitting, all folds.'),
      }),
    ).describe('What was compared, best first.'),
  }),
  effect: 'create',
  role: 'builder',
  durable: true,
  untrusted: true,
  minted: ['run', 'algorithm'],
  examples: [
    {
      says: 'Train gradient boosting on customers to predict churned',
      input: { dataset: 'customers', target: 'churned', algorithm: 'gradient_boosting' },
    },
    { says: 'A logistic regression with three folds', input: { dataset: 'customers', target: 'churned', algorithm: 'logistic', folds: 3 } },
  ],
  run: async ({ dataset, algorithm, params, time_budget_seconds: budget, ...wish }, context) => {
    const { db, blobs, signal, caller, call, step } = context
    const place = { db, blobs, signal, workspace: caller.workspace, onProgress: context.progress }
    // Whatever is ingested meanwhile, a training that goes on after a kill goes on with the rows it began with.
    const version = await step('dataset', async (tx) => versionName(await getDataset(tx, caller.workspace, dataset)))
    const { training, outcome } = await trainDataset(place, {
      dataset: version,
      run: call,
      spec: { ...specOf(wish, { algorithm, params }), ...(budget !== undefined && { timeBudget: budget }) },
    })
    const result = await context.commit(async (tx) => {
      await recordTraining(tx, training)
      const { run, metric, folds, curve } = training
      const { candidates, rows } = outcome
      return { content: inWords(training), data: { ...trainingInData(training), run, metric, rows, folds, candidates, curve } }
    })
    await clearCheckpoints(place, call)
    return result
  },
})

/** "Trained logistic on customers@1 to predict 'churned': roc_auc 0.93 over 5 folds (baseline 0.5)." */
function inWords({ run, spec, algorithm, metric, metrics, baseline, folds, warnings, ...training }: NewTraining): string {
  const name = versionName({ name: training.dataset, version: training.datasetVersion })
  const aim = spec.target === undefined || !isSupervised(training.task) ? ` for ${training.task}` : ` to predict '${spec.target}'`
  const beside = baseline[metric] === undefined ? '' : ` (baseline ${baseline[metric].toPrecision(4)})`
  const score =
    folds.length === 0
      ? 'without labels there is nothing to measure it by'
      : `${scoreInWords(metric, metrics[metric])} over ${folds.length} folds${beside}`
  const notes =
    warnings.length === 0 ? '' : ` ${warnings.length === 1 ? 'One warning' : `${warnings.length} warnings`}: ${warnings.join(' ')}`
  return `Trained ${algorithm} on ${name}${aim}: ${score}. Run ${run}.${notes}`
}
