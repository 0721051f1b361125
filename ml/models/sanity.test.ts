/** What any learner of ours that sums over rows must do: forget the order, find nothing in noise, and score as one as in bulk. */
import { describe, expect, it } from 'vitest'
import { rocAuc } from '../evaluation/ranking.ts'
import { seededRandom, shuffled } from '../evaluation/seeded-random.ts'
import { knn } from './knn.ts'
import { linear } from './linear.ts'
import { logistic } from './logistic.ts'
import { encodeValue } from './model-bytes.ts'
import { naiveBayes } from './naive-bayes.ts'
import { outputs, type Problem, takeRows } from './problem.ts'
import { fittedScores, noisyProblem } from './scoring-testing.ts'

const control = { seed: 0, progress: () => undefined }
const regression = { task: 'regression', classes: 0 } as const
const binary = { task: 'binary', classes: 2 } as const
const multiclass = { task: 'multiclass', classes: 3 } as const

const all = [
  ['ridge', linear, regression, {}],
  ['lasso', linear, regression, { alpha: 0.01, l1_ratio: 1 }],
  ['logistic', logistic, binary, {}],
  ['L1 logistic', logistic, binary, { penalty: 'l1', C: 0.2 }],
  ['softmax', logistic, multiclass, {}],
  ['naive Bayes', naiveBayes, multiclass, {}],
  ['neighbours', knn, binary, {}],
  ['neighbours', knn, regression, { weights: 'distance', metric: 'manhattan' }],
] as const

const reordered = (problem: Problem): Problem => takeRows(problem, shuffled(problem.rows, seededRandom(5)))

function turned(problem: Problem): Problem {
  return { ...problem, columns: problem.columns.toReversed(), values: problem.values.toReversed() }
}

const farthest = (a: Float64Array, b: Float64Array): number =>
  a.reduce((most, value, i) => Math.max(most, Math.abs(value - (b[i] ?? Number.NaN))), 0)

describe.each(all)('%s', (_, algorithm, shape, params) => {
  const train = noisyProblem(400, shape)
  const test = noisyProblem(100, shape, 2)
  const scores = fittedScores(algorithm, train, params, test)

  it('scores as it did when rows and columns come in another order', () => {
    const within = algorithm === logistic ? 5e-3 : 1e-6
    expect(farthest(fittedScores(algorithm, reordered(train), params, test), scores)).toBeLessThan(within)
    expect(farthest(fittedScores(algorithm, turned(train), params, turned(test)), scores)).toBeLessThan(within)
  })

  it('scores one row as it scores many, to the bit', () => {
    const scorer = algorithm.scorer(algorithm.fit(train, params, control), train)
    const width = outputs(train)
    const one = new Float64Array(width)
    for (let row = 0; row < test.rows; row++) {
      scorer(
        Float64Array.from(test.values, (column) => column[row] ?? Number.NaN),
        one,
      )
      expect([...one]).toEqual([...scores.subarray(row * width, (row + 1) * width)])
    }
  })

  it('gives the same bytes for the same data', () => {
    const bytes = (): Uint8Array => encodeValue(algorithm.fit(train, params, control))
    expect(bytes()).toEqual(bytes())
  })
})

describe('a logistic fit', () => {
  it('has metrics that the order of rows and columns does not move', () => {
    const train = noisyProblem(600, binary)
    const test = noisyProblem(400, binary, 2)
    const area = (scores: Float64Array): number =>
      rocAuc(
        Uint8Array.from(test.target),
        scores.filter((_, i) => i % 2 === 1),
      )
    const usual = area(fittedScores(logistic, train, {}, test))
    expect(Math.abs(area(fittedScores(logistic, reordered(train), {}, test)) - usual)).toBeLessThan(1e-3)
    expect(Math.abs(area(fittedScores(logistic, turned(train), {}, turned(test))) - usual)).toBeLessThan(1e-3)
  })
})

describe.each([
  ['logistic', logistic],
  ['naive Bayes', naiveBayes],
  ['neighbours', knn],
] as const)('%s', (_, algorithm) => {
  it('finds nothing where labels are shuffled', () => {
    const areas = [1, 2, 3, 4, 5].map((seed) => {
      const whole = noisyProblem(2000, binary, seed)
      const order = shuffled(whole.rows, seededRandom(seed + 100))
      const noise = { ...whole, target: Float64Array.from(order, (row) => whole.target[row] ?? 0) }
      const half = Uint32Array.from({ length: 1000 }, (_unused, row) => row)
      const test = takeRows(
        noise,
        half.map((row) => row + 1000),
      )
      const scores = fittedScores(algorithm, takeRows(noise, half), {}, test)
      return rocAuc(
        Uint8Array.from(test.target),
        scores.filter((_score, i) => i % 2 === 1),
      )
    })
    expect(Math.abs(areas.reduce((sum, area) => sum + area, 0) / areas.length - 0.5)).toBeLessThan(0.05)
  })
})
