import { describe, expect, it } from 'vitest'
import { groupFolds, stratifiedGroupFolds } from './group-folds.ts'

/** 120 rows of 17 groups, the later ones with more of class 1; class 2 has two rows. */
const groups = Int32Array.from(
  // biome-ignore format: a table of numbers
  [14, 10, 8, 4, 5, 0, 1, 0, 2, 13, 11, 15, 8, 10, 16, 12, 10, 9, 9, 15, 4, 13, 11, 0, 6, 14, 9, 0, 13, 12, 14, 2, 1, 14, 0, 9, 1, 5, 8, 7, 6, 0, 0, 2, 0, 11, 8, 11, 4, 10, 12, 6, 7, 16, 13, 16, 6, 11, 16, 11, 14, 11, 11, 6, 14, 2, 9, 12, 14, 8, 6, 5, 7, 8, 12, 15, 1, 15, 9, 6, 11, 9, 4, 5, 12, 10, 8, 5, 12, 6, 5, 15, 4, 3, 12, 10, 0, 1, 6, 14, 6, 13, 5, 4, 13, 14, 1, 0, 11, 5, 9, 2, 14, 7, 15, 13, 11, 3, 13, 0],
)
const target = Float64Array.from(
  // biome-ignore format: a table of numbers
  [1, 1, 1, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 1, 1, 1, 1, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 1, 1, 0, 0, 0, 2, 0, 1, 0, 1, 0, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 1, 0, 0, 1, 0, 1, 1, 1, 0, 1, 0, 1, 1, 1, 0, 0, 1, 0, 0, 1, 2, 1, 0, 0, 0, 0, 1, 1, 0, 1, 0, 0, 0, 0, 0, 1, 1, 0, 1, 0, 1, 1, 1, 1, 1, 0, 1, 0, 0, 1, 0, 1, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0],
)

describe.each([
  ['of even size', groupFolds(groups, { folds: 4, seed: 3 })],
  ['of even classes', stratifiedGroupFolds(target, groups, { folds: 4, seed: 3 })],
])('folds by group %s', (_, folds) => {
  it('test every row once', () => {
    expect(folds.flatMap(({ test }) => [...test]).toSorted((a, b) => a - b)).toEqual([...Array(120).keys()])
    for (const { train, test } of folds) expect(train.length + test.length).toBe(120)
  })

  it('never test a group that they trained on', () => {
    for (const { train, test } of folds) {
      const trained = new Set([...train].map((row) => groups[row]))
      expect([...test].some((row) => trained.has(groups[row] ?? -1))).toBe(false)
    }
  })

  it('are about equally large', () => {
    for (const { test } of folds) expect(Math.abs(test.length - 30)).toBeLessThanOrEqual(4)
  })
})

describe('folds by group', () => {
  it('of even classes share out class 1 as evenly as the reference library does', () => {
    const spreadOf = (counts: readonly number[]): number => Math.max(...counts) - Math.min(...counts)
    const ones = stratifiedGroupFolds(target, groups, { folds: 4, seed: 0 }).map(
      ({ test }) => [...test].filter((row) => target[row] === 1).length,
    )
    /** StratifiedGroupKFold(4) tests on 13, 12, 13 and 12 rows of class 1. */
    expect(spreadOf(ones)).toBeLessThanOrEqual(2)
    expect(ones.reduce((sum, count) => sum + count, 0)).toBe(50)
  })

  it('are the same for the same seed and others for another', () => {
    const first = stratifiedGroupFolds(target, groups, { folds: 4, seed: 1 })
    expect(stratifiedGroupFolds(target, groups, { folds: 4, seed: 1 })).toEqual(first)
    expect(stratifiedGroupFolds(target, groups, { folds: 4, seed: 2 })).not.toEqual(first)
  })

  it('take a row without a group for a group of its own', () => {
    const alone = Int32Array.from({ length: 40 }, (_, row) => (row < 20 ? -1 : 7))
    const folds = groupFolds(alone, { folds: 2, seed: 0 })
    expect(folds.map(({ test }) => test.length)).toEqual([20, 20])
    expect(folds.filter(({ test }) => test.includes(25)).map(({ test }) => [...test])).toEqual([
      Array.from({ length: 20 }, (_, i) => i + 20),
    ])
  })

  it('take a moment for 100,000 groups', () => {
    const many = Int32Array.from({ length: 200_000 }, (_, row) => row % 100_000)
    const y = Float64Array.from(many, (group) => (group % 10 === 0 ? 1 : 0))
    const folds = stratifiedGroupFolds(y, many, { folds: 5, seed: 0 })
    for (const { test } of folds) expect(test.reduce((sum, row) => sum + (y[row] ?? 0), 0)).toBe(4000)
  })
})
