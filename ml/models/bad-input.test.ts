/** Tables that break learners: each gives a clear error, or a model whose every score is a number. */
import { describe, expect, it } from 'vitest'
import { knn } from './knn.ts'
import { linear } from './linear.ts'
import { logistic } from './logistic.ts'
import { naiveBayes } from './naive-bayes.ts'
import type { Problem } from './problem.ts'
import { fittedScores, noisyProblem, problemOf } from './scoring-testing.ts'

const regression = { task: 'regression', classes: 0 } as const
const binary = { task: 'binary', classes: 2 } as const

const all = [
  ['ridge', linear, regression, {}],
  ['plain least squares', linear, regression, { alpha: 0 }],
  ['lasso', linear, regression, { alpha: 0.01, l1_ratio: 1 }],
  ['logistic', logistic, binary, {}],
  ['unpenalised logistic', logistic, binary, { penalty: 'none' }],
  ['L1 logistic', logistic, binary, { penalty: 'l1' }],
  ['naive Bayes', naiveBayes, binary, {}],
  ['neighbours', knn, binary, {}],
  ['neighbours of a number', knn, regression, {}],
] as const

const withColumn = (problem: Problem, values: Float64Array): Problem => ({
  ...problem,
  columns: [...problem.columns, { name: 'extra', type: 'number' }],
  values: [...problem.values, values],
})

describe.each(all)('%s', (_, algorithm, shape, params) => {
  const problem = noisyProblem(60, shape)
  const expectNumbers = (table: Problem): void => {
    const scores = fittedScores(algorithm, table, params)
    expect(scores.every(Number.isFinite)).toBe(true)
  }

  it('answers with the one value of a constant target', () => {
    const constant = { ...problem, target: new Float64Array(problem.rows).fill(1) }
    const scores = fittedScores(algorithm, constant, params)
    const likeliest = shape.task === 'regression' ? scores : scores.filter((_score, i) => i % 2 === 1)
    for (const score of likeliest) expect(score).toBeGreaterThan(0.9)
    for (const score of likeliest) expect(score).toBeLessThanOrEqual(1 + 1e-9)
  })

  it('bears a column that is missing throughout, and one that never varies', () => {
    expectNumbers(withColumn(problem, new Float64Array(problem.rows).fill(Number.NaN)))
    expectNumbers(withColumn(problem, new Float64Array(problem.rows).fill(1e15)))
  })

  it('bears columns that repeat others', () => {
    expectNumbers({ ...problem, columns: [...problem.columns, ...problem.columns], values: [...problem.values, ...problem.values] })
  })

  it('bears more columns than rows', () => {
    const columns = Array.from({ length: 12 }, (_unused, i) => noisyProblem(8, shape, i).values.slice(0, 2)).flat()
    const target = shape.task === 'regression' ? [1, 2, 3, 4, 5, 6, 7, 8] : [0, 1, 0, 1, 0, 1, 0, 1]
    expectNumbers(
      problemOf(
        columns.map((column) => [...column]),
        { ...shape, target },
      ),
    )
  })

  it('bears integers beyond 2^53', () => {
    expectNumbers(
      withColumn(
        problem,
        Float64Array.from(problem.target, (_unused, row) => 2 ** 60 + row * 2 ** 20),
      ),
    )
  })

  it('says of values beyond squaring which column has them, or gives numbers', () => {
    const huge = withColumn(
      problem,
      Float64Array.from(problem.target, (_unused, row) => (row % 2 === 0 ? 1e300 : -1e300)),
    )
    try {
      expectNumbers(huge)
    } catch (error) {
      expect(error).toMatchObject({ code: 'invalid_input' })
      expect(String(error)).toContain("'extra'")
    }
  })
})

describe('a column of a million categories', () => {
  const rows = 3000
  const levels = Array.from({ length: 1_000_000 }, (_, level) => String(level))
  const table = (shape: typeof regression | typeof binary): Problem => ({
    ...noisyProblem(rows, shape),
    columns: [{ name: 'id', type: 'category', levels }],
    values: [Float64Array.from({ length: rows }, (_, row) => row * 300)],
  })

  it.each([
    ['ridge', linear, regression],
    ['logistic', logistic, binary],
    ['naive Bayes', naiveBayes, binary],
    ['neighbours', knn, binary],
  ] as const)('is borne by %s', (_, algorithm, shape) => {
    expect(fittedScores(algorithm, table(shape)).every(Number.isFinite)).toBe(true)
  })
})

describe('a target beyond squaring', () => {
  it('is refused by linear regression with what to do', () => {
    const problem = problemOf([[1, 2, 3]], { ...regression, target: [1e200, -1e200, 1e200] })
    expect(() => fittedScores(linear, problem)).toThrow(/Divide it by a power of ten/)
  })
})
