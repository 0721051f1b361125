/** Gives a training's model a name and a version. */
import { z } from 'zod'
import { decodeModel, modelSignature } from '../ml/models/model.ts'
import { requireModelName, saveModelVersion } from '../ml/registry/registry.ts'
import { getTraining, modelOf } from '../ml/training/trainings.ts'
import { list } from './dataset-schema.ts'
import { modelName, stageSchema, versionNumber } from './model-schema.ts'
import { defineTool } from './tool.ts'

export const registerModelTool = defineTool({
  name: 'register_model',
  title: 'Register a model',
  description:
    'Registers the model that a training run made, under a name, as its next version. Use it after train_model when a model is worth keeping; deploying comes after. It changes nothing that is live.',
  input: z.strictObject({
    run: z.string().min(1).describe('The training run, as train_model or list_runs gave it.'),
    name: modelName.describe("Name for the model: letters, digits, '_', '-' and '.'. An existing name gets its next version."),
  }),
  output: z.object({
    model: modelName,
    version: versionNumber,
    stage: stageSchema,
    aliases: list(z.string()).describe('Other names of this version.'),
  }),
  effect: 'create',
  role: 'builder',
  examples: [{ says: 'Register this run as the churn model', input: { run: 'run_1', name: 'churn' } }],
  run: async ({ run, name }, { db, blobs, caller, call, commit }) => {
    requireModelName(name)
    const training = await getTraining(db, caller.workspace, run)
    const blob = modelOf(training)
    const signature = modelSignature(decodeModel(await blobs.get(blob)))
    return commit(async (tx) => {
      const { model, version, stage, aliases } = await saveModelVersion(tx, caller.workspace, {
        model: name,
        run,
        blob,
        algorithm: training.algorithm,
        signature,
        metrics: training.metrics,
        reference: { dataset: training.dataset, version: training.datasetVersion },
        createdBy: call,
      })
      return {
        content: `Registered run ${run} as version ${version} of '${model}' (${training.algorithm}).`,
        data: { model, version, stage, aliases },
      }
    })
  },
})
