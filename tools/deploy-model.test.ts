import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { seededRandom } from '../ml/evaluation/seeded-random.ts'
import { batchPredictTool } from './batch-predict.ts'
import { checkDriftTool } from './check-drift.ts'
import { deleteModelTool } from './delete-model.ts'
import { deployModelTool } from './deploy-model.ts'
import { deploymentStatusTool } from './deployment-status.ts'
import { getLineageTool } from './get-lineage.ts'
import { ingestDataTool } from './ingest-data.ts'
import { listModelsTool } from './list-models.ts'
import { predictTool } from './predict.ts'
import { promoteModelTool } from './promote-model.ts'
import { queryDataTool } from './query-data.ts'
import { recordOutcomeTool } from './record-outcome.ts'
import { registerModelTool } from './register-model.ts'
import { retrainModelTool } from './retrain-model.ts'
import { rollbackModelTool } from './rollback-model.ts'
import { setTrafficTool } from './set-traffic.ts'
import { openTestMillrace, type TestMillrace } from './testing.ts'
import { trainModelTool } from './train-model.ts'

const tools = [
  batchPredictTool,
  getLineageTool,
  queryDataTool,
  retrainModelTool,
  checkDriftTool,
  deleteModelTool,
  deployModelTool,
  deploymentStatusTool,
  ingestDataTool,
  listModelsTool,
  predictTool,
  promoteModelTool,
  recordOutcomeTool,
  registerModelTool,
  rollbackModelTool,
  setTrafficTool,
  trainModelTool,
]

interface Routes {
  readonly routes: readonly { readonly version: number; readonly percent: number; readonly role: string }[]
}
interface Status extends Routes {
  readonly metrics: readonly {
    readonly version: number
    readonly role: string
    readonly count: number
    readonly errors: number
    readonly accuracy: number | null
  }[]
  readonly history: readonly { readonly reason: string }[]
}
interface Predicted {
  readonly predictions: readonly { readonly value: string; readonly version: number; readonly probabilities: Record<string, number> }[]
  readonly prediction_ids: readonly string[]
  readonly version: number
}

let millrace: TestMillrace
const random = seededRandom(7)
const record = (shift = 0): { tenure: number; plan: string } => ({
  tenure: Math.round(random() * 60) + shift,
  plan: random() < 0.5 ? 'basic' : 'plus',
})
const churned = ({ tenure, plan }: { tenure: number; plan: string }): string => (tenure < 20 && plan === 'basic' ? 'yes' : 'no')

beforeAll(async () => {
  millrace = await openTestMillrace(tools)
  const rows = Array.from({ length: 600 }, () => record()).map((each) => `${each.tenure},${each.plan},${churned(each)}`)
  const source = join(millrace.folder, 'churn.csv')
  await writeFile(source, `tenure,plan,churned\n${rows.join('\n')}\n`)
  await millrace.call('ingest_data', { source })
  for (const algorithm of ['gradient_boosting', 'tree', 'logistic']) {
    const { run } = await millrace.call<{ run: string }>('train_model', { dataset: 'churn', target: 'churned', algorithm, folds: 3 })
    await millrace.call('register_model', { run, name: 'churn' })
  }
})
afterAll(() => millrace.close())

const routes = ({ routes: all }: Routes): readonly string[] => all.map(({ version, percent, role }) => `${version} ${role} ${percent}`)

describe('the registry', () => {
  it('numbers the versions of a model and shows where they come from', async () => {
    const { models } = await millrace.call<{ models: Record<string, unknown>[] }>('list_models')
    expect(models.map(({ version }) => version)).toEqual([3, 2, 1])
    expect(models[2]).toMatchObject({
      model: 'churn',
      algorithm: 'gradient_boosting',
      target: 'churned',
      task: 'binary',
      dataset: 'churn@1',
      stage: 'none',
    })
  })

  it('keeps one version in production and archives the one that leaves', async () => {
    expect(await millrace.call('promote_model', { model: 'churn', version: 1, stage: 'production' })).toMatchObject({ stage: 'production' })
    expect(await millrace.call('promote_model', { model: 'churn', version: 2, stage: 'production', alias: 'champion' })).toMatchObject({
      stage: 'production',
      archived: 1,
      aliases: ['champion'],
    })
    const { models } = await millrace.call<{ models: { stage: string }[] }>('list_models')
    expect(models.map(({ stage }) => stage)).toEqual(['none', 'production', 'archived'])
    expect(await millrace.call('predict', { model: 'churn', record: record() })).toMatchObject({ version: 2 })
  })

  it('says what is missing and what there is', async () => {
    await expect(millrace.call('promote_model', { model: 'churn', version: 9, stage: 'staging' })).rejects.toThrow(
      /no version 9; its newest is 3/,
    )
    await expect(millrace.call('predict', { model: 'chrun', record: {} })).rejects.toThrow(/Did you mean 'churn'/)
    await expect(millrace.call('register_model', { run: 'run_none', name: 'x' })).rejects.toMatchObject({ code: 'not_found' })
    await expect(millrace.call('register_model', { run: 'run_none', name: '../x' })).rejects.toMatchObject({ code: 'invalid_input' })
  })
})

