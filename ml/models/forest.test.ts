import { describe, expect, it } from 'vitest'
import { rocAuc } from '../evaluation/ranking.ts'
import { seededRandom } from '../evaluation/seeded-random.ts'
import type { Algorithm, FitControl } from './algorithm.ts'
import { extraTrees } from './extra-trees.ts'
import { forestFitted } from './forest/forest.ts'
import { drawSample, treeRandom } from './forest/sample.ts'
import { decodeValue, encodeValue } from './model-bytes.ts'
import { outputs, type Problem, takeRows } from './problem.ts'
import { randomForest } from './random-forest.ts'
import { tree } from './tree.ts'
import { treeCount } from './trees/trees.ts'

const control = { seed: 0, progress: () => undefined }
const forests = [randomForest, extraTrees]
const tasks = ['binary', 'multiclass', 'regression'] as const

/** A number with gaps, a category of 12 levels and a number of few values, all of which matter, and noise. */
function mixed(rows: number, task: Problem['task'], seed = 11): Problem {
  const random = seededRandom(seed)
  const column = (draw: () => number): Float64Array => Float64Array.from({ length: rows }, draw)
  const number = column(() => (random() < 0.15 ? Number.NaN : 10 * random()))
  const code = column(() => (random() < 0.05 ? Number.NaN : Math.floor(12 * random())))
  const few = column(() => Math.floor(3 * random()))
  const target = column(() => 0).map((_, i) => {
    const fromNumber = Number.isNaN(number[i]) ? 3 : Math.sin(number[i] ?? 0)
    const signal = fromNumber + ([0, 3, 5, 11].includes(code[i] ?? -1) ? 2 : 0) + (few[i] ?? 0) + 0.5 * random()
    return task === 'regression' ? signal : Math.min(task === 'binary' ? 1 : 2, Math.max(0, Math.floor(signal / 2)))
  })
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
    target,
  }
}

function numbers(values: readonly (readonly number[])[], target: readonly number[], task: Problem['task'] = 'binary'): Problem {
  return {
    rows: target.length,
    columns: values.map((_, index) => ({ name: `x${index}`, type: 'number' })),
    values: values.map((column) => Float64Array.from(column)),
    task,
    classes: task === 'regression' ? 0 : 1 + Math.max(...target),
    target: Float64Array.from(target),
  }
}

const learn = (algorithm: Algorithm, problem: Problem, params: unknown = {}, more: Partial<FitControl> = {}) =>
  forestFitted.parse(algorithm.fit(problem, params, { ...control, ...more }))

const bytesOf = (value: unknown): Buffer => Buffer.from(encodeValue(value))

function scoresOf(algorithm: Algorithm, fitted: unknown, problem: Problem): Float64Array {
  const scores = new Float64Array(problem.rows * outputs(problem))
  algorithm.batchScorer(fitted, problem)(problem.values, problem.rows, scores)
  return scores
}

