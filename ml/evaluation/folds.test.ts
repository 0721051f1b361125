import { describe, expect, it } from 'vitest'
import { kFolds, labelledFolds, lackingFolds, repeatedFolds, stratifiedFolds, timeFolds } from './folds.ts'

const target = Float64Array.from({ length: 103 }, (_, i) => (i % 10 === 0 ? 1 : 0))

describe('folds', () => {
  it.each([
    ['at random', kFolds(103, { folds: 5, seed: 1 })],
    ['by class', stratifiedFolds(target, { folds: 5, seed: 1 })],
    [
      'by label',
      labelledFolds(
        Int32Array.from(target, (_, i) => i % 4),
        ['a', 'b', 'c', 'd'],
      ),
    ],
  ])('%s test every row once and never on what they trained on', (_, folds) => {
    expect(folds.flatMap(({ test }) => [...test]).toSorted((a, b) => a - b)).toEqual([...Array(103).keys()])
    for (const { train, test } of folds) expect(new Set([...train, ...test]).size).toBe(103)
  })

  it('by class give each fold its share of the rare class', () => {
    for (const { test } of stratifiedFolds(target, { folds: 5, seed: 9 })) {
      const rare = [...test].filter((row) => target[row] === 1).length
      expect(rare).toBeGreaterThanOrEqual(2)
      expect(rare).toBeLessThanOrEqual(3)
    }
  })

  it('are the same for the same seed and others for another', () => {
    const first = kFolds(50, { folds: 5, seed: 1 })
    expect(kFolds(50, { folds: 5, seed: 1 })).toEqual(first)
    expect(kFolds(50, { folds: 5, seed: 2 })).not.toEqual(first)
  })

  it('in time always train on what came before', () => {
    const times = Float64Array.from({ length: 60 }, (_, i) => (i * 37) % 60)
    const folds = timeFolds(times, 4)
    expect(folds).toHaveLength(4)
    for (const { train, test } of folds) {
      const last = Math.max(...[...train].map((row) => times[row] ?? 0))
      expect([...test].every((row) => (times[row] ?? 0) > last)).toBe(true)
    }
  })

  it('in time keep equal times together', () => {
    const times = Float64Array.from({ length: 40 }, (_, i) => Math.floor(i / 7))
    for (const { train, test } of timeFolds(times, 3)) {
      const trained = new Set([...train].map((row) => times[row]))
      expect([...test].some((row) => trained.has(times[row] ?? 0))).toBe(false)
    }
  })

  it('by label leave rows without a label in training', () => {
    const folds = labelledFolds(Int32Array.of(-1, 0, 1, 0), ['a', 'b', 'unused'])
    expect(folds.map(({ name, test }) => [name, [...test]])).toEqual([
      ['a', [1, 3]],
      ['b', [2]],
    ])
    expect([...(folds[0]?.train ?? [])]).toEqual([0, 2])
  })

  it('repeated shuffle anew each round, and the first round is the one that a single round has', () => {
    const make = (seed: number) => kFolds(50, { folds: 5, seed })
    const folds = repeatedFolds({ repeats: 3, seed: 4 }, make)
    expect(folds.map(({ name }) => name)).toEqual(['1', '2', '3'].flatMap((round) => ['1', '2', '3', '4', '5'].map((k) => `${round}.${k}`)))
    expect(folds[0]?.test).toEqual(make(4)[0]?.test)
    expect(folds[5]?.test).not.toEqual(folds[0]?.test)
    for (let round = 0; round < 3; round++) {
      const tested = folds.slice(5 * round, 5 * round + 5).flatMap(({ test }) => [...test])
      expect(tested.toSorted((a, b) => a - b)).toEqual([...Array(50).keys()])
    }
    expect(repeatedFolds({ repeats: 1, seed: 4 }, make)).toEqual(make(4))
  })

  it('that cannot learn or test a class are found', () => {
    const rare = Float64Array.of(0, 0, 0, 0, 1, 0)
    const folds = labelledFolds(Int32Array.of(0, 0, 0, 1, 1, 1), ['a', 'b'])
    expect(lackingFolds(folds, rare, 2)).toEqual([
      { fold: 'a', part: 'test', classes: [1] },
      { fold: 'b', part: 'train', classes: [1] },
    ])
    expect(lackingFolds(stratifiedFolds(target, { folds: 5, seed: 1 }), target, 2)).toEqual([])
  })
})
