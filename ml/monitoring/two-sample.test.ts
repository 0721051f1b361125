import { describe, expect, it } from 'vitest'
import { chiSquareTail, kolmogorovSmirnovTail, normalTwoSided } from './distributions.ts'
import {
  chiSquare,
  compareShares,
  countByDeciles,
  jensenShannon,
  kolmogorovSmirnov,
  populationStability,
  quantile,
  wasserstein,
} from './two-sample.ts'

const of = (...values: number[]): Float64Array => Float64Array.from(values)
const ties = { reference: of(1, 1, 2, 2, 3, 3, 4), current: of(2, 2, 3, 3, 3, 5) }

describe('two-sample tests give the digits of scipy 1.17', () => {
  it('Kolmogorov-Smirnov, exact', () => {
    expect(kolmogorovSmirnov(of(1, 2, 3, 4, 5), of(1.5, 2.5, 3.5, 4.5, 9))).toEqual({ statistic: expect.closeTo(0.2, 14), pValue: 1 })
    const tied = kolmogorovSmirnov(ties.reference, ties.current)
    expect(tied.statistic).toBeCloseTo(0.2857142857142857, 14)
    expect(tied.pValue).toBeCloseTo(0.8717948717948717, 12)
    expect(kolmogorovSmirnov(of(1, 2, 3, 4), of(11, 12, 13, 14)).pValue).toBeCloseTo(0.02857142857142857, 14)
  })

  it('Kolmogorov-Smirnov, asymptotic, in the body and far in the tail', () => {
    expect(kolmogorovSmirnovTail(0.0218, 5000, 2000)).toBeCloseTo(0.4986140778983643, 12)
    expect(kolmogorovSmirnovTail(0.0373, 5000, 2000)).toBeCloseTo(0.03656541039128247, 12)
    expect(kolmogorovSmirnovTail(0.1902, 5000, 2000) / 9.597399120721797e-46).toBeCloseTo(1, 9)
  })

  it('chi-square of homogeneity', () => {
    const { statistic, pValue, degrees } = chiSquare([5, 4, 3], [2, 4, 6])
    expect(statistic).toBeCloseTo(2.2857142857142856, 13)
    expect(pValue).toBeCloseTo(0.3189065573239704, 13)
    expect(degrees).toBe(2)
    expect(chiSquareTail(413.9811335220721, 3) / 2.073073400217902e-89).toBeCloseTo(1, 9)
  })

  it('the normal tail', () => {
    expect(normalTwoSided(1.959963984540054)).toBeCloseTo(0.05, 13)
    expect(normalTwoSided(0)).toBe(1)
  })

  it('Wasserstein distance', () => {
    expect(wasserstein(ties.reference, ties.current)).toBeCloseTo(0.7142857142857141, 13)
  })
})

describe('distances over bins', () => {
  it('cut at the deciles of the reference, where a value on a cut belongs to the bin above', () => {
    const { reference, current } = countByDeciles(ties.reference, ties.current)
    expect(populationStability(reference, current)).toBeCloseTo(2.403726217799422, 12)
    expect(reference.reduce((sum, count) => sum + count, 0)).toBe(7)
    expect(current.reduce((sum, count) => sum + count, 0)).toBe(6)
  })

  it('are zero for equal shares and JS is one for disjoint ones', () => {
    expect(populationStability([10, 20, 30], [1, 2, 3])).toBeCloseTo(0, 14)
    expect(jensenShannon([10, 20, 30], [1, 2, 3])).toBeCloseTo(0, 7)
    expect(jensenShannon([5, 0], [0, 9])).toBeCloseTo(1, 14)
  })

  it('JS is symmetric', () => {
    expect(jensenShannon([3, 9, 1], [5, 2, 4])).toBeCloseTo(jensenShannon([5, 2, 4], [3, 9, 1]), 14)
  })

  it('quantiles interpolate as numpy does', () => {
    expect(quantile(of(1, 2, 3, 4), 0.1)).toBeCloseTo(1.3, 14)
    expect(quantile(of(7), 0.9)).toBe(7)
  })
})

describe('shares of missing values', () => {
  it('compare by a pooled z test', () => {
    const { statistic, pValue } = compareShares({ hits: 45, rows: 100 }, { hits: 60, rows: 100 })
    expect(statistic).toBeCloseTo(2.124, 3)
    expect(pValue).toBeCloseTo(0.03367, 4)
    expect(compareShares({ hits: 0, rows: 10 }, { hits: 0, rows: 10 }).pValue).toBe(1)
  })
})
