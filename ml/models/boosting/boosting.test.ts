import { describe, expect, it } from 'vitest'
import { seededRandom } from '../../evaluation/seeded-random.ts'
import type { CurvePoint, FitControl } from '../algorithm.ts'
import { gradientBoosting } from '../gradient-boosting.ts'
import { encodeValue } from '../model-bytes.ts'
import { outputs, type Problem, takeRows } from '../problem.ts'
import { treeCount } from '../trees/trees.ts'
import { type Boosted, boost } from './boost.ts'
import { openField } from './field.ts'
import { treeGrower } from './grow.ts'
import { percentile } from './objective.ts'
import { boostingParams } from './params.ts'
import { bag, holdOut } from './sampling.ts'
import { losses, tasks } from './tasks.ts'

const control: FitControl = { seed: 3, progress: () => undefined }

const boosted = (problem: Problem, params: unknown = {}, more: Partial<Parameters<typeof boost>[2]> = {}): Boosted =>
  boost(problem, boostingParams.parse(params), { ...control, ...more })

/** Scores of every row, row by row. */
function scores(problem: Problem, params: unknown = {}): Float64Array {
  const all = new Float64Array(problem.rows * outputs(problem))
  gradientBoosting.batchScorer(gradientBoosting.fit(problem, params, control), problem)(problem.values, problem.rows, all)
  return all
}

/** Numbers with gaps, a category and noise; the target follows both. */
function table(rows: number, task: Problem['task'], columns = 6): Problem {
  const random = seededRandom(rows + columns)
  const values = Array.from({ length: columns }, (_, c) =>
    Float64Array.from({ length: rows }, () => (c === 1 ? Math.floor(9 * random()) : random() < 0.1 ? Number.NaN : 4 * random() - 2)),
  )
  const signal = Float64Array.from({ length: rows }, (_, i) => {
    const x = values[0]?.[i] ?? 0
    return (Number.isNaN(x) ? 1 : x * x) + ([0, 3, 5].includes(values[1]?.[i] ?? -1) ? 1.5 : 0) + random()
  })
  const target = task === 'regression' ? signal : signal.map((value) => Math.min(task === 'binary' ? 1 : 2, Math.floor(value / 2)))
  return {
    rows,
    columns: values.map((_, c) =>
      c === 1 ? { name: 'code', type: 'category', levels: [...'abcdefghi'] } : { name: `x${c}`, type: 'number' },
    ),
    values,
    task,
    classes: task === 'regression' ? 0 : task === 'binary' ? 2 : 3,
    target,
  }
}

const bytesOf = (value: Boosted): string => Buffer.from(encodeValue(value)).toString('base64')

