/** The trainings of the workspace. */
import { z } from 'zod'
import { getTraining, listTrainings, type Training } from '../ml/training/trainings.ts'
import { list } from './dataset-schema.ts'
import { defineTool } from './tool.ts'
import { curveSchema, foldScores, metricNames, recordedInData, runId, scoreInWords, trainingSchema } from './training-schema.ts'

export const listRunsTool = defineTool({
  name: 'list_runs',
  title: 'List training runs',
  description:
    'Lists training runs, trials of tunings among them, with their parameters and metrics, newest first or best first by a metric. Use it to find the best run on a dataset or a run to register. Not for registered models: use list_models.',
  input: z.strictObject({
    run: runId.optional().describe('Only this run, with its folds and learning curve.'),
    dataset: z.string().min(1).max(100).optional().describe('Only runs on this dataset, whatever version.'),
    tuning: runId.optional().describe('Only the trials of this tuning.'),
    sort_by: z
      .enum(['created_at', 'seconds', ...metricNames])
      .default('created_at')
      .describe('created_at: newest first; seconds: fastest first; a metric: best first.'),
    limit: z.int().min(1).max(500).default(50).describe('Most runs to return.'),
  }),
  output: z.object({
    runs: list(trainingSchema.extend({ curve: curveSchema.optional(), fold_scores: foldScores.optional() })).describe(
      'The runs, in the order asked for.',
    ),
  }),
  effect: 'read',
  role: 'viewer',
  untrusted: true,
  examples: [{ says: 'Show my last training runs', input: {} }],
  run: async ({ run, dataset, tuning, sort_by, limit }, { db, caller }) => {
    if (run !== undefined) return oneRun(await getTraining(db, caller.workspace, run))
    const trainings = await listTrainings(db, caller.workspace, {
      ...{ sortBy: sort_by, limit },
      ...(dataset !== undefined && { dataset }),
      ...(tuning !== undefined && { parent: tuning }),
    })
    const where = dataset === undefined ? '' : ` on ${dataset}`
    const count = trainings.length === 1 ? 'One training run' : `${trainings.length === 0 ? 'No' : trainings.length} training runs`
    const first = trainings[0]
    const words =
      first === undefined
        ? ' Train one with train_model.'
        : ` The first is ${first.run} (${first.algorithm}${first.spec.target === undefined ? '' : `, target '${first.spec.target}'`}).`
    return { content: `${count}${where}.${words}`, data: { runs: trainings.map(recordedInData) } }
  },
})

/** A run with what its folds and its learning curve say. */
function oneRun(training: Training) {
  const { run, algorithm, metric, metrics, folds, curve } = training
  const scored = folds.length === 0 ? 'not measured' : `${scoreInWords(metric, metrics[metric])} over ${folds.length} folds`
  return {
    content: `Run ${run}: ${algorithm}, ${scored}, a learning curve of ${curve.length} points.`,
    data: { runs: [{ ...recordedInData(training), curve, fold_scores: folds }] },
  }
}
