import { describe, expect, it } from 'vitest'
import { seededRandom } from '../evaluation/seeded-random.ts'
import { algorithms } from '../models/algorithms.ts'
import type { Params } from '../training/params.ts'
import { defaultSpaces } from './default-spaces.ts'
import { isBehind } from './race.ts'
import { checkedSpace, gridOf, placeOf, type Space, valueAt } from './space.ts'
import { drawn, proposeTpe } from './tpe.ts'

describe('a range', () => {
  it('draws whole numbers equally often, the ends as well', () => {
    const random = seededRandom(1)
    const counts = new Map<number, number>()
    for (let i = 0; i < 9000; i++) {
      const value = valueAt({ low: 2, high: 4, int: true }, random())
      counts.set(value, (counts.get(value) ?? 0) + 1)
    }
    expect([...counts.keys()].sort()).toEqual([2, 3, 4])
    for (const count of counts.values()) expect(Math.abs(count - 3000)).toBeLessThan(200)
  })

  it('by magnitude has its middle at the geometric mean, and places go there and back', () => {
    const range = { low: 0.01, high: 100, log: true }
    expect(valueAt(range, 0)).toBeCloseTo(0.01, 12)
    expect(valueAt(range, 0.5)).toBeCloseTo(1, 9)
    expect(valueAt(range, 1)).toBeCloseTo(100, 9)
    for (const u of [0.1, 0.4, 0.9]) expect(placeOf(range, valueAt(range, u))).toBeCloseTo(u, 12)
  })

  it('is five steps of a grid', () => {
    expect(gridOf({ a: { low: 0, high: 8 }, b: ['x'] })).toEqual([0, 2, 4, 6, 8].map((a) => ({ a, b: 'x' })))
    expect(gridOf({ n: { low: 1, high: 3, int: true } })).toHaveLength(3)
  })
})

describe('the usual ranges', () => {
  it.each(algorithms.filter(({ name }) => name in defaultSpaces).map(({ name }) => name))('suit %s', (name) => {
    expect(() => checkedSpace(name, defaultSpaces[name] ?? {}, {})).not.toThrow()
  })
})

describe('the Parzen estimator', () => {
  const space: Space = { x: { low: -5, high: 5 }, y: { low: 1e-3, high: 1e3, log: true }, kind: ['a', 'b', 'c'] }
  /** Least at x = 2, y = 10, kind b. */
  const loss = ({ x, y, kind }: Params): number => (Number(x) - 2) ** 2 + (Math.log10(Number(y)) - 1) ** 2 + (kind === 'b' ? 0 : 1)
  const search = (propose: (history: readonly Params[], random: () => number) => Params, seed: number): number => {
    const tried: Params[] = []
    for (let trial = 1; trial <= 60; trial++) {
      const history = tried.toSorted((a, b) => loss(a) - loss(b))
      tried.push(propose(history, seededRandom((seed ^ Math.imul(trial, 0x9e3779b1)) >>> 0)))
    }
    return Math.min(...tried.map(loss))
  }

  it('finds better values than chance with as many trials', () => {
    const seeds = Array.from({ length: 20 }, (_, seed) => seed)
    const random = seeds.map((seed) =>
      search((_history, draw) => Object.fromEntries(Object.entries(space).map(([name, d]) => [name, drawn(d, draw)])), seed),
    )
    const tpe = seeds.map((seed) => search((history, draw) => proposeTpe(space, history, draw), seed))
    const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[10] ?? 0
    expect(median(tpe)).toBeLessThan(median(random) / 2)
  })

  it('stays inside the ranges', () => {
    const random = seededRandom(2)
    const history = Array.from({ length: 30 }, () => ({ x: 5, y: 1e3, kind: 'c' }))
    for (let i = 0; i < 200; i++) {
      const { x, y, kind } = proposeTpe(space, history, random)
      expect(Number(x)).toBeLessThanOrEqual(5)
      expect(Number(y)).toBeLessThanOrEqual(1e3)
      expect(['a', 'b', 'c']).toContain(kind)
    }
  })
})

describe('the median stop', () => {
  it('lets go of what is worse than half of the others, once there are four', () => {
    expect(isBehind(0.7, [0.8, 0.9, 0.6, 0.8], 'roc_auc')).toBe(true)
    expect(isBehind(0.85, [0.8, 0.9, 0.6, 0.8], 'roc_auc')).toBe(false)
    expect(isBehind(0.1, [0.8, 0.9, 0.6], 'roc_auc')).toBe(false)
    expect(isBehind(3, [1, 2, 2, 4], 'rmse')).toBe(true)
    expect(isBehind(1, [1, 2, 2, 4], 'rmse')).toBe(false)
  })
})
