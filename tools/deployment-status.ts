/** Shows how a deployed model fares. */
import { z } from 'zod'
import { deploymentHistory, requireDeployment } from '../ml/serving/deployments.ts'
import { list } from './dataset-schema.ts'
import { deploymentSchema, describeDeployment } from './deployment-schema.ts'
import { modelName, routesInWords, routesSchema } from './model-schema.ts'
import { defineTool } from './tool.ts'

export const deploymentStatusTool = defineTool({
  name: 'deployment_status',
  title: 'Deployment status',
  description:
    'Shows which versions of a model are in service with which share, their live metrics (records, errors, latency, mean score, accuracy on recorded outcomes) and the history of deployments. Use it to judge a canary before giving it more traffic. For drift of the data use check_drift.',
  input: z.strictObject({ model: modelName }),
  output: deploymentSchema.extend({
    history: list(
      z.object({
        revision: z.int().describe('Counts every change.'),
        reason: z.string().describe('What was done.'),
        routes: routesSchema,
        at: z.string().describe('When, ISO 8601.'),
      }),
    ).describe('Newest first, 20 at most.'),
  }),
  effect: 'read',
  role: 'viewer',
  untrusted: true,
  examples: [{ says: 'How is the churn deployment doing?', input: { model: 'churn' } }],
  run: async ({ model }, { db, caller }) => {
    const deployment = await requireDeployment(db, caller.workspace, model)
    const data = await describeDeployment(db, caller.workspace, deployment)
    const history = await deploymentHistory(db, caller.workspace, model, 20)
    const lines = data.metrics.map(
      ({ version, role, count, errors, p95_ms, accuracy }) =>
        `- version ${version} (${role}): ${count} records, ${errors} errors${p95_ms === null ? '' : `, p95 ${p95_ms.toFixed(2)} ms`}${accuracy === null ? '' : `, accuracy ${accuracy.toFixed(3)} on outcomes`}`,
    )
    return {
      content: [`'${model}' has ${routesInWords(deployment.routes)}.`, ...lines].join('\n'),
      data: {
        ...data,
        history: history.map(({ revision, reason, routes, createdAt }) => ({ revision, reason, routes, at: createdAt.toISOString() })),
      },
    }
  },
})
