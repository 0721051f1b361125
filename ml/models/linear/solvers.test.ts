import { describe, expect, it } from 'vitest'
import { solvePositive } from './cholesky.ts'
import { solveByProducts } from './conjugate-gradient.ts'
import { descend } from './coordinate-descent.ts'
import { minimise } from './lbfgs.ts'

const silent = { progress: () => undefined }

describe('the solvers', () => {
  it('factor a positive definite matrix and refuse another', () => {
    expect([...(solvePositive(Float64Array.of(4, 0, 2, 3), Float64Array.of(8, 7)) ?? [])].map((v) => Math.round(v * 1e9) / 1e9)).toEqual([
      1.25, 1.5,
    ])
    expect(solvePositive(Float64Array.of(1, 0, 2, 1), Float64Array.of(1, 1))).toBeNull()
  })

  it('solve equations from products alone, in as many steps as there are unknowns', () => {
    const matrix = [
      [4, 2],
      [2, 3],
    ]
    const times = (x: Float64Array, into: Float64Array): void => {
      for (const [i, row] of matrix.entries()) into[i] = row.reduce((sum, each, j) => sum + each * (x[j] ?? 0), 0)
    }
    const x = solveByProducts({ times, diagonal: Float64Array.of(4, 3) }, Float64Array.of(8, 7), {
      tolerance: 1e-12,
      iterations: 2,
      ...silent,
    })
    expect(x[0]).toBeCloseTo(1.25, 12)
    expect(x[1]).toBeCloseTo(1.5, 12)
  })

  it('find the soft-thresholded answer where columns do not meet', () => {
    const slopes = Float64Array.of(3, -0.5, -4)
    const weights = descend(
      {
        size: 3,
        curvature: () => 2,
        slope: (j) => slopes[j] ?? 0,
        move: (j, by) => {
          slopes[j] = (slopes[j] ?? 0) - 2 * by
        },
      },
      { l1: 1, l2: 1, tolerance: 1e-16, rounds: 100, ...silent },
    )
    expect([...weights].map((weight) => Math.round(weight * 1e12) / 1e12)).toEqual([0.666666666667, 0, -1])
  })

  it('find the bottom of Rosenbrock’s valley', () => {
    const rosenbrock = (v: Float64Array, gradient: Float64Array): number => {
      const [x = 0, y = 0] = v
      gradient[0] = -2 * (1 - x) - 400 * x * (y - x * x)
      gradient[1] = 200 * (y - x * x)
      return (1 - x) ** 2 + 100 * (y - x * x) ** 2
    }
    const { x, converged } = minimise(rosenbrock, Float64Array.of(-1.2, 1), { iterations: 200, tolerance: 1e-8 })
    expect(converged).toBe(true)
    expect(x[0]).toBeCloseTo(1, 6)
    expect(x[1]).toBeCloseTo(1, 6)
  })

  it('stop at the kink of an L1 penalty that outweighs the slope, and go on beside it', () => {
    /** ½ (x - 3)² + ½ (y + 0.5)² + |x| + |y|: at x = 2 and y = 0. */
    const bowl = ([x = 0, y = 0]: Float64Array, gradient: Float64Array): number => {
      gradient[0] = x - 3
      gradient[1] = y + 0.5
      return ((x - 3) ** 2 + (y + 0.5) ** 2) / 2
    }
    const { x, value } = minimise(bowl, Float64Array.of(-1, 1), { iterations: 50, tolerance: 1e-10, l1: Float64Array.of(1, 1) })
    expect(x[0]).toBeCloseTo(2, 9)
    expect(x[1]).toBe(0)
    expect(value).toBeCloseTo(0.5 + 0.125 + 2, 9)
  })
})
