/** Tells what really happened after a prediction. */
import { z } from 'zod'
import { recordOutcome } from '../ml/serving/prediction-log.ts'
import { modelName, versionNumber } from './model-schema.ts'
import { defineTool } from './tool.ts'

export const recordOutcomeTool = defineTool({
  name: 'record_outcome',
  title: 'Record an outcome',
  description:
    'Records what really happened for a prediction given earlier, so that live accuracy and error show in deployment_status. One outcome a prediction; a later one replaces it.',
  input: z.strictObject({
    prediction_id: z.string().min(1).max(200).describe('An id from the prediction_ids of predict.'),
    value: z.union([z.string(), z.number(), z.boolean()]).describe('The class or number that came true.'),
  }),
  output: z.object({
    accepted: z.boolean().describe('Always true: anything else is an error.'),
    model: modelName,
    version: versionNumber,
    correct: z.boolean().optional().describe('Whether the class was predicted.'),
    error: z.number().optional().describe('Predicted number minus the true one.'),
  }),
  effect: 'create',
  role: 'builder',
  examples: [{ says: 'That customer did leave', input: { prediction_id: 'prediction_1', value: 'yes' } }],
  run: ({ prediction_id, value }, { caller, now, commit }) =>
    commit(async (tx) => {
      const judged = await recordOutcome(tx, caller.workspace, { prediction: prediction_id, value, at: now() })
      return {
        content: `Recorded ${value} for ${prediction_id} of '${judged.model}' version ${judged.version}.`,
        data: { accepted: true, ...judged },
      }
    }),
})
