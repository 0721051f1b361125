/** Requests about training, tuning and understanding models: what is predicted, how many of what, and for which case. */
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { PlannerTool, World } from './contract.ts'
import { plan } from './plan.ts'

const world: World = {
  datasets: { customers: ['plan', 'monthly_charge', 'support_calls', 'churned'] },
  models: { churn: { versions: [1] } },
  runs: [],
  collections: [],
  pipelines: [],
  suites: [],
}

function tool(name: string, title: string, description: string, schema: z.ZodType): PlannerTool {
  return { name, title, description, effect: 'read', examples: [], input: { ...z.toJSONSchema(schema, { io: 'input' }) } }
}

const params = z.record(z.string(), z.json()).default({})
const record = z.record(z.string(), z.unknown())
const catalogue: readonly PlannerTool[] = [
  tool(
    'train_model',
    'Train a model',
    'Trains a model on a dataset: one that predicts a column, or without a target one that finds clusters or anomalies.',
    z.object({
      dataset: z.string(),
      algorithm: z.enum(['logistic', 'random_forest', 'kmeans', 'isolation_forest', 'auto']).default('auto'),
      params,
      target: z.string().optional(),
    }),
  ),
  tool(
    'tune_model',
    'Tune a model',
    'Searches the parameters of one algorithm by trials.',
    z.object({ dataset: z.string(), algorithm: z.enum(['logistic']), target: z.string().optional(), trials: z.int().optional(), params }),
  ),
  tool(
    'explain_prediction',
    'Explain a prediction',
    'Says why a registered model answers what it answers for one case.',
    z.object({ model: z.string(), record: record.optional() }),
  ),
  tool(
    'feature_importance',
    'Feature importance',
    'Ranks the columns of a registered model by how much they matter.',
    z.object({ model: z.string() }),
  ),
  tool(
    'partial_dependence',
    'Partial dependence',
    'Shows how the answer of a registered model changes with one column, or two together.',
    z.object({ model: z.string(), features: z.array(z.string()).min(1).max(2) }),
  ),
  tool(
    'recommend_items',
    'Recommend items',
    'Asks a registered recommender which items a user would take next.',
    z.object({ model: z.string(), user: z.union([z.string(), z.number()]).optional() }),
  ),
]

const calls = (message: string) =>
  plan({ message, history: [], catalogue, world }).calls.map((call) => ({ tool: call.tool, arguments: call.arguments }))

describe('a target that may be absent', () => {
  it('is what is to be predicted', () => {
    expect(calls('tune logistic on customers to predict churned with 5 trials')).toEqual([
      { tool: 'tune_model', arguments: { dataset: 'customers', algorithm: 'logistic', target: 'churned', trials: 5 } },
    ])
    expect(calls('train a random forest on customers for churned')).toEqual([
      { tool: 'train_model', arguments: { dataset: 'customers', algorithm: 'random_forest', target: 'churned' } },
    ])
  })

  it('stays away where nothing is predicted', () => {
    expect(calls('find unusual customers')).toEqual([
      { tool: 'train_model', arguments: { dataset: 'customers', algorithm: 'isolation_forest' } },
    ])
  })
})

describe('a number before what an algorithm has a number of', () => {
  it('is its parameter', () => {
    expect(calls('cluster the customers into 4 groups')).toEqual([
      { tool: 'train_model', arguments: { dataset: 'customers', algorithm: 'kmeans', params: { n_clusters: 4 } } },
    ])
    expect(calls('train a random forest with 300 trees on customers to predict churned')[0]?.arguments.params).toEqual({
      n_estimators: 300,
    })
  })
})

describe('a case in words', () => {
  it('takes values that stand before their columns', () => {
    expect(calls('why would churn say a customer on the basic plan with 3 support calls leaves?')).toEqual([
      { tool: 'explain_prediction', arguments: { model: 'churn', record: { plan: 'basic', support_calls: 3 } } },
    ])
  })

  it('leaves a value to the column it stands behind', () => {
    expect(calls('explain churn for plan basic, monthly_charge 30 support_calls 2')[0]?.arguments.record).toEqual({
      plan: 'basic',
      monthly_charge: 30,
      support_calls: 2,
    })
  })
})

describe('questions about a model', () => {
  it('find the tool that answers them', () => {
    expect(calls('what does churn look at?')).toEqual([{ tool: 'feature_importance', arguments: { model: 'churn' } }])
    expect(calls('how does churn depend on monthly_charge and plan?')).toEqual([
      { tool: 'partial_dependence', arguments: { model: 'churn', features: ['monthly_charge', 'plan'] } },
    ])
    expect(plan({ message: 'recommend something for user ada', history: [], catalogue, world }).missing).toMatchObject({
      tool: 'recommend_items',
      known: { user: 'ada' },
    })
  })
})