describe('a deployment', () => {
  it('goes from full to canary to more traffic and back', async () => {
    await expect(millrace.call('deploy_model', { model: 'churn', version: 2, strategy: 'canary' })).rejects.toThrow(
      /Nothing of 'churn' is live/,
    )
    expect(routes(await millrace.call<Routes>('deploy_model', { model: 'churn', version: 1 }))).toEqual(['1 live 100'])
    expect(routes(await millrace.call<Routes>('deploy_model', { model: 'churn', version: 2, strategy: 'canary', percent: 30 }))).toEqual([
      '1 live 70',
      '2 canary 30',
    ])
    expect(routes(await millrace.call<Routes>('set_traffic', { model: 'churn', percent: 50 }))).toEqual(['1 live 50', '2 canary 50'])
    expect(routes(await millrace.call<Routes>('rollback_model', { model: 'churn' }))).toEqual(['1 live 100'])
    await millrace.call('deploy_model', { model: 'churn', version: 3 })
    expect(routes(await millrace.call<Routes>('rollback_model', { model: 'churn' }))).toEqual(['1 live 100'])
    expect(routes(await millrace.call<Routes>('rollback_model', { model: 'churn', to_version: 2 }))).toEqual(['2 live 100'])
    const { history } = await millrace.call<Status>('deployment_status', { model: 'churn' })
    expect(history.map(({ reason }) => reason)).toEqual([
      'roll back to version 2',
      'roll back to version 1',
      'deploy version 3 as full',
      'roll back to version 1',
      'set traffic to 50 percent',
      'deploy version 2 as canary',
      'deploy version 1 as full',
    ])
  })

  it('answers by its routes, counts by version, and keeps a key on one version', async () => {
    await millrace.call('deploy_model', { model: 'churn', version: 1 })
    await millrace.call('deploy_model', { model: 'churn', version: 2, strategy: 'ab' })
    const records = Array.from({ length: 200 }, () => record())
    const first = await millrace.call<Predicted>('predict', { model: 'churn', records })
    const again = await millrace.call<Predicted>('predict', { model: 'churn', records })
    expect(again.predictions).toEqual(first.predictions)
    const versions = new Set(first.predictions.map(({ version }) => version))
    expect([...versions].sort()).toEqual([1, 2])
    const keyed = await millrace.call<Predicted>('predict', { model: 'churn', records, key: 'customer 7' })
    expect(new Set(keyed.predictions.map(({ version }) => version)).size).toBe(1)
    expect(new Set(first.prediction_ids).size).toBe(200)
    const right = first.predictions.filter(({ value }, row) => value === churned(records[row] ?? record())).length
    expect(right).toBeGreaterThan(180)
    const { metrics } = await millrace.call<Status>('deployment_status', { model: 'churn' })
    const count = metrics.filter(({ role }) => role === 'live' || role === 'variant').reduce((sum, each) => sum + each.count, 0)
    expect(count).toBe(600)
  })

  it('asks a shadow without answering from it', async () => {
    await millrace.call('deploy_model', { model: 'churn', version: 1 })
    await millrace.call('deploy_model', { model: 'churn', version: 3, strategy: 'shadow' })
    const { predictions } = await millrace.call<Predicted>('predict', {
      model: 'churn',
      records: Array.from({ length: 20 }, () => record()),
    })
    expect(new Set(predictions.map(({ version }) => version))).toEqual(new Set([1]))
    const { metrics } = await millrace.call<Status>('deployment_status', { model: 'churn' })
    expect(metrics.find(({ version, role }) => version === 3 && role === 'shadow')).toMatchObject({ count: 20, errors: 0 })
  })

  it('counts records it could not answer and names the field', async () => {
    await expect(millrace.call('predict', { model: 'churn', record: { tenure: 'long', plan: 'basic' } })).rejects.toThrow(/'tenure'/)
    const { metrics } = await millrace.call<Status>('deployment_status', { model: 'churn' })
    expect(metrics.find(({ version, role }) => version === 1 && role === 'live')?.errors).toBe(1)
  })

  it('judges predictions by the outcomes that are recorded', async () => {
    await millrace.call('deploy_model', { model: 'churn', version: 1 })
    const { predictions, prediction_ids } = await millrace.call<Predicted>('predict', { model: 'churn', record: record() })
    const value = predictions[0]?.value
    expect(await millrace.call('record_outcome', { prediction_id: prediction_ids[0], value })).toMatchObject({
      accepted: true,
      correct: true,
    })
    expect(await millrace.call('record_outcome', { prediction_id: prediction_ids[0], value: 'other' })).toMatchObject({ correct: false })
    await expect(millrace.call('record_outcome', { prediction_id: 'prediction_none', value })).rejects.toMatchObject({ code: 'not_found' })
  })
})

