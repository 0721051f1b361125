import { describe, expect, it } from 'vitest'
import { seededRandom } from '../../evaluation/seeded-random.ts'
import { gradientBoosting } from '../gradient-boosting.ts'
import { outputs, type Problem } from '../problem.ts'

/** Numbers with gaps; with `category` one column of texts, which the kernel leaves to JavaScript. */
function table(task: Problem['task'], category: boolean): Problem {
  const random = seededRandom(4)
  const rows = 1203
  const column = (): Float64Array =>
    Float64Array.from({ length: rows }, () => (random() < 0.2 ? Number.NaN : Math.round(40 * random()) / 8))
  const values = [column(), column(), Float64Array.from({ length: rows }, () => Math.floor(5 * random()))]
  const target = Float64Array.from({ length: rows }, (_, i) => {
    const y = (values[0]?.[i] || 2) * ((values[2]?.[i] ?? 0) === 3 ? 1 : 0.2) + random()
    return task === 'regression' ? y : Math.min(task === 'binary' ? 1 : 2, Math.floor(y))
  })
  return {
    ...{ rows, values, task, target, classes: task === 'regression' ? 0 : task === 'binary' ? 2 : 3 },
    columns: [
      { name: 'a', type: 'number' },
      { name: 'b', type: 'number' },
      category ? { name: 'c', type: 'category', levels: [...'abcde'] } : { name: 'c', type: 'number' },
    ],
  }
}

describe('many rows at once', () => {
  it.each([
    ['binary', false],
    ['multiclass', false],
    ['regression', false],
    ['binary', true],
  ] as const)('get the scores that they get one by one, to the bit (%s, categories %s)', (task, category) => {
    const problem = table(task, category)
    for (const params of [{ n_estimators: 30 }, { n_estimators: 2, num_leaves: 2 }, { n_estimators: 2, lambda_l1: 1e9 }]) {
      const fitted = gradientBoosting.fit(problem, params, { seed: 0, progress: () => undefined })
      const width = outputs(problem)
      const all = new Float64Array(problem.rows * width)
      gradientBoosting.batchScorer(fitted, problem)(problem.values, problem.rows, all)
      const scorer = gradientBoosting.scorer(fitted, problem)
      const one = new Float64Array(width)
      for (let row = 0; row < problem.rows; row++) {
        scorer(
          Float64Array.from(problem.values, (column) => column[row] ?? 0),
          one,
        )
        expect(all.subarray(row * width, (row + 1) * width)).toEqual(one)
      }
    }
  })
})
