import { describe, expect, it } from 'vitest'
import { encodeModel } from '../models/model.ts'
import { fitModel } from '../training/jobs.ts'
import { plan } from '../training/plan.ts'
import type { TrainSpec } from '../training/spec.ts'
import { customers, flats, frameOf, numberColumn, textColumn } from '../training/testing.ts'
import { judgeFairness } from './fairness.ts'
import { decisionMeasures, fairnessReport } from './report.ts'

const modelOf = (frame: Parameters<typeof plan>[0], spec: TrainSpec) =>
  fitModel(plan(frame, spec), { target: spec.target, algorithm: spec.algorithm, params: {}, seed: 0 }, { progress: () => undefined })

const rows = 300
const churn = modelOf(customers(rows, 1), { target: 'churned', algorithm: 'tree' })
const price = modelOf(flats(200, 1), { target: 'price', algorithm: 'tree' })
/** 'sex' and 'part' are no inputs of the model; one group has three rows. */
const people = frameOf(
  ...customers(rows, 2).columns,
  textColumn(
    'sex',
    [...Array(rows).keys()].map((row) => (row % 3 === 0 ? 'f' : 'm')),
  ),
  textColumn(
    'part',
    [...Array(rows).keys()].map((row) => (row < 3 ? 'rare' : row % 2 === 0 ? 'north' : 'south')),
  ),
  textColumn('same', Array(rows).fill('x')),
  numberColumn('id', [...Array(rows).keys()]),
)

describe('a fairness report', () => {
  it('measures groups of a column that the model does not read', () => {
    const report = fairnessReport(churn, people, { sensitive: ['sex'] })
    expect(report.groups.map(({ group, rows: count }) => [group, count])).toEqual([
      ['f', 100],
      ['m', 200],
    ])
    const [f, m] = report.groups
    expect(report.measures.demographic_parity_difference).toBeCloseTo(
      Math.abs((f?.rates.selection_rate ?? 0) - (m?.rates.selection_rate ?? 0)),
      12,
    )
    expect(report.positive).toBe('yes')
    expect(report.single).toEqual([])
    expect(Object.keys(report.measures).every((name) => decisionMeasures.includes(name))).toBe(true)
  })

  it('crosses several columns, shows each by itself, and flags small groups', () => {
    const report = fairnessReport(churn, people, { sensitive: ['sex', 'part'] })
    expect(report.groups.map(({ group }) => group)).toContain('f, rare')
    expect(report.groups.filter(({ small }) => small).map(({ group }) => group)).toEqual(['f, rare', 'm, rare'])
    expect(report.warnings.join(' ')).toMatch(/few rows.*'f, rare' \(1\)/)
    expect(report.single.map(({ sensitive, groups }) => [sensitive, groups.length])).toEqual([
      [['sex'], 2],
      [['part'], 3],
    ])
  })

  it('finds that a model which decides by age treats ages unequally, and can mend it at a price', () => {
    const report = fairnessReport(churn, people, {
      sensitive: ['age'],
      gates: { demographic_parity_difference: 0.1, theil_index: 10 },
      mitigation: 'demographic_parity',
    })
    expect(report.measures.demographic_parity_difference).toBeGreaterThan(0.5)
    expect(report.gates.map(({ passed }) => passed)).toEqual([false, true])
    expect(report.mitigation?.after.demographic_parity_difference).toBeCloseTo(0, 9)
    expect(report.mitigation?.accuracyAfter).toBeLessThan(report.mitigation?.accuracyBefore ?? 0)
    expect(report.weights).toHaveLength(8)
  })

  it('calls yes from a given threshold, for a given class, against a given group', () => {
    const [all, none] = [0, 1.1].map((threshold) => fairnessReport(churn, people, { sensitive: ['sex'], threshold }))
    expect(all?.groups.every(({ rates }) => rates.selection_rate === 1)).toBe(true)
    expect(none?.groups.every(({ rates }) => rates.selection_rate === 0)).toBe(true)
    const no = fairnessReport(churn, people, { sensitive: ['sex'], positive: 'no', privileged: 'f' })
    const yes = fairnessReport(churn, people, { sensitive: ['sex'], privileged: 'f' })
    expect(no.groups[0]?.rates.tpr).toBeCloseTo(1 - (yes.groups[0]?.rates.fpr ?? 0), 12)
    expect(no.measures.statistical_parity_difference).toBeCloseTo(-(yes.measures.statistical_parity_difference ?? 0), 12)
  })

  it('of numbers compares errors', () => {
    const report = fairnessReport(price, flats(100, 2), { sensitive: ['quarter'], gates: { mae_difference: 1000 } })
    expect(report.measures.mean_prediction_difference).toBeGreaterThan(20)
    expect(report.gates).toMatchObject([{ measure: 'mae_difference', passed: true }])
    expect(report).not.toHaveProperty('positive')
  })

  it.each<[string, Parameters<typeof fairnessReport>[2], RegExp]>([
    ['an unknown column', { sensitive: ['sexx'] }, /no sensitive column 'sexx'.*'sex'/],
    ['one group', { sensitive: ['same'] }, /one group only/],
    ['an unknown class', { sensitive: ['sex'], positive: 'maybe' }, /'maybe' is no class.*no, yes/],
    ['an unknown group', { sensitive: ['sex'], privileged: 'x' }, /no group 'x'.*f; m/],
    ['a gate that is none', { sensitive: ['sex'], gates: { fairness: 1 } }, /no measure 'fairness'/],
  ])('refuses %s', (_, wish, words) => {
    expect(() => fairnessReport(churn, people, wish)).toThrow(words)
  })

  it('refuses a threshold for numbers', () => {
    expect(() => fairnessReport(price, flats(100, 2), { sensitive: ['quarter'], threshold: 0.5 })).toThrow(/predicts a number/)
  })

  it('is made in a thread of its own', async () => {
    const wish = { sensitive: ['sex'] }
    const report = await judgeFairness({ bytes: encodeModel(churn), frame: people, wish }, new AbortController().signal)
    expect(report).toEqual(fairnessReport(churn, people, wish))
    await expect(judgeFairness({ bytes: new Uint8Array(), frame: people, wish }, AbortSignal.abort())).rejects.toMatchObject({
      code: 'cancelled',
    })
  })
})
