import { describe, expect, it } from 'vitest'
import { seededRandom } from '../../evaluation/seeded-random.ts'
import { gradientBoosting } from '../gradient-boosting.ts'
import { outputs, type Problem } from '../problem.ts'

/** 400 rows of three columns on coarse grids, the last with gaps: few values, so that equal gains are common. */
function knownTable(): Pick<Problem, 'rows' | 'columns' | 'values' | 'target'> {
  const random = seededRandom(42)
  const [a, b, c, y] = [new Float64Array(400), new Float64Array(400), new Float64Array(400), new Float64Array(400)]
  for (let i = 0; i < 400; i++) {
    const first = Math.round(20 * random())
    const second = Math.round(30 * random()) / 8 - 2
    const third = random() < 0.2 ? Number.NaN : Math.round(12 * random())
    a[i] = first
    b[i] = second
    c[i] = third
    y[i] = (first > 9 ? second : -second) + (Number.isNaN(third) ? 1 : third / 8) + Math.round(16 * random()) / 16
  }
  const columns = ['a', 'b', 'c'].map((name) => ({ name, type: 'number' }) as const)
  return { rows: 400, columns, values: [a, b, c], target: y }
}

const table = knownTable()

const kinds: Readonly<Record<string, Problem>> = {
  numbers: { ...table, task: 'regression', classes: 0 },
  counts: { ...table, target: table.target.map((y) => Math.floor(2 * Math.abs(y))), task: 'regression', classes: 0 },
  halves: { ...table, target: table.target.map((y) => (y > 1 ? 1 : 0)), task: 'binary', classes: 2 },
  thirds: { ...table, target: table.target.map((y) => Math.min(2, Math.floor(Math.abs(y)))), task: 'multiclass', classes: 3 },
  weighted: { ...table, weights: table.target.map((_, i) => (i % 2 === 0 ? 0.5 : 1.5)), task: 'regression', classes: 0 },
}

/**
 * Where rounds are few, more would hang on the last bit: which of several thresholds between two values that are not in a
 * leaf is taken. Where leaves are ruled by min_sum_hessian_in_leaf, it counts rows by their share of the hessian, bin by bin.
 */
describe("answers of Python's LightGBM 4.7.0 on the same table, after 20 rounds unless told otherwise", () => {
  it.each([
    ['numbers', {}, [1.163380934194932, 1.2838377612558949, -0.027517474776573826, 0.8524310799791789, -0.24922544344649727]],
    [
      'halves',
      { min_data_in_leaf: 1, min_sum_hessian_in_leaf: 5 },
      [0.5735755532107526, 0.15168948700107715, 0.15388956073326002, 0.6987219404549146, 0.09034436829567201],
    ],
    [
      'thirds',
      { min_data_in_leaf: 1, min_sum_hessian_in_leaf: 5 },
      [0.17101905930152822, 0.12367631066552369, 0.06201985402132872, 0.5554730413516435, 0.3316965640541954],
    ],
    [
      'counts',
      { min_data_in_leaf: 1, min_sum_hessian_in_leaf: 5, objective: 'poisson' },
      [1.9901781892703294, 1.5824732476914862, 1.22125800414633, 2.3169856114535863, 1.9193068448408586],
    ],
    [
      'numbers',
      { n_estimators: 4, objective: 'quantile', alpha: 0.8 },
      [2.1917457564522924, 2.2811062498137353, 2.23108125, 2.0955812500000004, 2.4025000164601953],
    ],
    [
      'numbers',
      { objective: 'mae' },
      [0.983656783066966, 0.9163632223232963, -0.036034999163856316, 1.083864196495081, -0.33273699238783777],
    ],
    [
      'numbers',
      { objective: 'huber', alpha: 0.5 },
      [1.0602846529948589, 0.8328176446093746, 0.6191827623212257, 0.8179422800999163, 0.3229327120024588],
    ],
    [
      'weighted',
      { n_estimators: 2, min_data_in_leaf: 1, min_sum_hessian_in_leaf: 5 },
      [1.1243037200324675, 1.1243037200324675, 0.8830066643090083, 1.2016057580030701, 0.7981145730511896],
    ],
    [
      'numbers',
      { n_estimators: 2, lambda_l2: 2 },
      [1.2760242687897838, 1.3327998057813224, 1.0774569983407853, 1.0774569983407853, 0.9135002598435584],
    ],
  ] as const)('are ours: %s, %j', (kind, params, wanted) => {
    const problem = kinds[kind] ?? kinds.numbers
    if (problem === undefined) return
    const fitted = gradientBoosting.fit(problem, { n_estimators: 20, ...params }, { seed: 0, progress: () => undefined })
    const width = outputs(problem)
    const scores = new Float64Array(400 * width)
    gradientBoosting.batchScorer(fitted, problem)(problem.values, 400, scores)
    for (const [row, value] of wanted.entries()) expect(scores[row * width + (width > 1 ? 1 : 0)]).toBeCloseTo(value, 5)
  })
})
