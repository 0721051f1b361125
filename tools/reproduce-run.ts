/** Repeats a training from its record and says whether the same model came out. */
import { z } from 'zod'
import { clearCheckpoints } from '../ml/training/checkpoints.ts'
import { trainDataset } from '../ml/training/train-dataset.ts'
import { getTraining, recordTraining } from '../ml/training/trainings.ts'
import { Fault } from '../platform/fault.ts'
import { list, versionName } from './dataset-schema.ts'
import { defineTool } from './tool.ts'
import { runId, scoresSchema } from './training-schema.ts'

export const reproduceRunTool = defineTool({
  name: 'reproduce_run',
  title: 'Reproduce a run',
  description:
    'Repeats a training run from its recorded data, parameters and seed, records the repeat as a run of its own, and compares both: metrics side by side, and whether the model is the same byte for byte. Use it to check that a result can be trusted. To train on new data, use retrain_model or train_model.',
  input: z.strictObject({ run: runId.describe('The run to repeat.') }),
  output: z.object({
    run: runId.describe('The repeat.'),
    original: runId.describe('The run that was repeated.'),
    equal: z.boolean().describe('Whether the model is the same byte for byte.'),
    metrics: scoresSchema.describe('Metrics of the repeat.'),
    original_metrics: scoresSchema.describe('Metrics of the original.'),
    differences: list(z.string()).describe('What is not the same: metrics, or the version of the code.'),
  }),
  effect: 'create',
  role: 'builder',
  durable: true,
  untrusted: true,
  minted: ['run', 'original', 'equal'],
  examples: [{ says: 'Repeat that run and see whether it comes out the same', input: { run: 'run_1' } }],
  run: async ({ run: original }, context) => {
    const { db, blobs, signal, caller, call } = context
    const recorded = await getTraining(db, caller.workspace, original)
    const dataset = versionName({ name: recorded.dataset, version: recorded.datasetVersion })
    const place = { db, blobs, signal, workspace: caller.workspace, onProgress: context.progress }
    const { training } = await trainDataset(place, { dataset, run: call, spec: recorded.spec })
    if (training.datasetBlob !== recorded.datasetBlob)
      throw new Fault(
        'conflict',
        `Dataset ${dataset} no longer holds the rows that run ${original} learned from, so it cannot be repeated.`,
      )
    const changed = Object.keys(recorded.metrics).filter((name) => training.metrics[name] !== recorded.metrics[name])
    // A trial of a tuning has no model to compare.
    const equal = recorded.model === undefined ? changed.length === 0 : training.model === recorded.model
    const code = training.codeVersion === recorded.codeVersion ? [] : [`code version ${recorded.codeVersion}, now ${training.codeVersion}`]
    const result = await context.commit(async (tx) => {
      await recordTraining(tx, training)
      const words = equal ? 'the same model, byte for byte' : 'a different model'
      return {
        content: `Repeated run ${original} as ${call}: ${words}${changed.length === 0 ? ' with the same metrics' : `; ${changed.join(', ')} differ`}.`,
        data: {
          ...{ run: call, original, equal },
          metrics: training.metrics,
          original_metrics: recorded.metrics,
          differences: [...changed, ...code],
        },
      }
    })
    await clearCheckpoints(place, call)
    return result
  },
})
