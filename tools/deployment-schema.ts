/** What every tool that touches a deployment answers: the routes in force and how each version fares. */
import { z } from 'zod'
import type { Deployment } from '../ml/serving/deployments.ts'
import { liveMetrics } from '../ml/serving/prediction-log.ts'
import { strategies } from '../ml/serving/routes.ts'
import type { Queryable } from '../platform/database/database.ts'
import { list } from './dataset-schema.ts'
import { modelName, routesSchema, versionNumber } from './model-schema.ts'

const number = (what: string) => z.number().nullable().describe(`${what}; null when there is nothing to measure.`)

export const deploymentSchema = z.object({
  model: modelName,
  strategy: z.enum(strategies).describe('full, canary, ab or shadow.'),
  revision: z.int().describe('Counts every change of the routes.'),
  routes: routesSchema,
  metrics: list(
    z.object({
      version: versionNumber,
      role: z.string().describe('How it was asked: live, canary, variant, shadow, direct or batch.'),
      count: z.int().describe('Records asked.'),
      errors: z.int().describe('Records it could not answer.'),
      p50_ms: number('Median milliseconds per record'),
      p95_ms: number('95th percentile of milliseconds per record'),
      mean_score: number('Mean score: the value, or the probability of the last class'),
      outcomes: z.int().describe('Predictions whose outcome was recorded.'),
      accuracy: number('Share of outcomes that were predicted'),
      mae: number('Mean absolute error over outcomes'),
    }),
  ).describe('Live metrics by version over the newest 10,000 predictions.'),
})

/** The result of a deployment tool, read in the transaction of its change. */
export async function describeDeployment(
  db: Queryable,
  workspace: string,
  deployment: Deployment,
): Promise<z.input<typeof deploymentSchema>> {
  const { model, strategy, revision, routes } = deployment
  return { model, strategy, revision, routes, metrics: await liveMetrics(db, workspace, model) }
}
