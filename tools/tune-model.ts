/** Searches good parameters for an algorithm and records the best model. */
import { z } from 'zod'
import { getDataset } from '../ml/data/datasets.ts'
import { isSupervised } from '../ml/models/problem.ts'
import { clearCheckpoints } from '../ml/training/checkpoints.ts'
import { type NewTraining, recordTraining } from '../ml/training/trainings.ts'
import { stoppings } from '../ml/tuning/race.ts'
import { dimensionSchema } from '../ml/tuning/space.ts'
import { trialStates } from '../ml/tuning/trial.ts'
import { searches, type TuneOutcome } from '../ml/tuning/tune.ts'
import { trialRun, tuneDataset } from '../ml/tuning/tune-dataset.ts'
import { datasetRef, list, versionName } from './dataset-schema.ts'
import { defineTool } from './tool.ts'
import { learnerSchema, runId, scoreInWords, trainingInData, trainingSchema } from './training-schema.ts'
import { specOf, wishFields } from './training-wish.ts'

const paramsSchema = z.record(z.string(), z.unknown())

const trialSchema = z.object({
  params: paramsSchema.describe('All parameters, defaults filled in.'),
  value: z.number().optional().describe('The metric over what was measured; absent where nothing could be.'),
  state: z.enum(trialStates).describe('finished; stopped, because others were ahead or the time was up; failed.'),
  seconds: z.number().describe('Seconds of fitting, all folds.'),
  run: runId.describe('The trial, as list_runs and compare_runs know it. It has no model: only the best one is fitted on all rows.'),
})

export const tuneModelTool = defineTool({
  name: 'tune_model',
  title: 'Tune a model',
  description:
    'Searches the parameters of one algorithm by cross-validated trials (grid, random or the tree-structured Parzen estimator), fits the best on all rows and records it as a run that register_model takes. Use it for "tune", "optimise", "find the best parameters". It goes on where it was after a restart. To train with parameters already known, or to compare algorithms, use train_model.',
  input: z.strictObject({
    dataset: datasetRef,
    algorithm: learnerSchema,
    ...wishFields,
    trials: z.int().min(1).max(1000).optional().describe('Most trials; 30 when absent, all of a grid.'),
    search: z
      .enum(searches)
      .default('tpe')
      .describe('tpe: later trials learn from earlier ones; random; grid: every combination, five values of a range.'),
    space: z
      .record(z.string(), dimensionSchema)
      .optional()
      .describe(
        'What to search, by parameter: {"learning_rate": {"low": 0.01, "high": 0.3, "log": true}, "max_depth": [3, 6, 0]}. The usual ranges when absent.',
      ),
    params: z.record(z.string(), z.json()).default({}).describe('Parameters that stay as they are in every trial.'),
    stopping: z
      .enum(stoppings)
      .default('median')
      .describe(
        'median: after each fold a trial behind the median of earlier ones stops; successive_halving: nine begin on a ninth of the rows, a third goes on with three times as many; none.',
      ),
    time_budget_seconds: z
      .number()
      .positive('a time budget must be above 0 seconds, or there is no time for a trial; leave it out for no limit')
      .max(864_000)
      .optional()
      .describe('After so many seconds no new trials begin; the first ones always end.'),
  }),
  output: trainingSchema.omit({ created_at: true, folds: true }).extend({
    metric: z.string().describe('What trials were compared by.'),
    best: trialSchema.omit({ seconds: true, state: true }).describe('The best trial; its model, fitted on all rows, is that of the run.'),
    trials: list(trialSchema).describe('Every trial, in the order they were proposed.'),
  }),
  effect: 'create',
  role: 'builder',
  durable: true,
  untrusted: true,
  minted: ['run', 'algorithm'],
  examples: [
    {
      says: 'Find good parameters for a logistic regression on churned, five trials',
      input: { dataset: 'customers', target: 'churned', algorithm: 'logistic', trials: 5, folds: 3 },
    },
  ],
  run: async ({ dataset, algorithm, trials, search, space, params, stopping, time_budget_seconds: budget, ...wish }, context) => {
    const { db, blobs, signal, caller, call, step } = context
    const place = { db, blobs, signal, step, workspace: caller.workspace, onProgress: context.progress }
    const tuning = {
      spec: specOf(wish, { algorithm, params }),
      ...{ search, stopping },
      ...(trials !== undefined && { trials }),
      ...(space !== undefined && { space }),
      ...(budget !== undefined && { timeBudgetSeconds: budget }),
    }
    // As in train_model: the rows it began with.
    const version = await step('dataset', async (tx) => versionName(await getDataset(tx, caller.workspace, dataset)))
    const { training, outcome } = await tuneDataset(place, { dataset: version, run: call, wish: tuning })
    const result = await context.commit(async (tx) => {
      await recordTraining(tx, training)
      const shown = outcome.trials.map(({ number, params: tried, state, value, candidate }) => ({
        ...{ params: tried, state, seconds: candidate.seconds, run: trialRun(call, number) },
        ...(value !== undefined && { value }),
      }))
      const { number, params: chosen, value } = outcome.best
      const best = { params: chosen, run: trialRun(call, number), ...(value !== undefined && { value }) }
      const { metric } = training
      const { folds: _, ...data } = trainingInData(training)
      return { content: inWords(training, outcome), data: { ...data, metric, best, trials: shown } }
    })
    await clearCheckpoints(place, call)
    return result
  },
})

/** "Tuned logistic on customers@1 to predict 'churned': roc_auc 0.93 with C 0.2, the best of 30 trials (12 stopped early)." */
function inWords({ run, spec, algorithm, metric, metrics, task, ...training }: NewTraining, { best, trials }: TuneOutcome): string {
  const name = versionName({ name: training.dataset, version: training.datasetVersion })
  const aim = spec.target === undefined || !isSupervised(task) ? ` for ${task}` : ` to predict '${spec.target}'`
  const setting = Object.entries(best.tried).map(
    ([key, value]) => `${key} ${typeof value === 'number' ? Number(value.toPrecision(4)) : JSON.stringify(value)}`,
  )
  const count = (state: string): number => trials.filter((trial) => trial.state === state).length
  const ends = [
    count('stopped') > 0 ? `${count('stopped')} stopped early` : '',
    count('failed') > 0 ? `${count('failed')} failed` : '',
  ].filter((words) => words !== '')
  const rest = ends.length === 0 ? '' : ` (${ends.join(', ')})`
  return `Tuned ${algorithm} on ${name}${aim}: ${scoreInWords(metric, metrics[metric])} with ${setting.join(', ')}, the best of ${trials.length} trials${rest}. Run ${run}.`
}
