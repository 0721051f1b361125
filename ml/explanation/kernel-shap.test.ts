import { describe, expect, it } from 'vitest'
import { seededRandom } from '../evaluation/seeded-random.ts'
import type { BatchScorer } from '../models/algorithm.ts'
import { chooseCoalitions } from './coalitions.ts'
import { type KernelOptions, kernelShap } from './kernel-shap.ts'
import { rowAt } from './shapley.ts'
import { backgroundGame, columnsFor, randomRows, shapleyByDefinition } from './testing.ts'

/** Columns in threes; category codes are numbers to it, and missing is 0. */
const answer = (row: ArrayLike<number>): number => {
  const x = Array.from(row, (value) => (Number.isNaN(value) ? 0 : value))
  return x.reduce((sum, value, i) => sum + value * Math.cos((x[i + 1] ?? 0.5) * (x[i + 2] ?? 1)), 0)
}

/** Two scores a row, of which the second is explained. */
const scorer: BatchScorer = (columns, rows, scores) => {
  for (let row = 0; row < rows; row++) scores[2 * row + 1] = answer(columns.map((column) => column[row] ?? Number.NaN))
}

function optionsFor(columns: number, coalitions: number): KernelOptions {
  const background = randomRows(columnsFor(columns), 8, seededRandom(1))
  return { scorer, outputs: 2, output: 1, background, coalitions, random: seededRandom(2) }
}

const rowOf = (columns: number): Float64Array => rowAt(randomRows(columnsFor(columns), 1, seededRandom(77)), 0)

const distance = (a: ArrayLike<number>, b: readonly number[]): number =>
  Math.max(...b.map((value, i) => Math.abs(value - (a[i] ?? Number.NaN))))

function wanted(columns: number): readonly number[] {
  return shapleyByDefinition(columns, backgroundGame(answer, rowOf(columns), optionsFor(columns, 0).background))
}

describe('kernel SHAP', () => {
  it.each([1, 2, 5, 8])('asks all coalitions of %i columns and is exact', (columns) => {
    expect(distance(kernelShap(rowOf(columns), optionsFor(columns, 256)).values, wanted(columns))).toBeLessThan(1e-12)
  })

  it('is exact by regression too, where the budget holds every size but not nobody and everybody', () => {
    expect(distance(kernelShap(rowOf(8), optionsFor(8, 254)).values, wanted(8))).toBeLessThan(1e-10)
  })

  it('comes near with fewer, nearer with more, and adds up to the answer always', () => {
    const exact = wanted(12)
    const gaps = [80, 400, 3000].map((coalitions) => {
      const { base, values } = kernelShap(rowOf(12), optionsFor(12, coalitions))
      expect(values.reduce((sum, value) => sum + value, base)).toBeCloseTo(answer(rowOf(12)), 10)
      return distance(values, exact)
    })
    expect(gaps).toEqual(gaps.toSorted((a, b) => b - a))
    expect(gaps.at(-1)).toBeLessThan(0.05)
  })

  it('gives nothing to a column that all background rows share with the row', () => {
    const options = optionsFor(6, 64)
    const row = rowOf(6)
    for (let other = 0; other < options.background.count; other++) options.background.values[other * 6 + 1] = row[1] ?? 0
    expect(kernelShap(row, options).values[1]).toBe(0)
  })

  it('says the same for the same seed', () => {
    expect(kernelShap(rowOf(12), optionsFor(12, 100))).toEqual(kernelShap(rowOf(12), optionsFor(12, 100)))
  })
})

describe('coalitions', () => {
  it('are whole sizes from the ends inwards, then pairs with their complement', () => {
    const { count, holds, weights } = chooseCoalitions(10, 300, seededRandom(3))
    const sizes = Array.from({ length: count }, (_, c) => holds.subarray(c * 10, (c + 1) * 10).reduce((sum, bit) => sum + bit, 0))
    expect(sizes.filter((size) => size === 1)).toHaveLength(10)
    expect(sizes.filter((size) => size === 9)).toHaveLength(10)
    expect(sizes.filter((size) => size === 2)).toHaveLength(45)
    for (const size of [1, 2, 3, 4]) {
      expect(sizes.filter((each) => each === size).length).toBe(sizes.filter((each) => each === 10 - size).length)
    }
    expect(count).toBeLessThanOrEqual(300)
    expect(weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 12)
  })

  it('weigh all subsets of a size together by 1 / (s (M - s))', () => {
    const { holds, weights } = chooseCoalitions(6, 1000, seededRandom(0))
    const bySize = new Map<number, number>()
    for (const [c, weight] of weights.entries()) {
      const size = holds.subarray(c * 6, (c + 1) * 6).reduce((sum, bit) => sum + bit, 0)
      bySize.set(size, (bySize.get(size) ?? 0) + weight)
    }
    expect((bySize.get(1) ?? 0) / (bySize.get(3) ?? 0)).toBeCloseTo(9 / 5, 12)
    expect((bySize.get(2) ?? 0) / (bySize.get(5) ?? 0)).toBeCloseTo(5 / 8, 12)
  })
})