describe('a boosting fit', () => {
  const tasks = ['binary', 'multiclass', 'regression'] as const

  it.each(tasks)('gives the same bytes in WebAssembly and in JavaScript (%s)', (task) => {
    const problem = table(1500, task)
    const params = { n_estimators: 8, bagging_fraction: 0.7, bagging_freq: 2, feature_fraction: 0.6 }
    expect(bytesOf(boosted(problem, params, { engine: 'javascript' }))).toBe(bytesOf(boosted(problem, params)))
  })

  it('gives the same bytes with one thread and with three', () => {
    const problem = table(40_000, 'binary', 20)
    const params = { n_estimators: 4, bagging_fraction: 0.9, bagging_freq: 1 }
    expect(bytesOf(boosted(problem, params, { threads: 3 }))).toBe(bytesOf(boosted(problem, params)))
  })

  it.each(tasks)('goes on from a checkpoint to the bit (%s)', (task) => {
    const problem = table(1200, task)
    const params = { n_estimators: 12, bagging_fraction: 0.7, bagging_freq: 3, feature_fraction: 0.7, early_stopping_rounds: 10 }
    const states: unknown[] = []
    const whole = boosted(problem, params, { checkpoint: { save: (state) => states.push(structuredClone(state())) } })
    for (const at of [0, 4, 11])
      expect(bytesOf(boosted(problem, params, { checkpoint: { restored: states[at], save: () => undefined } }))).toBe(bytesOf(whole))
  })

  it('tells the loss of every round, which falls', () => {
    const points: CurvePoint[] = []
    const progress = (_: number, point?: CurvePoint): void => void (point && points.push(point))
    boosted(table(1500, 'binary'), { n_estimators: 20, early_stopping_rounds: 20 }, { progress })
    expect(points.map(({ step }) => step)).toEqual(Array.from({ length: 20 }, (_, i) => i + 1))
    expect(points[19]?.train_loss).toBeLessThan(0.6 * (points[0]?.train_loss ?? 0))
    expect(points[19]?.validation_loss).toBeLessThan(points[0]?.validation_loss ?? 0)
  })

  it('keeps the rounds up to the best on rows held out', () => {
    const problem = table(600, 'binary')
    const random = seededRandom(1)
    const noise = { ...problem, target: problem.target.map((y) => (random() < 0.3 ? 1 - y : y)) }
    const losses: number[] = []
    const progress = (_: number, point?: CurvePoint): void => void losses.push(point?.validation_loss ?? Number.NaN)
    const { trees } = boosted(noise, { n_estimators: 500, early_stopping_rounds: 5 }, { progress })
    expect(treeCount(trees)).toBe(losses.indexOf(Math.min(...losses)) + 1)
    expect(losses.length).toBe(treeCount(trees) + 5)
  })

  it('fills in what nodes would answer, cover and gain', () => {
    const problem = table(2000, 'regression')
    const weights = Float64Array.from({ length: 2000 }, (_, i) => (i % 2 === 0 ? 0.5 : 1.5))
    for (const weighted of [problem, { ...problem, weights }]) {
      const { trees } = boosted(weighted, { n_estimators: 3 })
      for (let tree = 0; tree < 3; tree++) expect(trees.cover[trees.nodes[tree] ?? 0]).toBeCloseTo(2000, 6)
      const under = (child: number): number => (child < 0 ? trees.leafCover[~child] : trees.cover[child]) ?? 0
      const below = Array.from(trees.cover, (_, node) => under(trees.left[node] ?? 0) + under(trees.right[node] ?? 0))
      expect(below).toEqual(Array.from(trees.cover))
      expect(Math.min(...trees.gain)).toBeGreaterThan(0)
      expect(Math.abs(trees.value[0] ?? 1)).toBeLessThan(1e-6)
    }
  })
})

describe('weights', () => {
  it('count a row as often as they say', () => {
    const drawn = table(900, 'regression')
    const values = drawn.values.map((column) => column.map((value) => Math.round(3 * value)))
    const problem = { ...drawn, values, columns: drawn.columns.map(({ name }) => ({ name, type: 'number' as const })) }
    const twice = Uint32Array.from({ length: 1200 }, (_, i) => (i < 900 ? i : i - 900))
    const weights = Float64Array.from({ length: 900 }, (_, i) => (i < 300 ? 1.5 : 0.75))
    const byRows = scores(takeRows(problem, twice), { min_sum_hessian_in_leaf: 20, min_data_in_leaf: 1 }).subarray(0, 900)
    const byWeights = scores({ ...problem, weights }, { min_sum_hessian_in_leaf: 15, min_data_in_leaf: 1 })
    for (let i = 0; i < 900; i++) expect(byWeights[i]).toBeCloseTo(byRows[i] ?? 0, 4)
  })

  it('move the start to the weighted share', () => {
    const problem = table(500, 'binary')
    const weights = problem.target.map((y) => (y === 1 ? 3 : 0.1))
    const ones = problem.target.reduce((sum, y) => sum + y, 0)
    const share = (3 * ones) / (3 * ones + 0.1 * (500 - ones))
    expect(boosted({ ...problem, weights }, { n_estimators: 1 }).start[0]).toBeCloseTo(Math.log(share / (1 - share)), 12)
  })
})

