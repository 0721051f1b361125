import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { seededRandom } from '../evaluation/seeded-random.ts'
import type { Algorithm } from './algorithm.ts'
import { boost } from './boosting/boost.ts'
import { boostingParams } from './boosting/params.ts'
import { gradientBoosting } from './gradient-boosting.ts'
import { decodeValue, encodeValue } from './model-bytes.ts'
import { outputs, type Problem } from './problem.ts'
import { tree } from './tree.ts'
import { frequentCodes, upperBounds } from './trees/binning.ts'
import { treesSchema } from './trees/trees.ts'
import { leafFinder } from './trees/walk.ts'

const control = { seed: 0, progress: () => undefined }

function fitted(algorithm: Algorithm, problem: Problem, params: unknown = {}): (...row: readonly number[]) => readonly number[] {
  const scorer = algorithm.scorer(decodeValue(encodeValue(algorithm.fit(problem, params, control))), problem)
  return (...row) => {
    const scores = new Float64Array(outputs(problem))
    scorer(Float64Array.from(row), scores)
    return [...scores]
  }
}

/** Three columns that matter in turn: a number with missing values, a category of 12 levels, a number of few values. */
function mixed(rows: number, task: Problem['task']): Problem {
  const random = seededRandom(11)
  const number = Float64Array.from({ length: rows }, () => (random() < 0.15 ? Number.NaN : 10 * random()))
  const code = Float64Array.from({ length: rows }, () => (random() < 0.05 ? Number.NaN : Math.floor(12 * random())))
  const few = Float64Array.from({ length: rows }, () => Math.floor(3 * random()))
  const signal = Array.from({ length: rows }, (_, i) => {
    const fromNumber = Number.isNaN(number[i]) ? 3 : Math.sin(number[i] ?? 0)
    return fromNumber + ([0, 3, 5, 11].includes(code[i] ?? -1) ? 2 : 0) + (few[i] ?? 0)
  })
  const target = signal.map((value) =>
    task === 'regression' ? value : Math.min(task === 'binary' ? 1 : 2, Math.max(0, Math.floor(value / 2))),
  )
  return {
    rows,
    columns: [
      { name: 'number', type: 'number' },
      { name: 'code', type: 'category', levels: [...'abcdefghijkl'] },
      { name: 'few', type: 'number' },
    ],
    values: [number, code, few],
    task,
    classes: task === 'regression' ? 0 : task === 'binary' ? 2 : 3,
    target: Float64Array.from(target),
  }
}

const rowAt = (problem: Problem, row: number): Float64Array => Float64Array.from(problem.values, (column) => column[row] ?? Number.NaN)

function errorOf(algorithm: Algorithm, problem: Problem, params: unknown): number {
  const predict = fitted(algorithm, problem, params)
  let sum = 0
  for (let row = 0; row < problem.rows; row++) {
    const scores = predict(...rowAt(problem, row))
    const y = problem.target[row] ?? 0
    sum += problem.task === 'regression' ? (y - (scores[0] ?? 0)) ** 2 : -Math.log(Math.max(1e-12, scores[y] ?? 0))
  }
  return sum / problem.rows
}

describe('packed trees', () => {
  const problem = mixed(1500, 'regression')
  const { trees } = boost(problem, boostingParams.parse({ n_estimators: 2, learning_rate: 1, min_data_in_leaf: 10 }), control)

  it('send as many rows to each leaf as were counted in it', () => {
    const leafOf = leafFinder(trees)
    const rows = new Float64Array(trees.leafCover.length)
    for (let row = 0; row < problem.rows; row++) {
      for (const tree of [0, 1]) rows[leafOf(tree, rowAt(problem, row), 0)] = (rows[leafOf(tree, rowAt(problem, row), 0)] ?? 0) + 1
    }
    expect(rows).toEqual(trees.leafCover)
    expect(Math.min(...rows)).toBeGreaterThanOrEqual(10)
  })

  it('are refused when a child points back or out of the tree', () => {
    expect(treesSchema.safeParse(trees).success).toBe(true)
    expect(treesSchema.safeParse({ ...trees, left: trees.left.with(2, 0) }).success).toBe(false)
    expect(treesSchema.safeParse({ ...trees, right: trees.right.map(() => 10_000) }).success).toBe(false)
    expect(treesSchema.safeParse({ ...trees, left: trees.left.with(0, trees.nodes[1] ?? 0) }).success).toBe(false)
    expect(treesSchema.safeParse({ ...trees, gain: trees.gain.subarray(1) }).success).toBe(false)
  })
})

