/** Brings a model's service back to a version that worked. */
import { z } from 'zod'
import { rollback } from '../ml/serving/deployments.ts'
import { deploymentSchema, describeDeployment } from './deployment-schema.ts'
import { modelName, routesInWords, versionNumber } from './model-schema.ts'
import { defineTool } from './tool.ts'

export const rollbackModelTool = defineTool({
  name: 'rollback_model',
  title: 'Roll back a model',
  description:
    'Undoes a deployment: takes a canary, variant or shadow out of service, or where one version is live alone, returns to the one that was live before. Pass to_version to go to a version of your choice. Use it when the newest deployment misbehaves.',
  input: z.strictObject({
    model: modelName,
    to_version: versionNumber.optional().describe('The version to give all traffic to.'),
  }),
  output: deploymentSchema,
  effect: 'change',
  role: 'operator',
  examples: [{ says: 'Roll churn back', input: { model: 'churn' } }],
  run: ({ model, to_version }, { caller, call, commit }) =>
    commit(async (tx) => {
      const deployment = await rollback(tx, caller.workspace, {
        model,
        createdBy: call,
        ...(to_version !== undefined && { version: to_version }),
      })
      return {
        content: `Rolled '${model}' back: ${routesInWords(deployment.routes)}.`,
        data: await describeDeployment(tx, caller.workspace, deployment),
      }
    }),
})
