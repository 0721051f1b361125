/** Shares a deployed model's traffic anew. */
import { z } from 'zod'
import { setTraffic } from '../ml/serving/deployments.ts'
import { deploymentSchema, describeDeployment } from './deployment-schema.ts'
import { modelName, routesInWords, versionNumber } from './model-schema.ts'
import { defineTool } from './tool.ts'

export const setTrafficTool = defineTool({
  name: 'set_traffic',
  title: 'Set traffic',
  description:
    'Changes the share of traffic of the version beside the live one (the canary, variant or shadow). 100 makes it the live version alone; 0 takes it out of service. Needs a model deployed with two versions.',
  input: z.strictObject({
    model: modelName,
    percent: z.number().min(0).max(100).describe('Share in percent for the version.'),
    version: versionNumber.optional().describe('The version whose share it is; the one beside the live version when absent.'),
  }),
  output: deploymentSchema,
  effect: 'change',
  role: 'operator',
  examples: [{ says: 'Give the canary a quarter of the traffic', input: { model: 'churn', percent: 25 } }],
  run: ({ model, percent, version }, { caller, call, commit }) =>
    commit(async (tx) => {
      const deployment = await setTraffic(tx, caller.workspace, {
        model,
        percent,
        createdBy: call,
        ...(version !== undefined && { version }),
      })
      return {
        content: `Traffic of '${model}' is now ${routesInWords(deployment.routes)}.`,
        data: await describeDeployment(tx, caller.workspace, deployment),
      }
    }),
})