describe.each(forests)('$name', (algorithm) => {
  it.each(tasks)('learns %s targets from numbers, categories and gaps', (task) => {
    const fitted = learn(algorithm, mixed(600, task), { n_estimators: 40 })
    const test = mixed(400, task, 12)
    const scores = scoresOf(algorithm, fitted, test)
    if (task === 'regression') {
      const missed = test.target.reduce((sum, y, row) => sum + (y - (scores[row] ?? 0)) ** 2, 0)
      const mean = test.target.reduce((sum, y) => sum + y, 0) / test.rows
      expect(1 - missed / test.target.reduce((sum, y) => sum + (y - mean) ** 2, 0)).toBeGreaterThan(0.8)
      return
    }
    const last = test.classes - 1
    const positive = Uint8Array.from(test.target, (y) => (y === last ? 1 : 0))
    expect(
      rocAuc(
        positive,
        Float64Array.from(test.target, (_, row) => scores[row * test.classes + last] ?? 0),
      ),
    ).toBeGreaterThan(0.95)
  })

  it.each(tasks)('scores %s rows alike one by one and all at once, also after its bytes', (task) => {
    const problem = mixed(120, task)
    const fitted = learn(algorithm, problem, { n_estimators: 7 })
    const read = decodeValue(bytesOf(fitted))
    const all = scoresOf(algorithm, read, problem)
    const scorer = algorithm.scorer(read, problem)
    const one = new Float64Array(outputs(problem))
    for (let row = 0; row < problem.rows; row++) {
      scorer(
        Float64Array.from(problem.values, (column) => column[row] ?? Number.NaN),
        one,
      )
      expect([...one]).toEqual([...all.subarray(row * one.length, (row + 1) * one.length)])
    }
  })

  it('gives the same bytes for a seed with 1 and 3 threads, and others for another seed', () => {
    const problem = mixed(5000, 'binary')
    const params = { n_estimators: 100, max_depth: 3, bootstrap: true }
    const alone = bytesOf(learn(algorithm, problem, params))
    expect(bytesOf(learn(algorithm, problem, params, { threads: 3 })).equals(alone)).toBe(true)
    expect(bytesOf(learn(algorithm, problem, params, { seed: 1 })).equals(alone)).toBe(false)
  }, 30_000)

  it.each(tasks)('goes on after any tree of a %s fit to the same bytes', (task) => {
    const problem = mixed(150, task)
    const params = { n_estimators: 6, bootstrap: true }
    const kept: Buffer[] = []
    const checkpoint = { save: (state: () => unknown) => void kept.push(bytesOf(state())) }
    const whole = bytesOf(learn(algorithm, problem, params, { checkpoint }))
    expect(kept).toHaveLength(6)
    for (const bytes of kept) {
      const resumed = learn(algorithm, problem, params, { checkpoint: { restored: decodeValue(bytes), save: () => undefined } })
      expect(bytesOf(resumed).equals(whole)).toBe(true)
    }
  })

  it('keeps every leaf as large as it is told, and no tree deeper', () => {
    const problem = mixed(400, 'binary')
    const fitted = learn(algorithm, problem, { n_estimators: 5, bootstrap: false, min_samples_leaf: 15 })
    expect(Math.min(...fitted.trees.leafCover)).toBeGreaterThanOrEqual(15)
    expect(learn(algorithm, problem, { n_estimators: 5, max_depth: 1 }).trees.feature.length).toBe(5)
  })

  it('sends a category it never saw, or that is missing, to the same leaves', () => {
    const problem = mixed(300, 'regression')
    const scorer = algorithm.scorer(learn(algorithm, problem, { n_estimators: 20 }), problem)
    const [unseen, missing] = [new Float64Array(1), new Float64Array(1)]
    scorer(Float64Array.of(3, -1, 1), unseen)
    scorer(Float64Array.of(3, Number.NaN, 1), missing)
    expect(unseen).toEqual(missing)
  })

  it('finds nothing in shuffled labels', () => {
    const train = mixed(600, 'binary')
    const random = seededRandom(4)
    const fitted = learn(algorithm, { ...train, target: train.target.map(() => (random() < 0.5 ? 1 : 0)) })
    const test = mixed(1500, 'binary', 12)
    const scores = scoresOf(algorithm, fitted, test).filter((_, i) => i % 2 === 1)
    expect(Math.abs(rocAuc(Uint8Array.from(test.target), scores) - 0.5)).toBeLessThan(0.07)
  })

  it('answers the prior when no column varies, and stays finite on the largest numbers', () => {
    const flat = numbers(
      [
        [1, 1, 1, 1],
        [Number.NaN, Number.NaN, Number.NaN, Number.NaN],
      ],
      [0, 1, 1, 1],
    )
    expect([...scoresOf(algorithm, learn(algorithm, flat, { bootstrap: false }), flat)].slice(0, 2)).toEqual([0.25, 0.75])
    const wide = numbers([[-1.7e308, 0, 1.7e308, 1.6e308]], [0, 1, 0, 1])
    const scores = scoresOf(algorithm, learn(algorithm, wide), wide)
    expect(scores.every(Number.isFinite)).toBe(true)
  })

  it('takes one row, one class, and more columns than rows', () => {
    expect([...scoresOf(algorithm, learn(algorithm, numbers([[1]], [5], 'regression')), numbers([[1]], [5], 'regression'))]).toEqual([5])
    const random = seededRandom(2)
    const wide = numbers(
      Array.from({ length: 60 }, () => Array.from({ length: 10 }, random)),
      [0, 1, 0, 1, 0, 1, 0, 1, 0, 1],
    )
    expect(treeCount(learn(algorithm, wide).trees)).toBe(100)
    const one = { ...numbers([[1, 2, 3]], [0, 0, 0]), classes: 2 }
    expect([...scoresOf(algorithm, learn(algorithm, one), one)]).toEqual([1, 0, 1, 0, 1, 0])
  })
})

