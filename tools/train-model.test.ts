import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { seededRandom } from '../ml/evaluation/seeded-random.ts'
import { compareRunsTool } from './compare-runs.ts'
import { evaluateModelTool } from './evaluate-model.ts'
import { ingestDataTool } from './ingest-data.ts'
import { listRunsTool } from './list-runs.ts'
import { registerModelTool } from './register-model.ts'
import { reproduceRunTool } from './reproduce-run.ts'
import { openTestMillrace, type TestMillrace } from './testing.ts'
import { trainModelTool } from './train-model.ts'

interface Trained {
  readonly run: string
  readonly algorithm: string
  readonly metrics: Record<string, number>
  readonly baseline: Record<string, number>
  readonly folds: readonly { readonly fold: string }[]
  readonly params: Record<string, unknown>
  readonly candidates: readonly { readonly algorithm: string }[]
  readonly warnings: readonly string[]
}

let millrace: TestMillrace

beforeAll(async () => {
  millrace = await openTestMillrace([
    trainModelTool,
    listRunsTool,
    compareRunsTool,
    evaluateModelTool,
    ingestDataTool,
    registerModelTool,
    reproduceRunTool,
  ])
  const random = seededRandom(7)
  const lines = Array.from({ length: 300 }, (_, i) => {
    const age = Math.round(18 + 60 * random())
    const plan = ['basic', 'plus', 'pro'][Math.floor(3 * random())] ?? ''
    const logit = (age - 45) / 8 + (plan === 'pro' ? 2 : -1)
    const churned = random() < 1 / (1 + Math.exp(-logit)) ? 'yes' : 'no'
    return `${age},${i % 9 === 0 ? '' : plan},${(100 * random()).toFixed(2)},${i % 3},${churned}`
  })
  const path = join(millrace.folder, 'customers.csv')
  await writeFile(path, ['age,plan,spend,part,churned', ...lines].join('\n'))
  await millrace.call('ingest_data', { source: path })
})

afterAll(() => millrace.close())

const trainCustomers = (input: Record<string, unknown> = {}) =>
  millrace.call<Trained>('train_model', { dataset: 'customers@1', target: 'churned', algorithm: 'logistic', ...input })

describe('train_model', () => {
  it('learns what the data holds, beats the baseline and records the run', async () => {
    const trained = await trainCustomers()
    expect(trained.metrics.roc_auc).toBeGreaterThan(0.8)
    expect(trained.baseline.roc_auc).toBe(0.5)
    expect(trained.folds).toHaveLength(5)
    const { runs } = await millrace.call<{ runs: { run: string; metrics: unknown; dataset: string }[] }>('list_runs', {
      dataset: 'customers',
    })
    expect(runs.find(({ run }) => run === trained.run)).toMatchObject({ dataset: 'customers@1', metrics: trained.metrics })
  })

  it('compares every algorithm that fits the target when asked for auto', async () => {
    const trained = await trainCustomers({ algorithm: 'auto', folds: 3 })
    expect(trained.candidates.map(({ algorithm }) => algorithm)).toEqual(expect.arrayContaining(['gradient_boosting', 'logistic']))
    expect(trained.algorithm).toBe(trained.candidates[0]?.algorithm)
  })

  it('tests on the folds that a column names and does not learn from it', async () => {
    const trained = await trainCustomers({ fold_column: 'part' })
    expect(trained.folds.map(({ fold }) => fold)).toEqual(['0', '1', '2'])
  })

  it.each([
    [{ target: 'churnd' }, /no target column 'churnd'.*'churned'/],
    [{ dataset: 'customer' }, /customers/],
    [{ algorithm: 'linear' }, /'linear' cannot learn 'churned'.*logistic/],
    [{ algorithm: 'xgboost' }, /algorithm/],
    [{ params: { n_estimators: 5 } }, /do not fit logistic.*n_estimators/],
    [{ params: { C: -1 } }, /params\.C/],
    [{ algorithm: 'auto', params: { C: 1 } }, /auto tries several/],
    [{ metric: 'rmse' }, /'rmse' does not fit a binary target/],
    [{ folds: 1 }, /folds/],
    [{ folds: 2, limit: 3 }, /unknown field 'limit'/],
  ])('says what is wrong with %j', async (input, words) => {
    await expect(trainCustomers(input)).rejects.toThrow(words)
  })

  it('tells of infinite values, which it reads as missing', async () => {
    const path = join(millrace.folder, 'wild.csv')
    const rows = Array.from({ length: 40 }, (_, i) => `${i === 3 ? 'inf' : (i * 7) % 11},${(i * 5) % 13},${i % 2 ? 'a' : 'b'}`)
    await writeFile(path, ['x,z,y', ...rows].join('\n'))
    await millrace.call('ingest_data', { source: path, name: 'wild' })
    const { warnings, metrics } = await trainCustomers({ dataset: 'wild', target: 'y', folds: 2 })
    expect(warnings.join(' ')).toMatch(/'x' is infinite in row 4: read as missing/)
    expect(Object.values(metrics).every(Number.isFinite)).toBe(true)
  })

  it('calibrates on the folds and draws a learning curve', async () => {
    const trained = await millrace.call<{ curve: { step: number }[]; metrics: Record<string, number>; params: unknown }>('train_model', {
      ...{ dataset: 'customers@1', target: 'churned', folds: 3 },
      algorithm: 'gradient_boosting',
      params: { n_estimators: 30 },
      calibration: 'platt',
      class_weight: 'balanced',
    })
    expect(trained.curve.at(-1)?.step).toBe(30)
    expect(trained.metrics.log_loss).toBeLessThan(0.6)
  })

  it('leaves no run behind when it fails', async () => {
    const before = await millrace.call<{ runs: unknown[] }>('list_runs')
    await expect(trainCustomers({ target: 'nothing' })).rejects.toThrow(/nothing/)
    expect(await millrace.call('list_runs')).toEqual(before)
  })
})

