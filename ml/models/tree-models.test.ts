import { describe, expect, it } from 'vitest'
import { seededRandom } from '../evaluation/seeded-random.ts'
import type { Algorithm } from './algorithm.ts'
import { gradientBoosting } from './gradient-boosting.ts'
import { decodeValue, encodeValue } from './model-bytes.ts'
import { outputs, type Problem } from './problem.ts'
import { tree } from './tree.ts'
import { binColumns } from './trees/binning.ts'
import { treeGrower } from './trees/grow.ts'
import { newtonCriterion } from './trees/newton.ts'
import { packTrees, treesSchema } from './trees/trees.ts'
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

describe('a grown tree', () => {
  const problem = mixed(1500, 'regression')
  const binned = binColumns(problem, 64)
  const state = { gradients: problem.target.map((y) => -y), hessians: new Float64Array(1500).fill(1) }
  const criterion = newtonCriterion(binned, state, { l2: 0, minInLeaf: 10, minHessian: 0 })
  const grown = treeGrower(binned, { leaves: 31, depth: 0 })(
    criterion,
    Uint32Array.from({ length: 1500 }, (_, i) => i),
  )

  it('sends every row to the leaf that it was counted in', () => {
    const leafOf = leafFinder(packTrees([grown.tree], 1, problem.columns))
    for (const [leaf, rows] of grown.leafRows.entries()) {
      for (const row of rows) expect(leafOf(0, rowAt(problem, row), 0)).toBe(leaf)
    }
  })

  it('answers the mean of each leaf without a categorical split above it, and keeps the least size', () => {
    for (const [leaf, rows] of grown.leafRows.entries()) {
      expect(rows.length).toBeGreaterThanOrEqual(10)
      expect(grown.tree.leafCover[leaf]).toBe(rows.length)
      const mean = rows.reduce((sum, row) => sum + (problem.target[row] ?? 0), 0) / rows.length
      /** A split by categories shrinks its children's values. */
      expect(Math.abs((grown.tree.leafValue[leaf] ?? 0) - mean)).toBeLessThan(0.7)
    }
    expect(grown.tree.leafCover.reduce((sum, rows) => sum + rows, 0)).toBe(1500)
  })

  it('is refused when a child points back or out of the tree', () => {
    const packed = packTrees([grown.tree, grown.tree], 1, problem.columns)
    expect(treesSchema.safeParse(packed).success).toBe(true)
    expect(treesSchema.safeParse({ ...packed, left: packed.left.with(2, 0) }).success).toBe(false)
    expect(treesSchema.safeParse({ ...packed, right: packed.right.map(() => 10_000) }).success).toBe(false)
    expect(treesSchema.safeParse({ ...packed, left: packed.left.with(0, grown.tree.feature.length) }).success).toBe(false)
    expect(treesSchema.safeParse({ ...packed, gain: packed.gain.subarray(1) }).success).toBe(false)
  })
})

describe('binning', () => {
  const binsOf = (values: readonly number[], maxBins: number) => {
    const problem = { rows: values.length, columns: [{ name: 'x', type: 'number' }] as const, values: [Float64Array.from(values)] }
    return binColumns(problem, maxBins)[0]
  }

  it('keeps order and gives equal counts where values are many', () => {
    const values = Array.from({ length: 5000 }, (_, i) => (i * 7919) % 5000)
    const column = binsOf(values, 50)
    const counts = new Array(50).fill(0)
    for (const bin of column?.bins ?? []) counts[bin]++
    expect(Math.min(...counts)).toBeGreaterThan(80)
    expect(Math.max(...counts)).toBeLessThan(120)
    const byValue = [...values.keys()].sort((a, b) => (values[a] ?? 0) - (values[b] ?? 0)).map((row) => column?.bins[row] ?? -1)
    expect(byValue).toEqual(byValue.toSorted((a, b) => a - b))
  })

  it('gives a heavy value a bin that it shares with less than half a bin of others', () => {
    const values = Array.from({ length: 2000 }, (_, i) => (i < 1000 ? 500 : i - 1000))
    const column = binsOf(values, 16)
    const heavy = column?.bins[0]
    const sharing = values.filter((value, row) => column?.bins[row] === heavy && value !== 500).length
    expect(sharing).toBeLessThan(999 / 15 / 2)
  })

  it('puts missing values in the bin after the last', () => {
    const column = binsOf([1, 1, 1, Number.NaN, 2, 2, 2], 16)
    expect([...(column?.bins ?? [])]).toEqual([0, 0, 0, 2, 1, 1, 1])
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