describe('bins', () => {
  const binsOf = (values: readonly number[], maxBins: number): readonly number[] => {
    const bounds = upperBounds(Float64Array.from(values).sort(), maxBins)
    return values.map((value) => bounds.findIndex((bound) => value <= bound))
  }

  it('hold equal counts where values are many', () => {
    const counts = new Array(50).fill(0)
    for (const bin of binsOf(
      Array.from({ length: 5000 }, (_, i) => 1 + ((i * 7919) % 5000)),
      50,
    ))
      counts[bin]++
    expect(Math.min(...counts.slice(1))).toBeGreaterThan(80)
    expect(Math.max(...counts)).toBeLessThan(120)
  })

  it('leave a heavy value a bin that it shares with less than half a bin of others', () => {
    const values = Array.from({ length: 2000 }, (_, i) => (i < 1000 ? 500 : i - 1000))
    const bins = binsOf(values, 16)
    const sharing = values.filter((value, row) => bins[row] === bins[0] && value !== 500).length
    expect(sharing).toBeLessThan(999 / 15 / 2)
    expect(new Set(bins).size).toBe(16)
  })

  it('of few values are one a value, 0 always has its own, and no value at all has one', () => {
    expect(binsOf([-3, -3, -3, 0, 4, 4, 4], 16)).toEqual([0, 0, 0, 1, 2, 2, 2])
    expect(binsOf([1, 1, 1, 2, 2, 2, 7, 7, 7], 16)).toEqual([1, 1, 1, 2, 2, 2, 3, 3, 3])
    expect([...upperBounds(new Float64Array(), 255)]).toEqual([Number.MAX_VALUE])
  })

  it('of categories are the frequent ones, most frequent first', () => {
    const { codes, binOf } = frequentCodes(Float64Array.of(4, 4, 4, 2, 2, 2, 2, 0, Number.NaN, -1), 6, 255)
    expect([...codes]).toEqual([-1, 2, 4])
    expect([...binOf]).toEqual([0, 0, 1, 0, 2, 0])
  })
})

describe('tree', () => {
  it('answers class shares that are exact in each leaf', () => {
    const problem: Problem = {
      rows: 8,
      columns: [{ name: 'x', type: 'number' }],
      values: [Float64Array.of(1, 1, 1, 1, 2, 2, 2, 2)],
      task: 'binary',
      classes: 2,
      target: Float64Array.of(0, 0, 0, 1, 1, 1, 1, 1),
    }
    const predict = fitted(tree, problem, { min_data_in_leaf: 1 })
    expect(predict(1)).toEqual([0.75, 0.25])
    expect(predict(2)).toEqual([0, 1])
  })

  it('answers leaf means of a target far from zero', () => {
    const problem: Problem = {
      rows: 8,
      columns: [{ name: 'x', type: 'number' }],
      values: [Float64Array.of(1, 1, 1, 1, 2, 2, 2, 2)],
      task: 'regression',
      classes: 0,
      target: Float64Array.of(1e9, 1e9, 1e9 + 2, 1e9 + 2, 1e9 + 10, 1e9 + 10, 1e9 + 10, 1e9 + 10),
    }
    const predict = fitted(tree, problem, { min_data_in_leaf: 1 })
    expect(predict(1)[0]).toBeCloseTo(1e9 + 1, 6)
    expect(predict(2)[0]).toBeCloseTo(1e9 + 10, 6)
  })

  it.each(['binary', 'multiclass', 'regression'] as const)('learns %s targets from numbers, categories and gaps', (task) => {
    const problem = mixed(1500, task)
    const constant = errorOf(tree, problem, { min_data_in_leaf: 700, num_leaves: 2 })
    expect(errorOf(tree, problem, { num_leaves: 64 })).toBeLessThan(0.4 * constant)
  })

  it('is no deeper than it is told', () => {
    const fit = tree.fit(mixed(500, 'binary'), { max_depth: 1 }, control)
    expect(fit).toMatchObject({ trees: { feature: { length: 1 } } })
  })
})

