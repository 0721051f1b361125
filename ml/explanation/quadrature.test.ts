import { describe, expect, it } from 'vitest'
import { gaussLegendre } from './quadrature.ts'

describe('the rule of Gauss and Legendre', () => {
  it('has the textbook points and weights for 1, 2 and 3 points', () => {
    expect([...gaussLegendre(1).points, ...gaussLegendre(1).weights]).toEqual([0.5, 1])
    const two = gaussLegendre(2)
    expect(two.points[0]).toBeCloseTo(0.5 + 0.5 / Math.sqrt(3), 15)
    expect(two.weights[1]).toBeCloseTo(0.5, 15)
    const three = gaussLegendre(3)
    expect(three.points[0]).toBeCloseTo(0.5 + 0.5 * Math.sqrt(3 / 5), 15)
    expect([...three.weights].map((weight) => weight * 18)).toEqual([5, 8, 5].map((weight) => expect.closeTo(weight, 13)))
  })

  it.each([1, 2, 5, 16, 40])('of %i points integrates every power below twice as many', (n) => {
    const { points, weights } = gaussLegendre(n)
    for (let power = 0; power < 2 * n; power++) {
      const sum = points.reduce((total, point, q) => total + (weights[q] ?? 0) * point ** power, 0)
      expect(Math.abs(sum - 1 / (power + 1))).toBeLessThan(1e-14)
    }
  })
})
