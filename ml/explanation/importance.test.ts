import { describe, expect, it } from 'vitest'
import { seededRandom } from '../evaluation/seeded-random.ts'
import type { Model } from '../models/model.ts'
import { frameOf, numberColumn, textColumn } from '../training/testing.ts'
import { partialDependence } from './partial-dependence.ts'
import { permutationImportance } from './permutation.ts'
import { shapImportance } from './shap-importance.ts'
import { splitImportance } from './split-importance.ts'

const rows = 400
const random = seededRandom(1)
const heights = Array.from({ length: rows }, () => 10 * random())
const widths = Array.from({ length: rows }, () => random())
const colours = Array.from({ length: rows }, (_, i) => (i % 4 === 0 ? 'red' : 'blue'))
const area = heights.map((height, i) => 3 * height - 2 * (widths[i] ?? 0) + (colours[i] === 'red' ? 5 : 0))
const frame = frameOf(
  numberColumn('height', heights),
  numberColumn('width', widths),
  textColumn('colour', colours),
  numberColumn('noise', widths.toReversed()),
  numberColumn('area', area),
)

/** area = 3 height - 2 width + 5 if red, without error. */
const model: Model = {
  ...{ format: 'millrace-model/2', algorithm: 'linear', task: 'regression', target: 'area', classes: [], ignored: [], params: {} },
  columns: [
    { name: 'height', type: 'number' },
    { name: 'width', type: 'number' },
    { name: 'colour', type: 'category', levels: ['blue', 'red'] },
    { name: 'noise', type: 'number' },
  ],
  fitted: {
    intercept: [0],
    terms: [
      { type: 'number', mean: 0, scale: 1, weight: [3], missing: [0] },
      { type: 'number', mean: 0, scale: 1, weight: [-2], missing: [0] },
      { type: 'category', weights: Float64Array.of(0, 5), missing: [0], other: [0] },
      { type: 'number', mean: 0, scale: 1, weight: [0], missing: [0] },
    ],
  },
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length
const variance = (values: readonly number[]): number => mean(values.map((value) => (value - mean(values)) ** 2))
const quiet = (): undefined => undefined

describe('permutation importance', () => {
  const question = { metric: 'mse', repeats: 20, rows: 1000, seed: 0 }

  it('of a linear model without error is twice the variance of what the column adds', () => {
    const { features, score } = permutationImportance(model, frame, question, quiet)
    const of = (name: string): number => features.find(({ feature }) => feature === name)?.importance ?? Number.NaN
    expect(score).toBeCloseTo(0, 20)
    expect(of('height') / (2 * 9 * variance(heights))).toBeCloseTo(1, 1)
    expect(of('width') / (2 * 4 * variance(widths))).toBeCloseTo(1, 1)
    expect(of('colour') / (2 * 25 * 0.25 * 0.75)).toBeCloseTo(1, 1)
    expect(features.at(-1)).toEqual({ feature: 'noise', importance: 0, sd: 0 })
  })

  it('counts a drop of what is better when higher, and the same for the same seed', () => {
    const asked = { ...question, metric: 'r2', repeats: 3, seed: 9 }
    const { features, score } = permutationImportance(model, frame, asked, quiet)
    expect(score).toBe(1)
    expect(features[0]).toMatchObject({ feature: 'height' })
    expect(features[0]?.importance).toBeGreaterThan(1)
    expect(permutationImportance(model, frame, asked, quiet).features).toEqual(features)
  })

  it('tells how far it is and uses at most so many rows', () => {
    const heard: number[] = []
    const { rows: used } = permutationImportance(model, frame, { ...question, rows: 50, repeats: 1 }, (fraction) => heard.push(fraction))
    expect(used).toBe(50)
    expect(heard).toEqual([0.25, 0.5, 0.75, 1])
  })

  it('needs known answers and a metric that fits', () => {
    const blind = frameOf(...frame.columns.filter(({ name }) => name !== 'area'))
    expect(() => permutationImportance(model, blind, question, quiet)).toThrow(/no column 'area'/)
    expect(() => permutationImportance(model, frame, { ...question, metric: 'roc_auc' }, quiet)).toThrow(/'roc_auc' does not fit/)
    expect(() => permutationImportance({ ...model, task: 'clustering', target: '' }, frame, question, quiet)).toThrow(/predicts no column/)
  })
})

describe('importance by Shapley values', () => {
  const question = { method: 'linear', coalitions: 1, seed: 0, rows: 1000, backgroundRows: 1000, points: 100 } as const

  it('of a linear model is the mean distance from the mean, times the weight', () => {
    const { features, base, space, method } = shapImportance(model, { frame, background: frame }, question, quiet)
    expect({ space, method }).toEqual({ space: 'value', method: 'linear' })
    expect(base).toBeCloseTo(mean(area), 10)
    expect(features[0]?.feature).toBe('height')
    expect(features[0]?.importance).toBeCloseTo(3 * mean(heights.map((height) => Math.abs(height - mean(heights)))), 10)
    expect(features[0]?.mean).toBeCloseTo(0, 10)
    expect(features.find(({ feature }) => feature === 'colour')?.importance).toBeCloseTo(2 * 5 * 0.25 * 0.75, 10)
  })

  it('gives the points of a swarm: value, share and shade', () => {
    const { features } = shapImportance(model, { frame, background: frame }, question, quiet)
    const height = features.find(({ feature }) => feature === 'height')?.points ?? []
    expect(height).toHaveLength(100)
    for (const { value, shap } of height) expect(shap).toBeCloseTo(3 * (Number(value) - mean(heights)), 10)
    const shades = height.map(({ shade }) => shade ?? Number.NaN)
    expect([Math.min(...shades), Math.max(...shades)]).toEqual([0, 1])
    const colour = features.find(({ feature }) => feature === 'colour')?.points ?? []
    expect(new Set(colour.map(({ value }) => value))).toEqual(new Set(['blue', 'red']))
    expect(colour.every(({ shade }) => shade === null)).toBe(true)
  })
})

describe('partial dependence', () => {
  const question = { features: ['height'], grid: 11, rows: 1000, lines: 3, seed: 0 }

  it('of a linear model is a straight line, from the 5th to the 95th percentile', () => {
    const { axes, mean: line, lines, rows: used } = partialDependence(model, frame, question, quiet)
    const at = axes[0]?.values.map(Number) ?? []
    const sorted = heights.toSorted((a, b) => a - b)
    expect(used).toBe(rows)
    expect(at[0]).toBeGreaterThanOrEqual(sorted[19] ?? 0)
    expect(at[0]).toBeLessThanOrEqual(sorted[20] ?? 0)
    const elsewhere = mean(area) - 3 * mean(heights)
    for (const [i, value] of line.flat().entries()) expect(value).toBeCloseTo(3 * (at[i] ?? 0) + elsewhere, 10)
    for (const each of lines) expect((each[10] ?? 0) - (each[0] ?? 0)).toBeCloseTo(3 * ((at[10] ?? 0) - (at[0] ?? 0)), 10)
  })

  it('takes texts by how frequent they are, and two columns together', () => {
    const { axes, mean: table } = partialDependence(model, frame, { ...question, features: ['colour', 'width'], grid: 3 }, quiet)
    expect(axes.map(({ type, values }) => [type, values.length])).toEqual([
      ['category', 2],
      ['number', 3],
    ])
    expect(axes[0]?.values).toEqual(['blue', 'red'])
    const [blue, red] = table.map((line) => [line].flat())
    expect((red?.[1] ?? 0) - (blue?.[1] ?? 0)).toBeCloseTo(5, 10)
  })

  it('takes each value of a column that has few', () => {
    const few = frameOf(
      numberColumn(
        'height',
        Array.from({ length: rows }, (_, i) => i % 3),
      ),
      ...frame.columns.slice(1),
    )
    expect(partialDependence(model, few, question, quiet).axes[0]?.values).toEqual([0, 1, 2])
  })

  it('refuses a column that is missing everywhere, and no rows', () => {
    const empty = frameOf(
      numberColumn(
        'height',
        Array.from({ length: rows }, () => null),
      ),
      ...frame.columns.slice(1),
    )
    expect(() => partialDependence(model, empty, question, quiet)).toThrow(/missing in all rows/)
    const none = frameOf(numberColumn('height', []), numberColumn('width', []), textColumn('colour', []), numberColumn('noise', []))
    expect(() => partialDependence(model, none, question, quiet)).toThrow(/no rows/)
  })
})

describe('importance by gain', () => {
  it('is for trees only', () => {
    expect(() => splitImportance(model)).toThrow(/A linear model has no splits/)
  })
})
