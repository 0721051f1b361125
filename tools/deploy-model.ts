/** Puts a model version into service. */
import { z } from 'zod'
import { deploy } from '../ml/serving/deployments.ts'
import { strategies } from '../ml/serving/routes.ts'
import { deploymentSchema, describeDeployment } from './deployment-schema.ts'
import { modelName, routesInWords, versionNumber } from './model-schema.ts'
import { defineTool } from './tool.ts'

export const deployModelTool = defineTool({
  name: 'deploy_model',
  title: 'Deploy a model',
  description:
    'Puts a registered version into service. full: it answers everything. canary: it answers a small share beside the live version. ab: it answers half, the same cases always going the same way. shadow: it is asked as well and its answers are only logged. Use set_traffic to change the share later and rollback_model to undo. All but full need another version that is live already.',
  input: z.strictObject({
    model: modelName,
    version: versionNumber,
    strategy: z.enum(strategies).default('full').describe('full, canary, ab or shadow.'),
    percent: z
      .number()
      .gt(0)
      .lt(100)
      .optional()
      .describe('Share for the new version in percent: 10 for a canary and 50 for ab when absent; not for full.'),
  }),
  output: deploymentSchema,
  effect: 'change',
  role: 'operator',
  examples: [
    { says: 'Put version 1 of churn live', input: { model: 'churn', version: 1, strategy: 'full' } },
    { says: 'Try version 2 on a tenth of the traffic', input: { model: 'churn', version: 2, strategy: 'canary', percent: 10 } },
  ],
  run: ({ model, version, strategy, percent }, { caller, call, commit }) =>
    commit(async (tx) => {
      const change = { model, version, strategy, createdBy: call, ...(percent !== undefined && { percent }) }
      const deployment = await deploy(tx, caller.workspace, change)
      return {
        content: `Deployed version ${version} of '${model}' as ${strategy}: ${routesInWords(deployment.routes)}.`,
        data: await describeDeployment(tx, caller.workspace, deployment),
      }
    }),
})
