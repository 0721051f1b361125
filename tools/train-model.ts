/** Trains a model on a dataset and records the run. */
import { z } from 'zod'
import type { TrainSpec } from '../ml/training/spec.ts'
import { trainDataset } from '../ml/training/train-dataset.ts'
import { recordTraining } from '../ml/training/trainings.ts'
import { datasetRef, list, versionName } from './dataset-schema.ts'
import { defineTool } from './tool.ts'
import { algorithmSchema, metricSchema, runId, scoreInWords, scoresSchema, trainingSchema } from './training-schema.ts'

const input = z.strictObject({
  dataset: datasetRef,
  target: z.string().min(1).describe('Column to predict.'),
  algorithm: algorithmSchema.default('auto'),
  folds: z.int().min(2).max(50).default(5).describe('Folds of the cross-validation.'),
  fold_column: z
    .string()
    .min(1)
    .optional()
    .describe('Column that names the fold of each row, for groups that must stay together. Not an input of the model.'),
  time_column: z
    .string()
    .min(1)
    .optional()
    .describe('Column of times: every fold is tested on what is later than what it learned from. Not an input of the model.'),
  metric: metricSchema.optional().describe('What auto compares by; roc_auc, accuracy or rmse by the task when absent.'),
  params: z
    .record(z.string(), z.json())
    .default({})
    .describe('Parameters of the algorithm, for example {"n_estimators": 200, "learning_rate": 0.05}. Not with auto.'),
  seed: z.int().min(0).max(4_294_967_295).default(0).describe('The same data, parameters and seed give the same model.'),
  task: z
    .enum(['classification', 'regression'])
    .optional()
    .describe('Whether the target names classes or measures a number; inferred from it when absent.'),
})

export const trainModelTool = defineTool({
  name: 'train_model',
  title: 'Train a model',
  description:
    'Trains a model that predicts one column of a dataset from the others, and measures it by cross-validation beside a baseline. Use it for "train", "fit" or "learn to predict"; for two classes, many classes or numbers. Missing values and text columns need no preparation. It records a run; to serve the model, register that run with register_model.',
  input,
  output: trainingSchema.omit({ created_at: true, folds: true }).extend({
    run: runId,
    metric: z.string().describe('What candidates were compared by.'),
    rows: z.int().describe('Rows it learned from.'),
    folds: list(
      z.object({
        fold: z.string().describe('Number or label of the fold.'),
        metrics: scoresSchema,
        seconds: z.number().describe('Seconds of fitting.'),
      }),
    ).describe('Each fold, measured on rows its model had not seen.'),
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
  run: async ({ dataset, ...wish }, context) => {
    const { db, blobs, signal, caller, call } = context
    const place = { db, blobs, signal, workspace: caller.workspace, onProgress: context.progress }
    const { training, outcome } = await trainDataset(place, { dataset, run: call, spec: specOf(wish) })
    return context.commit(async (tx) => {
      await recordTraining(tx, training)
      const { run, algorithm, task, params, metric, metrics, baseline, folds, seed, seconds, warnings } = training
      const name = versionName({ name: training.dataset, version: training.datasetVersion })
      const { target } = training.spec
      const score = `${scoreInWords(metric, metrics[metric])} over ${folds.length} folds (baseline ${baseline[metric]?.toPrecision(4) ?? 'not defined'})`
      const notes =
        warnings.length === 0 ? '' : ` ${warnings.length === 1 ? 'One warning' : `${warnings.length} warnings`}: ${warnings.join(' ')}`
      return {
        content: `Trained ${algorithm} on ${name} to predict '${target}': ${score}. Run ${run}.${notes}`,
        data: {
          ...{ run, dataset: name, target, algorithm, task, params, metric, metrics, baseline, seed, seconds, warnings },
          rows: outcome.rows,
          folds,
          candidates: outcome.candidates,
        },
      }
    })
  },
})

function specOf({ fold_column, time_column, metric, task, ...wish }: Omit<z.output<typeof input>, 'dataset'>): TrainSpec {
  return {
    ...wish,
    ...(fold_column !== undefined && { foldColumn: fold_column }),
    ...(time_column !== undefined && { timeColumn: time_column }),
    ...(metric !== undefined && { metric }),
    ...(task !== undefined && { task }),
  }
}
