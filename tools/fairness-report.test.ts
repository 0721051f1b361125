import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { seededRandom } from '../ml/evaluation/seeded-random.ts'
import { evaluateModelTool } from './evaluate-model.ts'
import { fairnessReportTool } from './fairness-report.ts'
import { ingestDataTool } from './ingest-data.ts'
import { registerModelTool } from './register-model.ts'
import { openTestMillrace, type TestMillrace } from './testing.ts'
import { trainModelTool } from './train-model.ts'

let millrace: TestMillrace

/** Loans: income decides, and men earn more. 'town' decides nothing and has one small value. */
beforeAll(async () => {
  millrace = await openTestMillrace([ingestDataTool, trainModelTool, registerModelTool, evaluateModelTool, fairnessReportTool])
  const random = seededRandom(4)
  const lines = Array.from({ length: 400 }, (_, row) => {
    const sex = random() < 0.5 ? 'female' : 'male'
    const income = Math.round(20 + 40 * random() + (sex === 'male' ? 15 : 0))
    const paid = random() < 1 / (1 + Math.exp(-(income - 45) / 6)) ? 'yes' : 'no'
    return `${income},${sex},${row < 5 ? 'islet' : random() < 0.5 ? 'north' : 'south'},${row},${1 + (row % 2)},${paid}`
  })
  const path = join(millrace.folder, 'loans.csv')
  await writeFile(path, ['income,sex,town,day,weight,paid', ...lines].join('\n'))
  await millrace.call('ingest_data', { source: path })
  const narrow = join(millrace.folder, 'incomes.csv')
  await writeFile(narrow, ['income,paid', ...lines.map((line) => [line.split(',')[0], line.split(',')[5]].join(','))].join('\n'))
  await millrace.call('ingest_data', { source: narrow })
  const { run } = await millrace.call<{ run: string }>('train_model', { dataset: 'incomes', target: 'paid', algorithm: 'tree' })
  await millrace.call('register_model', { run, name: 'loans' })
})

afterAll(() => millrace.close())

interface Fairness {
  readonly groups: readonly { readonly group: string; readonly rows: number; readonly small: boolean; readonly selection_rate: number }[]
  readonly demographic_parity_difference: number
  readonly equalized_odds_difference: number
  readonly by_column: readonly { readonly sensitive: string }[]
  readonly gates: readonly { readonly measure: string; readonly passed: boolean }[]
  readonly passed: boolean
  readonly weights: readonly { readonly group: string; readonly answer: string; readonly weight: number }[]
  readonly mitigation?: { readonly accuracy_before: number; readonly accuracy_after: number; readonly after: Record<string, number> }
  readonly warnings: readonly string[]
}

const fairness = (input: Record<string, unknown> = {}) =>
  millrace.call<Fairness>('fairness_report', { model: 'loans', dataset: 'loans', sensitive: 'sex', ...input })

