/** Asks a model about every row of a dataset. */
import { z } from 'zod'
import { getDataset, requireDatasetName, saveDataset } from '../ml/data/datasets.ts'
import { getModelVersion } from '../ml/registry/registry.ts'
import { predictDataset } from '../ml/serving/batch.ts'
import { currentDeployment } from '../ml/serving/deployments.ts'
import { datasetName, datasetRef, versionName } from './dataset-schema.ts'
import { modelName, versionNumber } from './model-schema.ts'
import { defineTool } from './tool.ts'

export const batchPredictTool = defineTool({
  name: 'batch_predict',
  title: 'Predict a dataset',
  description:
    'Asks a registered model about every row of a dataset and stores the rows with their predictions as a new dataset. Use it for many rows; for single cases use predict. One version answers all rows: the live one, else the one in production, else the newest.',
  input: z.strictObject({
    model: modelName,
    dataset: datasetRef,
    output: datasetName.optional().describe('Name of the new dataset; DATASET-predictions when absent.'),
    version: versionNumber.optional().describe('Ask this version.'),
  }),
  output: z.object({
    dataset: z.string().describe('Name of the new dataset, with its version.'),
    name: z.string().describe('Name of the new dataset.'),
    version: z.int().describe('Version of the new dataset.'),
    rows: z.int().describe('Rows answered.'),
    model: modelName,
    model_version: versionNumber.describe('The version of the model that answered.'),
  }),
  effect: 'create',
  role: 'builder',
  durable: true,
  untrusted: true,
  minted: ['dataset', 'name', 'version', 'rows', 'model', 'model_version'],
  examples: [
    { says: 'Score all customers with the churn model', input: { model: 'churn', dataset: 'customers', output: 'customers_scored' } },
  ],
  run: async ({ model, dataset: ref, output, version }, context) => {
    const { db, blobs, caller, call, signal } = context
    const dataset = await getDataset(db, caller.workspace, ref)
    const name = requireDatasetName(output ?? `${dataset.name}-predictions`)
    const live = (await currentDeployment(db, caller.workspace, model))?.routes.find(({ role }) => role === 'live')?.version
    const found = await getModelVersion(db, caller.workspace, model, version ?? live)
    const snapshot = await predictDataset(found, dataset, { blobs, signal, progress: context.progress })
    return context.commit(async (tx) => {
      const source = `${versionName(dataset)} answered by '${model}' version ${found.version}`
      const saved = await saveDataset(tx, caller.workspace, { ...snapshot, name, source, parents: [dataset], createdBy: call })
      return {
        content: `'${model}' version ${found.version} answered ${saved.rows} rows; they are in ${versionName(saved)}.`,
        data: {
          dataset: versionName(saved),
          name: saved.name,
          version: saved.version,
          rows: saved.rows,
          model,
          model_version: found.version,
        },
      }
    })
  },
})
