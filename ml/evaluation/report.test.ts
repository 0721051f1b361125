import { describe, expect, it } from 'vitest'
import { fitModel } from '../training/jobs.ts'
import { plan } from '../training/plan.ts'
import type { TrainSpec } from '../training/spec.ts'
import { customers, flats, frameOf, numberColumn, textColumn } from '../training/testing.ts'
import { evaluate } from './evaluate.ts'
import { evaluationReport } from './report.ts'

const modelOf = (frame: Parameters<typeof plan>[0], spec: TrainSpec) =>
  fitModel(plan(frame, spec), { target: spec.target, algorithm: spec.algorithm, params: {}, seed: 0 }, { progress: () => undefined })

const churn = modelOf(customers(400, 1), { target: 'churned', algorithm: 'logistic' })
const price = modelOf(flats(200, 1), { target: 'price', algorithm: 'linear' })
const fresh = customers(300, 2)

describe('an evaluation', () => {
  it('has intervals around the metrics, curves and a confusion of every row', () => {
    const report = evaluationReport(churn, fresh)
    expect(report.intervals.roc_auc?.low).toBeLessThan(report.metrics.roc_auc ?? 0)
    expect(report.intervals.roc_auc?.high).toBeGreaterThan(report.metrics.roc_auc ?? 1)
    expect(report.baseline.roc_auc).toBe(0.5)
    const [curves] = report.curves
    expect(curves?.calibration.reduce((sum, { rows }) => sum + rows, 0)).toBe(300)
    expect(curves?.gain.at(-1)).toEqual({ share: 1, gain: 1, lift: 1 })
    expect(report.confusion?.counts.flat().reduce((sum, count) => sum + count, 0)).toBe(300)
    expect(report).not.toHaveProperty('threshold')
    expect(report).not.toHaveProperty('slices')
  })

  it('by group measures each value, and all groups together are all rows', () => {
    const { slices, metrics } = evaluationReport(churn, fresh, { by: 'plan' })
    expect(slices?.map(({ group }) => group).toSorted()).toEqual(['(missing)', 'basic', 'plus', 'pro'])
    expect(slices?.reduce((sum, { rows }) => sum + rows, 0)).toBe(300)
    const weighted = slices?.reduce((sum, slice) => sum + slice.rows * (slice.metrics.accuracy ?? 0), 0) ?? 0
    expect(weighted / 300).toBeCloseTo(metrics.accuracy ?? 0, 12)
  })

  it('of one class leaves out what that cannot say, everywhere', () => {
    const churned = fresh.columns.find(({ name }) => name === 'churned')
    if (churned?.type !== 'category') throw new Error('no churned')
    const only = frameOf(...fresh.columns.filter((column) => column !== churned), textColumn('churned', Array(300).fill('yes')))
    const report = evaluationReport(churn, only, { by: 'plan', objective: { kind: 'metric', metric: 'f1' } })
    expect(report.metrics).not.toHaveProperty('roc_auc')
    expect(report.curves).toEqual([])
    expect(report).not.toHaveProperty('threshold')
    const all = [report.metrics, report.baseline, ...(report.slices ?? []).map(({ metrics }) => metrics)].flatMap((metrics) =>
      Object.values(metrics),
    )
    expect(all.every(Number.isFinite)).toBe(true)
  })

  it('chooses the threshold that costs least, no dearer than one half', () => {
    const { threshold } = evaluationReport(churn, fresh, { objective: { kind: 'cost', falsePositive: 1, falseNegative: 8 } })
    expect(threshold?.chosen.threshold).toBeLessThan(0.5)
    expect(threshold?.chosen.value).toBeLessThan(threshold?.atHalf.value ?? 0)
    expect(() => evaluationReport(price, flats(50, 2), { objective: { kind: 'metric', metric: 'f1' } })).toThrow(/between two classes/)
  })

  it('weighs rows and adds the baseline of last time', () => {
    const rows = fresh.rows
    const frame = frameOf(
      ...fresh.columns,
      numberColumn(
        'weight',
        [...Array(rows).keys()].map((row) => (row < 100 ? 1 : 0)),
      ),
      numberColumn('when', [...Array(rows).keys()]),
    )
    const weighted = evaluationReport(churn, frame, { weightColumn: 'weight', timeColumn: 'when' })
    const first = frameOf(
      ...fresh.columns.map((column) =>
        column.type === 'number' ? { ...column, values: column.values.slice(0, 100) } : { ...column, codes: column.codes.slice(0, 100) },
      ),
    )
    expect(weighted.metrics.roc_auc).toBeCloseTo(evaluationReport(churn, first).metrics.roc_auc ?? 0, 12)
    expect(weighted.baselineLast?.accuracy).toBeGreaterThan(0.3)
    expect(weighted.baselineLast?.accuracy).toBeLessThan(0.8)
  })

  it.each<[string, Parameters<typeof evaluationReport>[2], RegExp]>([
    ['an unknown column', { by: 'plam' }, /no grouping column 'plam'.*'plan'/],
    ['weights in words', { weightColumn: 'plan' }, /holds text/],
    ['negative weights', { weightColumn: 'below' }, /found -1 in row 1/],
    ['no weight at all', { weightColumn: 'nothing' }, /nothing counts/],
    ['times in words', { timeColumn: 'plan' }, /holds text/],
  ])('refuses %s', (_, wish, words) => {
    const frame = frameOf(
      ...fresh.columns,
      numberColumn(
        'below',
        [...Array(300).keys()].map((row) => row - 1),
      ),
      numberColumn('nothing', Array(300).fill(0)),
    )
    expect(() => evaluationReport(churn, frame, wish)).toThrow(words)
  })

  it('of clusters measures them by themselves and against labels', () => {
    const [low, high] = [Array(40).fill(0), Array(40).fill(10)]
    const values = [...low, ...high].map((value, row) => value + (row % 7) / 10)
    const frame = frameOf(
      numberColumn('x', values),
      numberColumn(
        'y',
        values.toReversed().map((value) => -value),
      ),
      textColumn('kind', [...Array(40).fill('a'), ...Array(40).fill('b')]),
    )
    const clusters = fitModel(
      plan(frameOf(...frame.columns.slice(0, 2)), { algorithm: 'kmeans' }),
      { target: undefined, algorithm: 'kmeans', params: { n_clusters: 2 }, seed: 0 },
      { progress: () => undefined },
    )
    const { metrics } = evaluationReport(clusters, frame, { labels: 'kind' })
    expect(metrics.silhouette).toBeGreaterThan(0.5)
    expect(metrics).toMatchObject({ adjusted_rand: 1, homogeneity: 1, completeness: 1, fowlkes_mallows: 1 })
    expect(() => evaluationReport(clusters, frameOf(numberColumn('x', [1])))).toThrow(/no column/)
  })

  it('in a thread of its own tells a Fault as it is and stops when cancelled', async () => {
    const input = { bytes: Uint8Array.of(1, 2, 3), frame: fresh, wish: {} }
    await expect(evaluate(input, new AbortController().signal)).rejects.toMatchObject({ code: 'invalid_input' })
    await expect(evaluate(input, AbortSignal.abort())).rejects.toMatchObject({ code: 'cancelled' })
  })
})