describe('gradient_boosting', () => {
  it.each(['binary', 'multiclass', 'regression'] as const)('lowers the training error of %s targets with every round', (task) => {
    const problem = mixed(1200, task)
    const errors = [1, 10, 50].map((n_estimators) => errorOf(gradientBoosting, problem, { n_estimators }))
    expect(errors).toEqual(errors.toSorted((a, b) => b - a))
    expect(errors[2]).toBeLessThan(0.35 * (errors[0] ?? 0))
  })

  it('separates categories whose codes are in no useful order with one split', () => {
    const problem = mixed(2000, 'regression')
    const wanted = new Set([1, 4, 9])
    const target = Float64Array.from(problem.values[1] ?? [], (code) => (wanted.has(code) ? 5 : -5))
    const predict = fitted(gradientBoosting, { ...problem, target }, { n_estimators: 60, num_leaves: 2 })
    for (let code = 0; code < 12; code++) expect(Math.sign(predict(1, code, 0)[0] ?? 0)).toBe(wanted.has(code) ? 1 : -1)
  })

  it('learns which side missing numbers belong to', () => {
    const x = Float64Array.from({ length: 300 }, (_, i) => (i % 3 === 0 ? Number.NaN : i))
    const target = Float64Array.from(x, (value) => (Number.isNaN(value) || value > 150 ? 1 : 0))
    const problem: Problem = { rows: 300, columns: [{ name: 'x', type: 'number' }], values: [x], task: 'binary', classes: 2, target }
    const predict = fitted(gradientBoosting, problem)
    expect(predict(Number.NaN)[1]).toBeGreaterThan(0.95)
    expect(predict(20)[1]).toBeLessThan(0.05)
  })

  it('treats a category it never saw like a missing one', () => {
    const problem = mixed(1500, 'binary')
    const predict = fitted(gradientBoosting, problem)
    expect(predict(1, -1, 0)).toEqual(predict(1, Number.NaN, 0))
  })

  it('answers the mean when nothing can be split', () => {
    const problem: Problem = {
      rows: 6,
      columns: [{ name: 'x', type: 'number' }],
      values: [Float64Array.of(1, 2, 3, 4, 5, 6)],
      task: 'regression',
      classes: 0,
      target: Float64Array.of(1, 2, 3, 4, 5, 6),
    }
    expect(fitted(gradientBoosting, problem)(6)).toEqual([3.5])
  })

  it('keeps probabilities finite and whole on targets that a split decides', () => {
    const x = Float64Array.from({ length: 200 }, (_, i) => i)
    const problem: Problem = {
      rows: 200,
      columns: [{ name: 'x', type: 'number' }],
      values: [x],
      task: 'binary',
      classes: 2,
      target: x.map((value) => (value < 100 ? 0 : 1)),
    }
    const [no = 0, yes = 0] = fitted(gradientBoosting, problem, { n_estimators: 2000, learning_rate: 1 })(150)
    expect(yes).toBeGreaterThan(0.999)
    expect(no + yes).toBe(1)
  })
})

describe('a decision tree', () => {
  it.each(['binary', 'multiclass', 'regression'] as const)(
    'splits where it gains most beside rows that weigh next to nothing: %s',
    (task) => {
      const x = Float64Array.from({ length: 40 }, (_, i) => i)
      const classes = { binary: 2, multiclass: 3, regression: 0 }[task]
      const problem: Problem = {
        ...{ rows: 40, columns: [{ name: 'x', type: 'number' }], values: [x], task, classes },
        target: x.map((value) => (value < 20 ? 0 : task === 'multiclass' && value >= 30 ? 2 : 1)),
        weights: x.map((value) => (value >= 38 ? 1e-20 : 1)),
      }
      const { trees } = z.object({ trees: treesSchema }).parse(tree.fit(problem, { min_data_in_leaf: 1 }, control))
      expect([...trees.threshold]).toEqual(task === 'multiclass' ? [19.5, 29.5] : [19.5])
    },
  )
})
