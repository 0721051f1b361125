import { describe, expect, it } from 'vitest'
import type { Algorithm } from './algorithm.ts'
import { solvePositive } from './linear/cholesky.ts'
import { minimise } from './linear/lbfgs.ts'
import { linear } from './linear.ts'
import { logistic } from './logistic.ts'
import { outputs, type Problem } from './problem.ts'

const control = { seed: 0, progress: () => undefined }

function fitted(algorithm: Algorithm, problem: Problem, params: unknown = {}): (...row: readonly number[]) => readonly number[] {
  const scorer = algorithm.scorer(algorithm.fit(problem, params, control), problem)
  return (...row) => {
    const scores = new Float64Array(outputs(problem))
    scorer(Float64Array.from(row), scores)
    return [...scores]
  }
}

const numbersOnly = (columns: readonly (readonly number[])[], target: readonly number[], task: Problem['task'], classes = 0): Problem => ({
  rows: target.length,
  columns: columns.map((_, i) => ({ name: `x${i}`, type: 'number' })),
  values: columns.map((column) => Float64Array.from(column)),
  task,
  classes,
  target: Float64Array.from(target),
})

describe('linear', () => {
  /** Anscombe 1973, first set: y = 3.0001 + 0.5001 x. */
  const x = [10, 8, 13, 9, 11, 14, 6, 4, 12, 7, 5]
  const y = [8.04, 6.95, 7.58, 8.81, 8.33, 9.96, 7.24, 4.26, 10.84, 4.82, 5.68]

  it('finds the textbook line', () => {
    const predict = fitted(linear, numbersOnly([x], y, 'regression'), { alpha: 0 })
    const intercept = predict(0)[0] ?? 0
    expect(intercept).toBeCloseTo(3.00009090909, 6)
    expect((predict(1)[0] ?? 0) - intercept).toBeCloseTo(0.50009090909, 6)
  })

  it('shrinks towards the mean as the penalty grows', () => {
    const predict = fitted(linear, numbersOnly([x], y, 'regression'), { alpha: 1e9 })
    expect(predict(14)[0]).toBeCloseTo(y.reduce((sum, value) => sum + value, 0) / y.length, 4)
  })

  it('survives two columns that say the same', () => {
    const predict = fitted(linear, numbersOnly([x, x], y, 'regression'), { alpha: 0 })
    expect(predict(0, 0)[0]).toBeCloseTo(3.0001, 2)
  })

  it('gives each category its own mean, and one it never saw the middle', () => {
    const problem: Problem = {
      rows: 6,
      columns: [{ name: 'town', type: 'category', levels: ['a', 'b', 'never'] }],
      values: [Float64Array.of(0, 0, 0, 1, 1, 1)],
      task: 'regression',
      classes: 0,
      target: Float64Array.of(1, 2, 3, 11, 12, 13),
    }
    const predict = fitted(linear, problem, { alpha: 1e-6 })
    expect(predict(0)[0]).toBeCloseTo(2, 4)
    expect(predict(1)[0]).toBeCloseTo(12, 4)
    expect(predict(-1)[0]).toBeCloseTo(7, 4)
  })

  it('learns what a missing number means', () => {
    const values = [1, 2, 3, Number.NaN, 4, Number.NaN]
    const predict = fitted(linear, numbersOnly([values], [1, 2, 3, 50, 4, 50], 'regression'), { alpha: 1e-9 })
    expect(predict(Number.NaN)[0]).toBeCloseTo(50, 4)
    expect(predict(2)[0]).toBeCloseTo(2, 4)
  })
})

describe('logistic', () => {
  /** The hours of study of 20 students and who passed: log odds -4.0777 + 1.5046 hours. */
  const hours = [0.5, 0.75, 1, 1.25, 1.5, 1.75, 1.75, 2, 2.25, 2.5, 2.75, 3, 3.25, 3.5, 4, 4.25, 4.5, 4.75, 5, 5.5]
  const passed = [0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 1, 1, 1, 1, 1]
  const logOdds = ([no, yes]: readonly number[]): number => Math.log((yes ?? 0) / (no ?? 1))

  it('finds the textbook curve when the penalty is small', () => {
    const predict = fitted(logistic, numbersOnly([hours], passed, 'binary', 2), { C: 1e8 })
    expect(logOdds(predict(0))).toBeCloseTo(-4.0777, 3)
    expect(logOdds(predict(1)) - logOdds(predict(0))).toBeCloseTo(1.5046, 3)
    expect(predict(2)[1]).toBeCloseTo(0.2557, 3)
  })

  it('gives two classes the same answer in its many-class form', () => {
    const two = fitted(logistic, numbersOnly([hours], passed, 'binary', 2), { C: 1e6 })
    /** A third class far away and never near these hours. */
    const many = fitted(logistic, numbersOnly([[...hours, 90, 91, 92, 93]], [...passed, 2, 2, 2, 2], 'multiclass', 3), {
      C: 1e6,
      max_iter: 2000,
    })
    expect(many(2)[1]).toBeCloseTo(two(2)[1] ?? 0, 2)
    expect(many(92)[2]).toBeGreaterThan(0.99)
    expect(many(3).reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 12)
  })

  it('stays finite on classes that a line separates', () => {
    const predict = fitted(logistic, numbersOnly([[1, 2, 3, 4]], [0, 0, 1, 1], 'binary', 2))
    expect(predict(1)[1]).toBeLessThan(0.5)
    expect(predict(1e6)[1]).toBe(1)
  })
})

describe('the solvers', () => {
  it('factor a positive definite matrix and refuse another', () => {
    expect([...(solvePositive(Float64Array.of(4, 0, 2, 3), Float64Array.of(8, 7)) ?? [])].map((v) => Math.round(v * 1e9) / 1e9)).toEqual([
      1.25, 1.5,
    ])
    expect(solvePositive(Float64Array.of(1, 0, 2, 1), Float64Array.of(1, 1))).toBeNull()
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
})