describe('fairness_report', () => {
  it('finds the gap that runs through an innocent column, by a column the model does not read', async () => {
    const { groups, demographic_parity_difference: gap, equalized_odds_difference, by_column } = await fairness()
    expect(groups.map(({ group }) => group)).toEqual(['female', 'male'])
    expect(gap).toBeCloseTo((groups[1]?.selection_rate ?? 0) - (groups[0]?.selection_rate ?? 0), 12)
    expect(gap).toBeGreaterThan(0.15)
    expect(equalized_odds_difference).toBeGreaterThan(0)
    expect(by_column).toEqual([])
  })

  it('crosses columns, flags small groups and holds gates', async () => {
    const report = await fairness({
      sensitive: ['sex', 'town'],
      gates: { demographic_parity_difference: 0.05, theil_index: 5, disparate_impact: 0.01 },
    })
    expect(report.by_column.map(({ sensitive }) => sensitive)).toEqual(['sex', 'town'])
    expect(report.groups.filter(({ group }) => group.endsWith('islet')).every(({ small }) => small)).toBe(true)
    expect(report.warnings.join(' ')).toMatch(/few rows/)
    expect(report.gates.map(({ passed }) => passed)).toEqual([false, true, true])
    expect(report.passed).toBe(false)
  })

  it('says what thresholds by group and weights would do', async () => {
    const { mitigation, weights } = await fairness({ mitigation: 'demographic_parity' })
    expect(mitigation?.after.demographic_parity_difference).toBeCloseTo(0, 9)
    expect(mitigation?.accuracy_after).toBeLessThanOrEqual(1)
    expect(weights.find(({ group, answer }) => group === 'female' && answer === 'yes')?.weight).toBeGreaterThan(1)
    expect(weights.find(({ group, answer }) => group === 'male' && answer === 'yes')?.weight).toBeLessThan(1)
  })

  it('finds a narrower gap after a training that weighs groups against it', async () => {
    const gap = async (name: string, more: Record<string, unknown>): Promise<number> => {
      const { run } = await millrace.call<{ run: string }>('train_model', {
        ...{ dataset: 'loans', target: 'paid', algorithm: 'tree', folds: 2, params: { max_depth: 4 }, ...more },
      })
      await millrace.call('register_model', { run, name })
      return (await fairness({ model: name })).demographic_parity_difference
    }
    expect(await gap('fair', { reweigh_by: 'sex' })).toBeLessThan((await gap('plain', {})) - 0.05)
  })

  it('takes the data of the training when none is named', async () => {
    await expect(fairness({ dataset: undefined })).rejects.toThrow(/no sensitive column 'sex'/)
    const { warnings } = await fairness({ dataset: undefined, sensitive: 'income' })
    expect(warnings.join(' ')).toMatch(/trained on/)
  })

  it.each([
    [{ sensitive: 'sexx' }, /no sensitive column 'sexx'.*'sex'/],
    [{ sensitive: [] }, /sensitive/],
    [{ positive: 'maybe' }, /'maybe' is no class/],
    [{ gates: { niceness: 1 } }, /niceness/],
    [{ threshold: 2 }, /threshold/],
    [{ model: 'loan' }, /loans/],
  ])('says what is wrong with %j', async (input, words) => {
    await expect(fairness(input)).rejects.toThrow(words)
  })
})

interface Evaluated {
  readonly metrics: Record<string, number>
  readonly intervals: Record<string, { readonly low: number; readonly high: number }>
  readonly baseline_last?: Record<string, number>
  readonly threshold?: { readonly by: string; readonly chosen: { readonly threshold: number; readonly value: number } }
  readonly slices?: readonly { readonly group: string; readonly rows: number }[]
  readonly curves: readonly { readonly lift: readonly unknown[]; readonly calibration: readonly { readonly rows: number }[] }[]
}

const evaluated = (input: Record<string, unknown> = {}) =>
  millrace.call<Evaluated>('evaluate_model', { model: 'loans', dataset: 'loans', ...input })

describe('evaluate_model', () => {
  it('gives intervals, curves, groups and the threshold that costs least', async () => {
    const report = await evaluated({
      by: 'town',
      costs: { false_positive: 5, false_negative: 1 },
      time_column: 'day',
      weight_column: 'weight',
    })
    expect(report.intervals.roc_auc?.low).toBeLessThan(report.metrics.roc_auc ?? 0)
    expect(report.slices?.reduce((sum, { rows }) => sum + rows, 0)).toBe(400)
    expect(report.threshold).toMatchObject({ by: 'cost' })
    expect(report.threshold?.chosen.threshold).toBeGreaterThan(0.5)
    expect(report.baseline_last?.accuracy).toBeGreaterThan(0.3)
    expect(report.curves[0]?.calibration.reduce((sum, { rows }) => sum + rows, 0)).toBe(400)
  })

  it('keeps to the metrics asked for, everywhere', async () => {
    const report = await evaluated({ metrics: ['accuracy'], by: 'sex' })
    expect(Object.keys(report.metrics)).toEqual(['accuracy'])
    expect(Object.keys(report.intervals)).toEqual(['accuracy'])
  })

  it('draws the same intervals for the same seed', async () => {
    const [first, again, other] = [await evaluated(), await evaluated(), await evaluated({ seed: 9 })]
    expect(again.intervals).toEqual(first.intervals)
    expect(other.intervals).not.toEqual(first.intervals)
  })

  it.each([
    [{ costs: { false_positive: 1, false_negative: 1 }, threshold_by: 'f1' }, /Give one/],
    [{ by: 'twon' }, /no grouping column 'twon'/],
    [{ costs: { false_positive: -1, false_negative: 1 } }, /false_positive/],
    [{ labels: 'sex', time_column: 'town' }, /holds text/],
  ])('says what is wrong with %j', async (input, words) => {
    await expect(evaluated(input)).rejects.toThrow(words)
  })
})