describe('check_drift on live traffic', () => {
  it('is quiet while traffic looks like training, and speaks when it does not', async () => {
    interface Drift {
      readonly drifted: boolean
      readonly columns: readonly { readonly name: string; readonly drifted: boolean }[]
    }
    await millrace.call('predict', { model: 'churn', records: Array.from({ length: 400 }, () => record()) })
    expect(await millrace.call<Drift>('check_drift', { model: 'churn', window: 400 })).toMatchObject({ drifted: false })
    await millrace.call('predict', { model: 'churn', records: Array.from({ length: 400 }, () => record(15)) })
    const found = await millrace.call<Drift>('check_drift', { model: 'churn', window: 400 })
    expect(found.drifted).toBe(true)
    expect(found.columns.filter(({ drifted }) => drifted).map(({ name }) => name)).toEqual(['tenure'])
  })
})

describe('batch_predict', () => {
  it('answers every row as predict would, beside the row', async () => {
    await millrace.call('deploy_model', { model: 'churn', version: 1 })
    expect(await millrace.call('batch_predict', { model: 'churn', dataset: 'churn' })).toMatchObject({
      dataset: 'churn-predictions@1',
      rows: 600,
      model_version: 1,
    })
    const { rows } = await millrace.call<{ rows: [number, string, string, string, number][] }>('query_data', {
      sql: 'select tenure, plan, churned, prediction, probability from "churn-predictions"',
      limit: 50,
    })
    const records = rows.map(([tenure, plan]) => ({ tenure, plan }))
    const { predictions } = await millrace.call<Predicted>('predict', { model: 'churn', records })
    expect(rows.map((row) => row[3])).toEqual(predictions.map(({ value }) => value))
    for (const [row, { value, probabilities }] of predictions.entries()) expect(rows[row]?.[4]).toBeCloseTo(probabilities[value] ?? -1, 9)
  })

  it('names an input that the dataset lacks', async () => {
    const source = join(millrace.folder, 'short.csv')
    await writeFile(source, 'tenure\n3\n')
    await millrace.call('ingest_data', { source })
    await expect(millrace.call('batch_predict', { model: 'churn', dataset: 'short' })).rejects.toThrow(/no column 'plan'/)
  })
})

describe('retrain_model', () => {
  it('trains like the live version on newer data, compares both, and leaves the live one in service', async () => {
    const source = join(millrace.folder, 'churn.csv')
    const other = ({ tenure }: { tenure: number }): string => (tenure > 30 ? 'yes' : 'no')
    const rows = Array.from({ length: 600 }, () => record()).map((each) => `${each.tenure},${each.plan},${other(each)}`)
    await writeFile(source, `tenure,plan,churned\n${rows.join('\n')}\n`)
    await millrace.call('ingest_data', { source })
    const found = await millrace.call<{ run: string; version: number; compared: unknown }>('retrain_model', { model: 'churn' })
    expect(found).toMatchObject({ version: 4, dataset: 'churn@2', compared: { live_version: 1, metric: 'roc_auc', better: true } })
    expect(routes(await millrace.call<Routes>('deployment_status', { model: 'churn' }))).toEqual(['1 live 100'])
    const { edges } = await millrace.call<{ edges: { from: string; to: string }[] }>('get_lineage', { artifact: 'churn@2' })
    expect(edges).toContainEqual({ from: 'dataset:churn@2', to: `run:${found.run}`, relation: 'trained' })
    expect(edges).toContainEqual({ from: `run:${found.run}`, to: 'model:churn@4', relation: 'registered' })
  })
})

describe('delete_model', () => {
  const remove = async (input: unknown): Promise<{ state: string; error: { message: string } | null }> => {
    const asked = await millrace.invoke({ tool: 'delete_model', input, caller: millrace.owner })
    if (asked.kind !== 'waiting') throw new Error(`delete_model is ${asked.kind}, it must wait for a person`)
    await millrace.platform.approvals.decide({ id: asked.approval, decision: 'approve', caller: millrace.owner, mayCall: () => true })
    return millrace.platform.runs.settled(asked.run, 'default', { ms: 20_000 })
  }

  it('asks a person, refuses what is in service, and never gives a version number twice', async () => {
    expect(await remove({ model: 'churn', version: 1 })).toMatchObject({
      state: 'failed',
      error: { message: expect.stringMatching(/is in service/) },
    })
    expect(await remove({ model: 'churn', version: 3 })).toMatchObject({ state: 'succeeded' })
    const { models } = await millrace.call<{ models: { version: number; run: string }[] }>('list_models')
    expect(models.map(({ version }) => version)).toEqual([4, 2, 1])
    expect(await millrace.call('register_model', { run: models[0]?.run, name: 'churn' })).toMatchObject({ version: 5 })
  })
})
