import { describe, expect, it } from 'vitest'
import { clusterAgreement } from './cluster-agreement.ts'
import { seededRandom } from './seeded-random.ts'

const codes = (...values: readonly number[]): Int32Array => Int32Array.from(values)

describe('agreement of two groupings', () => {
  it("has scikit-learn's documented digits", () => {
    const split = clusterAgreement(codes(0, 0, 1, 1), codes(0, 0, 1, 2))
    expect(split.homogeneity).toBeCloseTo(1, 12)
    expect(split.v_measure).toBeCloseTo(0.8, 12)
    expect(clusterAgreement(codes(0, 0, 1, 2), codes(0, 0, 1, 1)).v_measure).toBeCloseTo(0.8, 12)
    expect(clusterAgreement(codes(0, 0, 1, 2), codes(0, 0, 1, 1)).homogeneity).toBeCloseTo(2 / 3, 12)
    expect(clusterAgreement(codes(0, 0, 0, 1, 1, 1), codes(0, 0, 1, 1, 2, 2)).ami).toBeCloseTo(0.298792, 6)
    expect(clusterAgreement(codes(0, 0, 0, 1, 1, 1), codes(0, 0, 1, 1, 2, 2)).fowlkes_mallows).toBeCloseTo(0.4714045, 7)
  })

  it('is complete for the same groups under other names', () => {
    for (const value of Object.values(clusterAgreement(codes(0, 0, 1, 1, 2), codes(7, 7, 3, 3, 5)))) expect(value).toBeCloseTo(1, 12)
  })

  it('is none for a single group or for groups by chance', () => {
    expect(clusterAgreement(codes(0, 0, 1, 1), codes(0, 0, 0, 0)).v_measure).toBe(0)
    expect(clusterAgreement(codes(0, 0, 1, 1), codes(0, 1, 2, 3)).fowlkes_mallows).toBe(0)
    const random = seededRandom(1)
    const draw = (): Int32Array => Int32Array.from({ length: 600 }, () => Math.floor(5 * random()))
    expect(Math.abs(clusterAgreement(draw(), draw()).ami)).toBeLessThan(0.02)
  })
})
