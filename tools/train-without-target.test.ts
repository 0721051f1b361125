/** Groups, anomalies and projections from training to prediction, through the tools that people use. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { seededRandom } from '../ml/evaluation/seeded-random.ts'
import { batchPredictTool } from './batch-predict.ts'
import { getLineageTool } from './get-lineage.ts'
import { ingestDataTool } from './ingest-data.ts'
import { listModelsTool } from './list-models.ts'
import { listRunsTool } from './list-runs.ts'
import { predictTool } from './predict.ts'
import { queryDataTool } from './query-data.ts'
import { registerModelTool } from './register-model.ts'
import { reproduceRunTool } from './reproduce-run.ts'
import { retrainModelTool } from './retrain-model.ts'
import { searchCatalogTool } from './search-catalog.ts'
import { openTestMillrace, type TestMillrace } from './testing.ts'
import { trainModelTool } from './train-model.ts'
import { tuneModelTool } from './tune-model.ts'

interface Trained {
  readonly run: string
  readonly target?: string
  readonly task: string
  readonly metrics: Record<string, number>
  readonly baseline: Record<string, number>
  readonly folds: readonly unknown[]
  readonly warnings: readonly string[]
}

let millrace: TestMillrace

beforeAll(async () => {
  millrace = await openTestMillrace([
    ...[trainModelTool, tuneModelTool, registerModelTool, predictTool, batchPredictTool, queryDataTool, listRunsTool, listModelsTool],
    ...[ingestDataTool, reproduceRunTool, retrainModelTool, getLineageTool, searchCatalogTool],
  ])
  const random = seededRandom(4)
  const lines = Array.from({ length: 180 }, (_, i) => {
    const centre = 10 * (i % 3)
    const odd = i % 45 === 7
    const at = (): string => (centre + random() + (odd ? 60 * random() - 30 : 0)).toFixed(3)
    return `${at()},${at()},${['red', 'green', 'blue'][i % 3]},${odd ? 'fault' : 'fine'}`
  })
  const path = join(millrace.folder, 'points.csv')
  await writeFile(path, ['x,y,colour,state', ...lines].join('\n'))
  await millrace.call('ingest_data', { source: path })
})

afterAll(() => millrace.close())

const train = (input: Record<string, unknown>) => millrace.call<Trained>('train_model', { dataset: 'points', folds: 3, ...input })
const trainAndRegister = async (name: string, input: Record<string, unknown>): Promise<Trained> => {
  const trained = await train(input)
  await millrace.call('register_model', { run: trained.run, name })
  return trained
}

describe('clusters', () => {
  it('are found, measured, named in predictions and written beside the rows', async () => {
    const trained = await trainAndRegister('groups', { algorithm: 'kmeans', params: { n_clusters: 3 } })
    expect(trained).toMatchObject({ task: 'clustering', baseline: {} })
    expect(trained).not.toHaveProperty('target')
    expect(trained.metrics.silhouette).toBeGreaterThan(0.5)
    expect(trained.folds).toHaveLength(3)
    const record = { x: 10.5, y: 10.5, colour: 'green', state: 'fine' }
    const { predictions } = await millrace.call<{ predictions: { value: string; probabilities: Record<string, number> }[] }>('predict', {
      model: 'groups',
      record,
    })
    expect(['0', '1', '2']).toContain(predictions[0]?.value)
    expect(Object.keys(predictions[0]?.probabilities ?? {})).toEqual(['0', '1', '2'])
    await millrace.call('batch_predict', { model: 'groups', dataset: 'points', output: 'grouped' })
    const { rows } = await millrace.call<{ rows: unknown[][] }>('query_data', {
      sql: 'select count(distinct prediction), min(probability) from grouped',
    })
    expect(rows[0]).toEqual([3, 1])
  })

  it('are repeated byte for byte, retrained, listed and found', async () => {
    const { runs } = await millrace.call<{ runs: { run: string; algorithm: string }[] }>('list_runs')
    const run = runs.find(({ algorithm }) => algorithm === 'kmeans')?.run ?? ''
    expect(await millrace.call('reproduce_run', { run })).toMatchObject({ equal: true })
    expect(await millrace.call('retrain_model', { model: 'groups' })).toMatchObject({ version: 2, compared: { metric: 'silhouette' } })
    const { models } = await millrace.call<{ models: { target: string; task: string }[] }>('list_models', { model: 'groups' })
    expect(models[0]).toMatchObject({ target: '', task: 'clustering' })
    expect(JSON.stringify(await millrace.call('search_catalog', { query: 'kmeans' }))).toContain('groups')
    expect(JSON.stringify(await millrace.call('get_lineage', { artifact: `run:${run}` }))).not.toContain('for null')
  })

  it('are tuned by how well they stand apart', async () => {
    const tuned = await millrace.call<{ best: { params: { n_clusters: number } } }>('tune_model', {
      ...{ dataset: 'points', algorithm: 'kmeans', folds: 2, search: 'grid', stopping: 'none' },
      space: { n_clusters: [2, 3, 9] },
    })
    expect([2, 3]).toContain(tuned.best.params.n_clusters)
  })
})

describe('anomalies', () => {
  it('are scored without labels, and then nothing is measured', async () => {
    const trained = await train({ algorithm: 'isolation_forest', params: { n_estimators: 20 } })
    expect(trained).toMatchObject({ task: 'anomaly', baseline: {} })
  })

  it('are measured by labels that the model does not learn from', async () => {
    const trained = await trainAndRegister('odd', { algorithm: 'isolation_forest', target: 'state', params: { n_estimators: 40 } })
    expect(trained.target).toBe('state')
    expect(trained.metrics.roc_auc).toBeGreaterThan(0.9)
    expect(trained.baseline.roc_auc).toBe(0.5)
    expect(trained.warnings.join(' ')).toMatch(/'state' is 'fault' \(4 of 180, the rarer value\)/)
    const { predictions } = await millrace.call<{ predictions: { value: number }[] }>('predict', {
      model: 'odd',
      records: [
        { x: 10.5, y: 10.5, colour: 'green' },
        { x: -40, y: 70, colour: 'green' },
      ],
    })
    expect(predictions[1]?.value).toBeGreaterThan(predictions[0]?.value ?? 0)
  })
})

describe('projections', () => {
  it('give every row its components', async () => {
    const trained = await trainAndRegister('plane', { algorithm: 'pca', params: { n_components: 2 } })
    expect(trained.task).toBe('projection')
    const record = { x: 10.5, y: 10.5, colour: 'green', state: 'fine' }
    const { predictions } = await millrace.call<{ predictions: { value: number; vector: number[] }[] }>('predict', {
      model: 'plane',
      record,
    })
    expect(predictions[0]?.vector).toHaveLength(2)
    expect(predictions[0]?.vector[0]).toBe(predictions[0]?.value)
    await millrace.call('batch_predict', { model: 'plane', dataset: 'points', output: 'projected' })
    const { columns } = await millrace.call<{ columns: { name: string; type: string }[] }>('query_data', { sql: 'from projected limit 1' })
    expect(columns.length).toBe(6)
    expect(columns.slice(4).every(({ type }) => /double|number/i.test(type))).toBe(true)
  })
})

describe('what does not go together', () => {
  it.each([
    [{ algorithm: 'kmeans', target: 'state' }, /'kmeans' finds groups of rows by themselves, so it has no use for the target 'state'/],
    [{ algorithm: 'logistic' }, /'logistic' learns to predict a column: name it as target.*kmeans/],
    [{ algorithm: 'auto' }, /auto compares algorithms that predict a column: name it as target/],
    [{ algorithm: 'pca', task: 'regression' }, /'pca' predicts no column. Leave task out/],
    [{ algorithm: 'isolation_forest', target: 'colour' }, /'colour' has 3 values, and labels of unusual rows need two/],
    [{ algorithm: 'kmeans', metric: 'roc_auc' }, /'roc_auc' does not fit clustering/],
    [{ algorithm: 'kmeans', class_weight: 'balanced' }, /class_weight needs a target of classes/],
  ])('is refused: %j', async (input, words) => {
    await expect(train(input)).rejects.toThrow(words)
  })
})