describe('objectives', () => {
  const problem = table(3000, 'regression')
  const shareBelow = (answers: Float64Array): number =>
    answers.filter((value, i) => (problem.target[i] ?? 0) <= value).length / problem.rows

  it.each([0.1, 0.5, 0.9])('quantile %d lies above that share of the targets', (alpha) => {
    expect(shareBelow(scores(problem, { objective: 'quantile', alpha, n_estimators: 60 }))).toBeCloseTo(alpha, 1)
  })

  it.each(['mae', 'huber'])('%s is not moved by a few wild targets', (objective) => {
    const wild = { ...problem, target: problem.target.map((value, i) => (i % 100 === 0 ? 1000 : value)) }
    const answers = scores(wild, { objective, alpha: 1, n_estimators: 300, learning_rate: 0.3 })
    const usual = answers.filter((_, i) => i % 100 !== 0)
    expect(usual.toSorted()[Math.floor(usual.length / 2)]).toBeLessThan(6)
  })

  it('poisson answers counts above zero whose mean is that of the data', () => {
    const counts = { ...problem, target: problem.target.map((value) => Math.floor(value * value)) }
    const answers = scores(counts, { objective: 'poisson' })
    expect(Math.min(...answers)).toBeGreaterThan(0)
    const mean = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0) / values.length
    expect(mean(answers)).toBeCloseTo(mean(counts.target), 1)
  })

  it('percentiles are linear between neighbours, as in numpy', () => {
    expect(percentile(Float64Array.of(4, 1, 3, 2), 0.5)).toBe(2.5)
    expect(percentile(Float64Array.of(10, 20, 30, 40, 50), 0.9)).toBe(46)
    expect(percentile(Float64Array.of(10, 20, 30), 0.5, Float64Array.of(1, 1, 8))).toBe(30)
  })
})

describe('what holds a tree back', () => {
  const problem = table(1500, 'regression')

  it('monotone constraints hold everywhere, whatever the other columns', () => {
    const random = seededRandom(5)
    const x = Float64Array.from({ length: 2000 }, () => random())
    const z = Float64Array.from({ length: 2000 }, () => random())
    const y = x.map((value, i) => value * (0.5 + (z[i] ?? 0)) + Math.sin(20 * value) / 3 + random() / 5)
    const wavy: Problem = {
      ...{
        rows: 2000,
        columns: [
          { name: 'x', type: 'number' },
          { name: 'z', type: 'number' },
        ],
        values: [x, z],
      },
      ...{ task: 'regression', classes: 0, target: y },
    }
    const grid = Float64Array.from({ length: 300 }, (_, i) => i / 299)
    for (const direction of [1, -1]) {
      const fitted = gradientBoosting.fit(wavy, { monotone_constraints: { x: direction } }, control)
      for (const other of [0.1, 0.5, 0.9]) {
        const answers = new Float64Array(300)
        gradientBoosting.batchScorer(fitted, wavy)([grid, new Float64Array(300).fill(other)], 300, answers)
        for (let i = 1; i < 300; i++) expect(direction * ((answers[i] ?? 0) - (answers[i - 1] ?? 0))).toBeGreaterThanOrEqual(0)
      }
    }
  })

  it.each([
    [
      'max_depth 2',
      { max_depth: 2 },
      (trees: Boosted['trees']) => Math.max(...trees.leaves.map((leaf, i) => leaf - (trees.leaves[i - 1] ?? 0))) <= 4,
    ],
    ['num_leaves 5', { num_leaves: 5 }, (trees: Boosted['trees']) => trees.leafValue.length <= 5 * treeCount(trees)],
    ['min_data_in_leaf 200', { min_data_in_leaf: 200 }, (trees: Boosted['trees']) => Math.min(...trees.leafCover) >= 200],
    ['min_gain_to_split 30', { min_gain_to_split: 30 }, (trees: Boosted['trees']) => trees.gain.length > 0 && trees.gain.length < 150],
    ['lambda_l1 too large to learn', { lambda_l1: 1e6 }, (trees: Boosted['trees']) => trees.gain.length === 0],
  ] as const)('%s is kept', (_, params, holds) => {
    expect(holds(boosted(problem, { n_estimators: 10, ...params }).trees)).toBe(true)
  })

  it('the same l2 by either search: the kernel, and the careful one that l1 asks for', () => {
    const plain = boosted(problem, { n_estimators: 5, lambda_l2: 3 })
    const careful = boosted(problem, { n_estimators: 5, lambda_l2: 3, lambda_l1: 1e-300 })
    expect(bytesOf(careful)).toBe(bytesOf(plain))
  })

  it('the same where histograms have no room and must be counted again', () => {
    const params = boostingParams.parse({ num_leaves: 60, min_data_in_leaf: 5 })
    const field = openField(problem, { params, outputs: 1, threads: 1 })
    const grown = [field.layout.histogramBytes, 2 * field.histogramSize, 5 * field.histogramSize].map((histogramBytes) => {
      field.heap.fill(0, field.layout.scores / 8, field.layout.scores / 8 + problem.rows)
      field.args.set([losses.squared, Number.POSITIVE_INFINITY])
      field.team.run(tasks.derive, 1)
      field.used.fill(1)
      new Uint32Array(field.memory.buffer, field.layout.order, problem.rows).set(Array.from({ length: problem.rows }, (_, i) => i))
      const grow = treeGrower({ ...field, layout: { ...field.layout, histogramBytes } })
      return grow({ pairs: field.layout.pairs, teaching: problem.rows, inOrder: true, maxDepth: 0 }).tree
    })
    expect(grown[0]?.leafValue.length).toBe(60)
    for (const tree of grown.slice(1)) {
      expect(tree.feature).toEqual(grown[0]?.feature)
      expect(tree.threshold).toEqual(grown[0]?.threshold)
      expect(tree.leafCover).toEqual(grown[0]?.leafCover)
    }
  })
})

