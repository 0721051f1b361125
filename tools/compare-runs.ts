/** Trainings side by side. */
import { z } from 'zod'
import { isBetter } from '../ml/evaluation/metrics.ts'
import { getTraining, type Training } from '../ml/training/trainings.ts'
import { Fault } from '../platform/fault.ts'
import { list } from './dataset-schema.ts'
import { defineTool } from './tool.ts'
import { metricSchema, recordedInData, runId, scoreInWords, trainingSchema } from './training-schema.ts'

export const compareRunsTool = defineTool({
  name: 'compare_runs',
  title: 'Compare training runs',
  description:
    'Puts two or more training runs side by side, best first by one metric, and says by how much the best is ahead and which parameters differ. Use it to choose between runs whose ids are known; to find runs, use list_runs.',
  input: z.strictObject({
    runs: z.array(runId).min(2).max(50).describe('Ids of the runs.'),
    metric: metricSchema.optional().describe('What to compare by; the metric of the first run when absent.'),
  }),
  output: z.object({
    metric: z.string().describe('What they were compared by.'),
    best: runId.describe('The best run.'),
    runs: list(trainingSchema).describe('Best first; runs without the metric come last.'),
    differing_params: list(z.string()).describe('Parameters that are not the same in all runs.'),
  }),
  effect: 'read',
  role: 'viewer',
  untrusted: true,
  examples: [{ says: 'Which of these two runs is better?', input: { runs: ['run_1', 'run_2'], metric: 'roc_auc' } }],
  run: async ({ runs, metric: asked }, { db, caller }) => {
    const trainings = await Promise.all([...new Set(runs)].map((run) => getTraining(db, caller.workspace, run)))
    const metric = asked ?? trainings[0]?.metric ?? ''
    const value = ({ metrics }: Training): number => metrics[metric] ?? Number.NaN
    const sorted = trainings.toSorted((a, b) => order(metric, value(a), value(b)))
    const [best, second] = sorted
    if (best === undefined || Number.isNaN(value(best)))
      throw new Fault(
        'invalid_input',
        `None of these runs has the metric '${metric}'. They have ${Object.keys(trainings[0]?.metrics ?? {}).join(', ')}.`,
      )
    const behind =
      second === undefined ? '' : ` The next is ${second.run} (${second.algorithm}) with ${scoreInWords(metric, second.metrics[metric])}.`
    const targets = new Set(trainings.map((training) => `${training.dataset}: ${training.spec.target ?? training.task}`))
    const caution = targets.size > 1 ? ` They do not learn the same thing (${[...targets].join('; ')}), so the numbers are not alike.` : ''
    return {
      content: `Best by ${metric} is ${best.run} (${best.algorithm}) with ${scoreInWords(metric, value(best))}.${behind}${caution}`,
      data: { metric, best: best.run, runs: sorted.map(recordedInData), differing_params: differing(trainings) },
    }
  },
})

function order(metric: string, a: number, b: number): number {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(a)) - Number(Number.isNaN(b))
  if (a === b) return 0
  return isBetter(metric, a, b) ? -1 : 1
}

function differing(trainings: readonly Training[]): readonly string[] {
  const names = [...new Set(trainings.flatMap(({ params }) => Object.keys(params)))]
  return names.filter((name) => new Set(trainings.map(({ params }) => JSON.stringify(params[name]))).size > 1)
}
