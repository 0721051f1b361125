import { describe, expect, it } from 'vitest'
import type { Frame } from '../data/frame.ts'
import { calibrationOf } from '../evaluation/calibration.ts'
import { seededRandom } from '../evaluation/seeded-random.ts'
import { algorithms } from '../models/algorithms.ts'
import { decodeModel, encodeModel, type Model, predictFrame, scoreFrame } from '../models/model.ts'
import { isSupervised, outputs } from '../models/problem.ts'
import { readFrame } from '../models/records.ts'
import { fitModel } from '../training/jobs.ts'
import { plan } from '../training/plan.ts'
import { customers, flats, frameOf, numberColumn, textColumn } from '../training/testing.ts'
import { type Explainer, explainerOf, methodFor } from './explainer.ts'
import { rowsOf } from './shapley.ts'

function modelOf(frame: Frame, target: string | undefined, algorithm: string, params: Record<string, unknown> = {}): Model {
  const wish = { algorithm, params, folds: 2, ...(target !== undefined && { target }) }
  const job = { target, algorithm, params, seed: 0 }
  return decodeModel(encodeModel(fitModel(plan(frame, wish), job, { progress: () => undefined })))
}

function explainer(model: Model, frame: Frame, options: { output?: number; hasBackground?: boolean } = {}): Explainer {
  const background = rowsOf(readFrame(frame, model.columns), frame.rows)
  const { output = 0, hasBackground = false } = options
  return explainerOf(model, { method: methodFor(model.algorithm, 'auto', hasBackground), output, background, coalitions: 64, seed: 0 })
}

/** Base and values of every row, added up. */
function totals(found: Explainer, model: Model, frame: Frame): readonly number[] {
  const rows = rowsOf(readFrame(frame, model.columns), frame.rows)
  const { base, values } = found.explain(rows)
  return Array.from({ length: rows.count }, (_, row) =>
    values.subarray(row * rows.width, (row + 1) * rows.width).reduce((sum, value) => sum + value, base),
  )
}

/** What the model answers, on the scale that is explained. */
function answers({ space }: Explainer, model: Model, frame: Frame, output: number): readonly number[] {
  const width = outputs({ task: model.task, classes: model.classes.length })
  const scores = scoreFrame(model, frame).filter((_, i) => i % width === output)
  if (space === 'log_odds') return Array.from(scores, (p) => Math.log(p / (1 - p)))
  return Array.from(scores, (score) => (space === 'log_value' ? Math.log(score) : score))
}

const gap = (a: readonly number[], b: readonly number[]): number => Math.max(...a.map((value, i) => Math.abs(value - (b[i] ?? Number.NaN))))

/** Three kinds by two numbers. */
function kinds(rows: number): Frame {
  const random = seededRandom(5)
  const x = Array.from({ length: rows }, () => (random() < 0.1 ? null : random()))
  const y = Array.from({ length: rows }, random)
  return frameOf(
    numberColumn('x', x),
    numberColumn('y', y),
    textColumn(
      'kind',
      x.map((value, i) => ((value ?? 0) > 0.6 ? 'high' : (y[i] ?? 0) > 0.5 ? 'wide' : 'low')),
    ),
  )
}

const supervised = algorithms.filter(({ tasks }) => tasks.some(isSupervised)).map(({ name }) => name)
const quick: Readonly<Record<string, Record<string, unknown>>> = {
  gradient_boosting: { n_estimators: 20 },
  random_forest: { n_estimators: 20 },
  extra_trees: { n_estimators: 20 },
  neural_network: { max_epochs: 2 },
}
/** A cnn wants pictures. */
const learns = (task: 'binary' | 'multiclass' | 'regression'): readonly string[] =>
  supervised.filter((name) => algorithms.some((each) => each.name === name && each.tasks.includes(task)) && name !== 'cnn')