describe('sampling', () => {
  it('bags an exact share in order, and draws again for another round', () => {
    const rows = Uint32Array.from({ length: 1000 }, (_, i) => i)
    const { inside, outside } = bag(rows, { fraction: 0.3, seed: 1, draw: 0 })
    expect(inside.length).toBe(300)
    expect([...inside, ...outside].sort((a, b) => a - b)).toEqual([...rows])
    expect(inside).toEqual(inside.toSorted())
    expect(bag(rows, { fraction: 0.3, seed: 1, draw: 0 }).inside).toEqual(inside)
    expect(bag(rows, { fraction: 0.3, seed: 1, draw: 1 }).inside).not.toEqual(inside)
  })

  it('holds out the same share of each class', () => {
    const problem = table(1000, 'multiclass')
    const { teaching, heldOut } = holdOut(problem, 0.2, 9)
    expect(teaching.length + heldOut.length).toBe(1000)
    for (let k = 0; k < 3; k++) {
      const of = (rows: Uint32Array): number => rows.filter((row) => problem.target[row] === k).length
      expect(of(heldOut)).toBe(Math.round(0.2 * (of(heldOut) + of(teaching))))
    }
  })
})

describe('bad input', () => {
  const problem = table(200, 'regression')
  it.each([
    ['an objective for numbers with classes', table(200, 'binary'), { objective: 'poisson' }, /Objective 'poisson' is for numbers/],
    ['a quantile above 1', problem, { objective: 'quantile', alpha: 3 }, /alpha is 3/],
    ['a negative count', { ...problem, target: problem.target.with(7, -2) }, { objective: 'poisson' }, /holds -2/],
    ['a target beyond float32', { ...problem, target: problem.target.with(7, 1e200) }, {}, /Scale it down/],
    ['an unknown monotone column', problem, { monotone_constraints: { y: 1 } }, /'y', which is no column/],
    ['a monotone category', problem, { monotone_constraints: { code: 1 } }, /'code', which holds categories/],
    ['a monotone median', problem, { objective: 'mae', monotone_constraints: { x0: 1 } }, /cannot be kept/],
    ['too few rows to hold some out', table(3, 'regression'), { early_stopping_rounds: 5 }, /too few to hold/],
  ] as const)('refuses %s', (_, given, params, words) => expect(() => boosted(given, params)).toThrow(words))

  it('learns from columns without any value, of one value, and from one row', () => {
    const empty = new Float64Array(200).fill(Number.NaN)
    const odd = { ...problem, values: problem.values.with(2, empty).with(3, new Float64Array(200).fill(5)) }
    expect(scores(odd).every(Number.isFinite)).toBe(true)
    const one = table(1, 'regression')
    expect([...scores(one)]).toEqual([...one.target])
  })

  it('takes more columns than rows, and a million categories', () => {
    const wide = table(60, 'binary', 400)
    expect(scores(wide, { n_estimators: 5, min_data_in_leaf: 3 }).every(Number.isFinite)).toBe(true)
    const levels = Array.from({ length: 1_000_000 }, (_, i) => String(i))
    const codes = Float64Array.from({ length: 3000 }, (_, i) => (i % 7 === 0 ? 999_999 : i * 300))
    const target = codes.map((code) => (code === 999_999 ? 1 : 0))
    const many: Problem = {
      ...{ rows: 3000, columns: [{ name: 'id', type: 'category', levels }], values: [codes] },
      ...{ task: 'binary', classes: 2, target },
    }
    expect(scores(many)[1]).toBeGreaterThan(0.9)
  })
})
