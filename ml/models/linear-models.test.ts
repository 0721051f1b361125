import { describe, expect, it } from 'vitest'
import { seededRandom } from '../evaluation/seeded-random.ts'
import { equationSchema } from './linear/equation.ts'
import { linear } from './linear.ts'
import { logistic } from './logistic.ts'
import type { Problem } from './problem.ts'
import { fitted, fittedScores, noisyProblem, problemOf } from './scoring-testing.ts'

const control = { seed: 0, progress: () => undefined }

const numbersOnly = (columns: readonly (readonly number[])[], target: readonly number[], task: Problem['task'], classes = 0): Problem =>
  problemOf(columns, { target, task, classes })

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
    const predict = fitted(logistic, numbersOnly([hours], passed, 'binary', 2), { C: 1e8, tol: 1e-8 })
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

const weightsOf = (fit: unknown): readonly number[] =>
  equationSchema.parse(fit).terms.flatMap((term) => (term.type === 'number' ? term.weight : [...term.weights]))

/** Categories so many that the slots are too many for a matrix of them, and a number. */
function wideProblem(rows: number, task: 'regression' | 'binary'): Problem {
  const random = seededRandom(7)
  const draw = (below: number): number[] => Array.from({ length: rows }, () => Math.floor(random() * below))
  const codes = Array.from({ length: 6 }, () => draw(240))
  const number = Array.from({ length: rows }, () => random())
  const raw = number.map((value, row) => 3 * value + ((codes[0]?.[row] ?? 0) % 7) / 3 + ((codes[1]?.[row] ?? 0) > 120 ? 1 : 0) + random())
  const target = task === 'regression' ? raw : raw.map((value) => (value > 3.5 ? 1 : 0))
  return problemOf(
    [number],
    { task, classes: task === 'regression' ? 0 : 2, target },
    codes.map((column) => ({ levels: 240, codes: column })),
  )
}

describe('a design too wide for a matrix of slots by slots', () => {
  const problem = wideProblem(1500, 'regression')
  /** How far the steepest slope of the penalised squared error is from 0. */
  const residualSlopes = (params: { readonly alpha: number; readonly l1_ratio?: number }): number => {
    const { weights, slopes } = slopesAt(problem, params)
    const { alpha, l1_ratio = 0 } = params
    const [l1, l2] = l1_ratio === 0 ? [0, alpha] : [alpha * l1_ratio * problem.rows, alpha * (1 - l1_ratio) * problem.rows]
    return Math.max(
      ...weights.map((weight, i) => {
        const slope = (slopes[i] ?? 0) - l2 * weight
        return weight === 0 ? Math.max(0, Math.abs(slope) - l1) : Math.abs(slope - l1 * Math.sign(weight))
      }),
    )
  }

  it('is fitted by ridge to where no slope is left', () => {
    expect(residualSlopes({ alpha: 1 })).toBeLessThan(1e-5)
  })

  it('is fitted by elastic net to where no slope is left that the penalty does not balance', () => {
    expect(residualSlopes({ alpha: 0.002, l1_ratio: 0.7 })).toBeLessThan(0.05)
  })

  it('is learned by logistic regression', () => {
    const classes = wideProblem(1500, 'binary')
    const scores = fittedScores(logistic, classes)
    const right = classes.target.reduce((sum, y, row) => sum + ((scores[2 * row + 1] ?? 0) >= 0.5 === (y === 1) ? 1 : 0), 0)
    expect(right / classes.rows).toBeGreaterThan(0.85)
  })
})

/** The weights of a fit, and how fast half the squared error still falls along each. */
function slopesAt(problem: Problem, params: unknown): { readonly weights: readonly number[]; readonly slopes: readonly number[] } {
  const fit = linear.fit(problem, params, control)
  const { terms } = equationSchema.parse(fit)
  const predicted = new Float64Array(problem.rows)
  linear.batchScorer(fit, problem)(problem.values, problem.rows, predicted)
  const residuals = predicted.map((value, row) => (problem.target[row] ?? 0) - value)
  const slopes = terms.flatMap((term, i) => {
    const column = problem.values[i] ?? new Float64Array(0)
    if (term.type === 'number')
      return [residuals.reduce((sum, each, row) => sum + (each * ((column[row] ?? 0) - term.mean)) / term.scale, 0)]
    const byLevel = new Float64Array(term.weights.length)
    for (const [row, code] of column.entries()) byLevel[code] = (byLevel[code] ?? 0) + (residuals[row] ?? 0)
    return [...byLevel]
  })
  return { weights: weightsOf(fit), slopes }
}

describe('an L1 penalty', () => {
  const random = seededRandom(3)
  const columns = Array.from({ length: 30 }, () => Array.from({ length: 20 }, () => random() - 0.5))
  const [first = [], second = []] = columns
  const y = first.map((value, row) => 5 * value - 3 * (second[row] ?? 0))

  it('picks the few columns that matter when there are more columns than rows', () => {
    const weights = weightsOf(linear.fit(numbersOnly(columns, y, 'regression'), { alpha: 0.1, l1_ratio: 1 }, control))
    expect(weights.filter((weight) => weight !== 0).length).toBeLessThan(10)
    expect(weights[0]).toBeGreaterThan(1)
    expect(weights[1]).toBeLessThan(-0.5)
  })

  it('does so for classes', () => {
    const classes = y.map((value) => (value > 0 ? 1 : 0))
    const weights = weightsOf(logistic.fit(numbersOnly(columns, classes, 'binary', 2), { penalty: 'l1', C: 0.5 }, control))
    expect(weights.filter((weight) => weight !== 0).length).toBeLessThan(10)
    expect(weights[0]).toBeGreaterThan(0)
  })

  it('strong enough sets every weight to 0, and the model answers as if it knew no columns', () => {
    const predict = fitted(linear, numbersOnly(columns, y, 'regression'), { alpha: 1e6, l1_ratio: 1 })
    expect(predict(...columns.map(() => 9))[0]).toBeCloseTo(y.reduce((sum, value) => sum + value, 0) / y.length, 12)
  })
})

describe('row weights', () => {
  it.each([
    ['linear', linear, { task: 'regression', classes: 0 }, { alpha: 0 }],
    ['logistic', logistic, { task: 'binary', classes: 2 }, { penalty: 'none', tol: 1e-9, max_iter: 1000 }],
    ['logistic', logistic, { task: 'multiclass', classes: 3 }, { penalty: 'none', tol: 1e-7, max_iter: 3000 }],
  ] as const)('of 2 count in %s as the row twice', (_, algorithm, shape, params) => {
    const problem = noisyProblem(200, shape)
    const twice = Array.from({ length: problem.rows }, (_unused, row) => (row % 3 === 0 ? [row, row] : [row])).flat()
    const repeated: Problem = {
      ...problem,
      rows: twice.length,
      values: problem.values.map((column) => Float64Array.from(twice, (row) => column[row] ?? Number.NaN)),
      target: Float64Array.from(twice, (row) => problem.target[row] ?? 0),
    }
    const mean = twice.length / problem.rows
    const weights = Float64Array.from(problem.target, (_unused, row) => (row % 3 === 0 ? 2 : 1) / mean)
    const weighted = fittedScores(algorithm, { ...problem, weights }, params)
    const plain = fittedScores(algorithm, repeated, params, problem)
    expect(Math.max(...weighted.map((score, i) => Math.abs(score - (plain[i] ?? Number.NaN))))).toBeLessThan(1e-4)
  })
})
