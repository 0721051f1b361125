import { describe, expect, it } from 'vitest'
import { countLikeEvidently, evidentlyStability, goodnessOfFit, judgeLikeEvidently, normedWasserstein } from './evidently.ts'
import { jensenShannon } from './two-sample.ts'

const of = (...values: number[]): Float64Array => Float64Array.from(values)
const ties = { reference: of(1, 1, 2, 2, 3, 3, 4), current: of(2, 2, 3, 3, 3, 5) }

describe("Evidently's statistics", () => {
  it('bin few values by value, fill empty shares, and take natural logarithms', () => {
    const { before, after } = countLikeEvidently(ties.reference, ties.current)
    expect(evidentlyStability(before, after)).toBeCloseTo(4.672793558994828, 13)
    expect(jensenShannon(before, after) * Math.sqrt(Math.LN2)).toBeCloseTo(0.4711768075255895, 13)
  })

  it('measure Wasserstein distance in standard deviations of the reference, of which 0.001 is the least', () => {
    expect(normedWasserstein(ties.reference, ties.current)).toBeCloseTo(0.6933752452815362, 13)
    const constant = normedWasserstein(of(...new Array<number>(10).fill(2)), of(2, 2, 2, 2, 2, 2, 2, 2.1, 2.2, 2.3))
    expect(constant).toBeCloseTo(60, 9)
  })

  it('test current counts against reference shares', () => {
    expect(goodnessOfFit([5, 4, 3], [2, 4, 6])).toMatchObject({
      statistic: expect.closeTo(4.8, 13),
      pValue: expect.closeTo(0.09071795328941248, 13),
    })
    expect(goodnessOfFit([60, 40, 0], [55, 36, 9]).pValue).toBe(0)
    expect(evidentlyStability([60, 40, 0], [55, 36, 9])).toBeCloseTo(0.62010027869865, 13)
  })

  it('bin many values by Sturges over both samples', () => {
    const sample = (from: number, rows: number): Float64Array => Float64Array.from({ length: rows }, (_, row) => from + row)
    const { before, after } = countLikeEvidently(sample(0, 100), sample(50, 100))
    // ceil(log2(200) + 1) bins over 0 to 149.
    expect(before).toHaveLength(9)
    expect(before.reduce((sum, count) => sum + count, 0)).toBe(100)
    expect(after.at(0)).toBe(0)
  })
})

describe("Evidently's decisions", () => {
  const column = (values: Float64Array) => ({ name: 'x', type: 'number' as const, values })
  const line = (rows: number, shift: number): Float64Array => Float64Array.from({ length: rows }, (_, row) => row / rows + shift)

  it('test up to a thousand reference rows and measure a distance beyond', () => {
    expect(judgeLikeEvidently(column(line(900, 0)), column(line(900, 0.2)))).toMatchObject({ test: 'ks', threshold: 0.05, drifted: true })
    expect(judgeLikeEvidently(column(line(2000, 0)), column(line(900, 0.2)))).toMatchObject({
      test: 'wasserstein',
      threshold: 0.1,
      drifted: true,
    })
    expect(judgeLikeEvidently(column(line(2000, 0)), column(line(900, 0)))).toMatchObject({ test: 'wasserstein', drifted: false })
  })

  it('compare two shares by a z test', () => {
    const words = (no: number, yes: number) => ({
      name: 'w',
      type: 'category' as const,
      levels: ['no', 'yes'],
      codes: Int32Array.from({ length: no + yes }, (_, row) => (row < no ? 0 : 1)),
    })
    expect(judgeLikeEvidently(words(34, 66), words(52, 68))).toMatchObject({
      test: 'z',
      p_value: expect.closeTo(0.15775622796727973, 10),
      drifted: false,
    })
  })
})