describe('list_runs and compare_runs', () => {
  it('sort by a metric, the better value first', async () => {
    await trainCustomers({ params: { C: 0.0001 } })
    const { runs } = await millrace.call<{ runs: { metrics: Record<string, number> }[] }>('list_runs', { sort_by: 'log_loss' })
    const losses = runs.map(({ metrics }) => metrics.log_loss ?? Number.NaN)
    expect(losses).toEqual(losses.toSorted((a, b) => a - b))
  })

  it('name the best run and the parameters that differ', async () => {
    const weak = await trainCustomers({ params: { C: 0.0001 } })
    const strong = await trainCustomers({ params: { C: 1 } })
    const compared = await millrace.call('compare_runs', { runs: [weak.run, strong.run], metric: 'log_loss' })
    expect(compared).toMatchObject({ best: strong.run, metric: 'log_loss', differing_params: ['C'] })
  })

  it('refuse a run that does not exist', async () => {
    await expect(millrace.call('compare_runs', { runs: ['run_none', 'run_nil'] })).rejects.toThrow(/No training has the id 'run_n/)
  })
})

describe('reproduce_run', () => {
  it('gives the same model and metrics again, as a run of its own', async () => {
    const { run, metrics } = await trainCustomers({ algorithm: 'gradient_boosting', seed: 5 })
    const repeat = await millrace.call<{ run: string }>('reproduce_run', { run })
    expect(repeat).toMatchObject({ original: run, equal: true, metrics, differences: [] })
    expect(repeat.run).not.toBe(run)
  })

  it('repeats what was recorded, whatever the dataset holds by now', async () => {
    const { run } = await trainCustomers({ seed: 6 })
    const path = join(millrace.folder, 'customers.csv')
    await writeFile(path, `age,plan,spend,part,churned\n${'30,pro,1,0,yes\n40,pro,1,0,no\n'.repeat(20)}`)
    await millrace.call('ingest_data', { source: path })
    expect(await millrace.call('reproduce_run', { run })).toMatchObject({ equal: true })
  })
})

describe('evaluate_model', () => {
  it('measures a registered model with confusion and curves', async () => {
    const { run } = await trainCustomers()
    await millrace.call('register_model', { run, name: 'churn' })
    const report = await millrace.call<{
      metrics: Record<string, number>
      confusion: { classes: string[]; counts: number[][] }
      curves: { class: string; roc: { fpr: number; tpr: number }[] }[]
    }>('evaluate_model', { model: 'churn', dataset: 'customers@1', metrics: ['roc_auc', 'accuracy'] })
    expect(Object.keys(report.metrics).toSorted()).toEqual(['accuracy', 'roc_auc'])
    expect(report.confusion.classes).toEqual(['no', 'yes'])
    expect(report.confusion.counts.flat().reduce((sum, count) => sum + count, 0)).toBe(300)
    expect(report.curves[0]?.class).toBe('yes')
    expect(report.curves[0]?.roc.at(-1)).toMatchObject({ fpr: 1, tpr: 1 })
  })
})