describe('random_forest', () => {
  it('judges rows by the trees that did not learn from them, and tells so at the end', () => {
    const points: unknown[] = []
    const problem = mixed(1000, 'binary')
    const fitted = learn(randomForest, problem, { n_estimators: 50 }, { progress: (_, point) => void (point && points.push(point)) })
    const { oob_score } = fitted
    expect(points.at(-1)).toEqual({ step: 50, oob_score })
    /** New rows are judged alike; those learned from much better. */
    const accuracy = (on: Problem): number => {
      const scores = scoresOf(randomForest, fitted, on)
      return on.target.filter((y, row) => ((scores[2 * row + 1] ?? 0) >= 0.5 ? 1 : 0) === y).length / on.rows
    }
    expect(Math.abs((oob_score ?? 0) - accuracy(mixed(2000, 'binary', 12)))).toBeLessThan(0.03)
    expect(accuracy(problem)).toBeGreaterThan((oob_score ?? 1) + 0.02)
  })

  it('takes the out-of-bag score of one tree from the rows that it did not draw', () => {
    const problem = mixed(200, 'regression')
    const fitted = learn(randomForest, problem, { n_estimators: 1, max_samples: 0.5 })
    const { outside } = drawSample({ rows: 200, size: 100, bootstrap: true }, treeRandom(control.seed, 0))
    const scores = scoresOf(randomForest, fitted, problem)
    const rows = Array.from(outside)
    const mean = rows.reduce((sum, row) => sum + (problem.target[row] ?? 0), 0) / rows.length
    const missed = rows.reduce((sum, row) => sum + ((problem.target[row] ?? 0) - (scores[row] ?? 0)) ** 2, 0)
    const spread = rows.reduce((sum, row) => sum + ((problem.target[row] ?? 0) - mean) ** 2, 0)
    expect(fitted.oob_score).toBeCloseTo(1 - missed / spread, 10)
  })

  it('learns as from copies of a row where the row weighs as many', () => {
    const problem = mixed(60, 'binary')
    const heavy = Uint32Array.from({ length: 20 }, (_, row) => row)
    const copied = takeRows(problem, Uint32Array.from([...Array.from({ length: 60 }, (_, row) => row), ...heavy, ...heavy]))
    const weights = Float64Array.from({ length: 60 }, (_, row) => (row < 20 ? 3 : 1))
    const params = { n_estimators: 1, bootstrap: false, max_features: 1, max_depth: 3 }
    const weighed = scoresOf(randomForest, learn(randomForest, { ...problem, weights }, params), problem)
    expect(weighed).toEqual(scoresOf(randomForest, learn(randomForest, copied, params), problem))
  })

  it('has no out-of-bag score where trees learn from all rows', () => {
    expect(learn(randomForest, mixed(50, 'binary'), { bootstrap: false, n_estimators: 3 }).oob_score).toBeNull()
  })

  it('puts thresholds in the middle of a gap, as scikit-learn does', () => {
    const problem = numbers([[1, 2, 4, 8]], [0, 0, 1, 1])
    const { trees } = learn(randomForest, problem, { n_estimators: 1, bootstrap: false })
    expect([...trees.threshold]).toEqual([3])
    expect([...trees.gain]).toEqual([2])
    expect([...trees.value]).toEqual([0.5, 0.5])
  })

  it('divides where nothing is gained at first, so that it learns exclusive or', () => {
    const problem = numbers(
      [
        [0, 0, 1, 1],
        [0, 1, 0, 1],
      ],
      [0, 1, 1, 0],
    )
    const fitted = learn(randomForest, problem, { n_estimators: 1, bootstrap: false, max_features: 1 })
    expect([...scoresOf(randomForest, fitted, problem)]).toEqual([1, 0, 0, 1, 0, 1, 1, 0])
  })

  it('learns which side missing numbers belong to', () => {
    const gap = Number.NaN
    const problem = numbers([[gap, 1, 2, gap, 3, 4, gap, 5]], [1, 0, 0, 1, 1, 1, 1, 1])
    const { trees } = learn(randomForest, problem, { n_estimators: 1, bootstrap: false })
    expect([[...trees.threshold], [...trees.kind]]).toEqual([[2.5], [0]])
    const turned = learn(
      randomForest,
      { ...problem, target: problem.target.map((y, row) => (row % 3 === 0 && row < 7 ? 0 : y)) },
      { n_estimators: 1, bootstrap: false },
    )
    expect([[...turned.trees.threshold], [...turned.trees.kind]]).toEqual([[2.5], [1]])
  })
})

describe('tree', () => {
  it.each(tasks)('grows the same %s tree from weights as from copies of the heavier rows', (task) => {
    const problem = mixed(200, task)
    const rows = Array.from({ length: 200 }, (_, row) => row)
    const copied = takeRows(problem, Uint32Array.from([...rows, ...rows.slice(0, 50)]))
    const weights = Float64Array.from(rows, (row) => (row < 50 ? 2 : 1))
    const params = { min_data_in_leaf: 1, num_leaves: 8 }
    const weighed = scoresOf(tree, tree.fit({ ...problem, weights }, params, control), problem)
    const expected = scoresOf(tree, tree.fit(copied, params, control), problem)
    for (const [i, score] of weighed.entries()) expect(score).toBeCloseTo(expected[i] ?? Number.NaN, 9)
  })
})
