import { describe, expect, it } from 'vitest'
import { plan } from './plan.ts'
import type { TrainSpec } from './spec.ts'
import { customers, frameOf, numberColumn, textColumn } from './testing.ts'

const rows = [...Array(60).keys()]
const { columns } = customers(60, 1)
const group = numberColumn(
  'customer',
  rows.map((i) => Math.floor(i / 3)),
)
const frame = frameOf(...columns, group)
const planned = (spec: Partial<TrainSpec>, table = frame) => plan(table, { target: 'churned', algorithm: 'logistic', ...spec })

describe('folds', () => {
  it('keep groups together and leave their column out of the model', () => {
    const { folds, problem } = planned({ groupColumn: 'customer', folds: 4 })
    for (const { train, test } of folds) {
      const learned = new Set(Array.from(train, (row) => group.values[row]))
      expect(Array.from(test).filter((row) => learned.has(group.values[row]))).toEqual([])
    }
    expect(problem.columns.map(({ name }) => name)).not.toContain('customer')
  })

  it('are dealt anew in every round', () => {
    const { folds } = planned({ repeats: 3, folds: 2 })
    expect(folds.map(({ name }) => name)).toEqual(['1.1', '1.2', '2.1', '2.2', '3.1', '3.2'])
    expect(folds[0]?.test).not.toEqual(folds[2]?.test)
  })

  it.each<[string, Partial<TrainSpec>, RegExp]>([
    ['more folds than groups', { groupColumn: 'plan', folds: 40 }, /too few for 40|fewer than the 40 folds/],
    ['groups and labels at once', { groupColumn: 'customer', foldColumn: 'plan' }, /Give one/],
    ['the target as groups', { groupColumn: 'churned' }, /is the target/],
    ['rounds of the same folds', { foldColumn: 'plan', repeats: 2 }, /repeating them says nothing new/],
    ['half a round', { repeats: 0.5 }, /Repeats must be 1 or more, found 0.5/],
  ])('refuse %s', (_, spec, words) => {
    expect(() => planned(spec)).toThrow(words)
  })

  describe('with one class', () => {
    const half = textColumn(
      'y',
      rows.map((i) => (i < 30 ? 'a' : 'b')),
    )
    const x = numberColumn(
      'x',
      rows.map((i) => (i * 7) % 11),
    )
    const part = (of: (i: number) => number) => numberColumn('part', rows.map(of))

    it('to learn from are refused', () => {
      const table = frameOf(
        x,
        half,
        part((i) => (i < 30 ? 1 : 2)),
      )
      expect(() => planned({ target: 'y', foldColumn: 'part' }, table)).toThrow(/Fold '1' would learn from rows of one class only \('b'\)/)
    })

    it('to test on are warned about, and refused where no fold could be ranked', () => {
      const some = frameOf(
        x,
        half,
        part((i) => (i < 10 ? 1 : 2 + (i % 2))),
      )
      expect(planned({ target: 'y', foldColumn: 'part' }, some).warnings).toEqual([
        expect.stringMatching(/Fold '1' test rows of one class/),
      ])
      const all = frameOf(x, half, part(Math.floor))
      expect(() => planned({ target: 'y', foldColumn: 'part' }, all)).toThrow(/Every fold tests rows of one class only.*another metric/)
      expect(planned({ target: 'y', foldColumn: 'part', metric: 'accuracy' }, all).folds).toHaveLength(60)
    })
  })
})

describe('columns that cannot be used', () => {
  const y = textColumn(
    'y',
    rows.map((i) => (i % 3 ? 'a' : 'b')),
  )
  const x = numberColumn(
    'x',
    rows.map((i) => (i * 7) % 11),
  )

  it('with one name for two are refused', () => {
    expect(() => planned({ target: 'y' }, frameOf(x, x, y))).toThrow(/more than one column called 'x'/)
  })

  it('hold infinities, which are told and read as missing', () => {
    const wild = numberColumn(
      'wild',
      rows.map((i) => (i === 4 ? Number.POSITIVE_INFINITY : (i * 5) % 7)),
    )
    const { warnings, problem } = planned({ target: 'y' }, frameOf(x, wild, y))
    expect(warnings).toEqual([expect.stringMatching(/'wild' is infinite in row 5: read as missing/)])
    expect(problem.values[1]?.[4]).toBeNaN()
  })

  it('hold whole numbers beyond 2^53, whose last digits are lost', () => {
    const large = numberColumn(
      'account',
      rows.map((i) => 2 ** 53 + 2 * ((i * 5) % 7)),
    )
    expect(planned({ target: 'y' }, frameOf(x, large, y)).warnings).toEqual([
      expect.stringMatching(/'account' has whole numbers beyond 2\^53/),
    ])
  })

  it('hold more texts than anything could be learned from', () => {
    const count = 160_000
    const many = {
      name: 'phrase',
      type: 'category' as const,
      codes: Int32Array.from({ length: count }, (_, i) => i % 60_000),
      levels: Array.from({ length: 60_000 }, (_, i) => `t${i}`),
    }
    const table = frameOf(
      many,
      { name: 'x', type: 'number', values: Float64Array.from({ length: count }, (_, i) => (i * 7) % 11) },
      { name: 'y', type: 'category', levels: ['a', 'b'], codes: Int32Array.from({ length: count }, (_, i) => Number(i % 3 === 0)) },
    )
    const { warnings, ignored } = planned({ target: 'y' }, table)
    expect(ignored).toEqual(['phrase'])
    expect(warnings[0]).toMatch(/'phrase' has 60000 different texts, more than the 50000/)
  })

  it('outnumber the rows without harm', () => {
    const wide = Array.from({ length: 100 }, (_, k) =>
      numberColumn(
        `x${k}`,
        rows.map((i) => (i * (k + 3)) % 13),
      ),
    )
    expect(planned({ target: 'y' }, frameOf(...wide, y)).problem.columns.length).toBeGreaterThan(90)
  })
})