describe('an explanation adds up to the answer', () => {
  it.each(learns('binary'))('of two classes by %s', (algorithm) => {
    const frame = customers(80, 1)
    const model = modelOf(frame, 'churned', algorithm, quick[algorithm])
    for (const output of [0, 1]) {
      const found = explainer(model, frame, { output })
      expect(gap(totals(found, model, frame), answers(found, model, frame, output))).toBeLessThan(1e-9)
    }
  })

  it.each(learns('regression'))('of a number by %s', (algorithm) => {
    const frame = flats(60, 2)
    const model = modelOf(frame, 'price', algorithm, quick[algorithm])
    const found = explainer(model, frame)
    expect(gap(totals(found, model, frame), answers(found, model, frame, 0))).toBeLessThan(1e-9)
  })

  it.each(learns('multiclass'))('of three classes by %s, up to what softmax takes away', (algorithm) => {
    const frame = kinds(90)
    const model = modelOf(frame, 'kind', algorithm, quick[algorithm])
    const sums = [0, 1, 2].map((output) => totals(explainer(model, frame, { output }), model, frame))
    const { space } = explainer(model, frame)
    const wanted = predictFrame(model, frame)
    for (const [row, { probabilities = {} }] of wanted.entries()) {
      const raw = sums.map((sum) => sum[row] ?? Number.NaN)
      const odds = raw.map(Math.exp)
      const total = odds.reduce((sum, value) => sum + value, 0)
      const found = space === 'score' ? odds.map((value) => value / total) : raw
      expect(
        gap(
          found,
          model.classes.map((name) => probabilities[String(name)] ?? Number.NaN),
        ),
      ).toBeLessThan(1e-9)
    }
  })

  it.each(['gradient_boosting', 'random_forest'])('of %s against background rows', (algorithm) => {
    const frame = customers(60, 3)
    const model = modelOf(frame, 'churned', algorithm, quick[algorithm])
    const found = explainer(model, frame, { output: 1, hasBackground: true })
    expect(found.method).toBe('tree_interventional')
    expect(gap(totals(found, model, frame), answers(found, model, frame, 1))).toBeLessThan(1e-9)
  })

  it('of counts by boosting for Poisson, as a logarithm', () => {
    const frame = flats(100, 4)
    const model = modelOf(frame, 'price', 'gradient_boosting', { objective: 'poisson', n_estimators: 20 })
    const found = explainer(model, frame)
    expect(found.space).toBe('log_value')
    expect(gap(totals(found, model, frame), answers(found, model, frame, 0))).toBeLessThan(1e-9)
  })

  it.each(['isolation_forest', 'kmeans', 'pca'])('of %s, which has no target', (algorithm) => {
    const frame = kinds(60)
    const inputs = frameOf(...frame.columns.filter(({ type }) => type === 'number'))
    const model = modelOf(inputs, undefined, algorithm)
    const found = explainer(model, inputs)
    expect(gap(totals(found, model, inputs), answers(found, model, inputs, 0))).toBeLessThan(1e-9)
  })

  it('of a calibrated model, where the model is asked', () => {
    const frame = customers(120, 6)
    const bare = modelOf(frame, 'churned', 'naive_bayes')
    const scored = {
      task: bare.task,
      classes: 2,
      target: Float64Array.from({ length: 120 }, (_, row) => row % 2),
      scores: scoreFrame(bare, frame),
    }
    const model = { ...bare, calibration: calibrationOf(scored, 'platt') }
    const found = explainer(model, frame, { output: 1 })
    expect(gap(totals(found, model, frame), answers(found, model, frame, 1))).toBeLessThan(1e-9)
  })
})

describe('the way to explain', () => {
  it('follows the algorithm, the wish and the background', () => {
    expect(methodFor('random_forest', 'auto', false)).toBe('tree_path_dependent')
    expect(methodFor('random_forest', 'tree', true)).toBe('tree_interventional')
    expect(methodFor('logistic', 'auto', true)).toBe('linear')
    expect(methodFor('logistic', 'kernel', true)).toBe('kernel')
    expect(methodFor('knn', 'auto', false)).toBe('kernel')
    expect(() => methodFor('knn', 'linear', false)).toThrow(/'linear' does not fit a knn model\. Use kernel or auto/)
  })

  it('needs background rows where it compares with them', () => {
    const frame = customers(60, 1)
    const model = modelOf(frame, 'churned', 'logistic')
    const none = { count: 0, width: 3, values: new Float64Array(0) }
    expect(() => explainerOf(model, { method: 'linear', output: 1, background: none, coalitions: 1, seed: 0 })).toThrow(
      /no rows to compare with/,
    )
  })
})
