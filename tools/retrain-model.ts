/** Trains a model's live version again on newer data and sets the two side by side. */
import { z } from 'zod'
import { getDataset } from '../ml/data/datasets.ts'
import { algorithmNames } from '../ml/models/algorithms.ts'
import { decodeModel, modelSignature } from '../ml/models/model.ts'
import { compareWithLive } from '../ml/monitoring/compare-live.ts'
import { getModelVersion, saveModelVersion } from '../ml/registry/registry.ts'
import { currentDeployment } from '../ml/serving/deployments.ts'
import { getTraining, modelOf } from '../ml/training/trainings.ts'
import { Fault } from '../platform/fault.ts'
import { datasetRef, versionName } from './dataset-schema.ts'
import { metricsSchema, modelName, versionNumber } from './model-schema.ts'
import { defineTool } from './tool.ts'
import { wishOf } from './training-wish.ts'

const trained = z.object({ run: z.string() })

export const retrainModelTool = defineTool({
  name: 'retrain_model',
  title: 'Retrain a model',
  description:
    "Trains a registered model again, with the algorithm, parameters, seed and target of its live version, on a newer dataset, registers the result as the model's next version and compares both on that data. Use it when drift was found or new data came in. It does not deploy: use deploy_model when the new version is better.",
  input: z.strictObject({
    model: modelName,
    dataset: datasetRef.optional().describe('What to train on; the newest version of the dataset it was trained on when absent.'),
  }),
  output: z.object({
    model: modelName,
    run: z.string().describe('The new training.'),
    version: versionNumber.describe('The new version.'),
    dataset: z.string().describe('What it was trained on.'),
    compared: z
      .object({
        live_version: versionNumber.describe('The version it was compared with.'),
        metric: z.string().describe('What was judged by.'),
        new: metricsSchema.describe('Metrics of the new version, cross-validated.'),
        live: metricsSchema.describe(
          'Metrics of the live version on the same data; flattering where it was trained on some of these rows.',
        ),
        better: z.boolean().describe('Whether the new version is better by the metric.'),
      })
      .describe('The new version beside the live one.'),
  }),
  effect: 'create',
  role: 'builder',
  durable: true,
  untrusted: true,
  minted: ['model', 'run', 'version', 'dataset'],
  examples: [{ says: 'Retrain churn on the newest customers', input: { model: 'churn', dataset: 'customers' } }],
  run: async ({ model, dataset: ref }, context) => {
    const { db, blobs, caller, call, signal } = context
    const route = (await currentDeployment(db, caller.workspace, model))?.routes.find(({ role }) => role === 'live')
    const live = await getModelVersion(db, caller.workspace, model, route?.version)
    if (live.algorithm.startsWith('imported_'))
      throw new Fault(
        'invalid_input',
        `Version ${live.version} of '${model}' was imported, so there is no training to repeat. Train one with train_model.`,
      )
    const { spec, algorithm, params } = await getTraining(db, caller.workspace, live.run)
    const dataset = await getDataset(db, caller.workspace, ref ?? live.reference?.dataset ?? '')
    const wish = {
      dataset: versionName(dataset),
      ...(algorithmNames.includes(algorithm)
        ? { algorithm, params }
        : { algorithm: spec.algorithm, ...(spec.timeBudget !== undefined && { time_budget_seconds: spec.timeBudget }) }),
      ...wishOf(spec),
    }
    const result = trained.safeParse((await context.invoke('train_model', wish, { step: 'train' })).data)
    if (!result.success) throw new Fault('internal', 'train_model gave no run.', { cause: result.error })
    const training = await getTraining(db, caller.workspace, result.data.run)
    context.progress({ fraction: 0.9, message: `Comparing with version ${live.version}` })
    const { metric, fresh, live: now, better } = await compareWithLive(live, training, { dataset, blobs, signal })
    const blob = modelOf(training)
    const signature = modelSignature(decodeModel(await blobs.get(blob)))
    return context.commit(async (tx) => {
      const { version } = await saveModelVersion(tx, caller.workspace, {
        model,
        run: training.run,
        blob,
        algorithm: training.algorithm,
        signature,
        metrics: training.metrics,
        reference: { dataset: training.dataset, version: training.datasetVersion },
        createdBy: call,
      })
      const numbers = `${metric} ${fresh[metric]?.toPrecision(4) ?? 'not defined'} against ${now[metric]?.toPrecision(4) ?? 'not defined'}`
      return {
        content: `Retrained '${model}' on ${versionName(dataset)} as version ${version}. It is ${better ? 'better' : 'not better'} than live version ${live.version}: ${numbers}.`,
        data: {
          model,
          run: training.run,
          version,
          dataset: versionName(dataset),
          compared: { live_version: live.version, metric, new: fresh, live: now, better },
        },
      }
    })
  },
})
