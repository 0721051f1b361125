import { describe, expect, it } from 'vitest'
import { seededRandom, shuffled } from '../evaluation/seeded-random.ts'
import { algorithms, algorithmsFor } from '../models/algorithms.ts'
import { decodeModel, predictFrame, predictRecords } from '../models/model.ts'
import { contendersAmong } from './contenders.ts'
import type { TrainSpec } from './spec.ts'
import { customers, flats, frameOf, memoryCheckpoints, numberColumn, textColumn } from './testing.ts'
import { train } from './train.ts'

const signal = new AbortController().signal
const trained = (frame: Parameters<typeof train>[0], spec: Partial<TrainSpec> & Pick<TrainSpec, 'target'>) =>
  train(frame, { algorithm: 'logistic', ...spec }, { signal })

describe('train', () => {
  /** The network for pictures has tests of its own, with pictures. */
  it.each(algorithms.filter(({ name, tasks }) => name !== 'cnn' && tasks.includes('binary')).map(({ name }) => name))(
    'learns classes with %s',
    async (algorithm) => {
      const { metrics, baseline, folds, model } = await trained(customers(600, 1), { target: 'churned', algorithm })
      expect(metrics.roc_auc).toBeGreaterThan(0.8)
      expect(baseline.roc_auc).toBe(0.5)
      expect(folds.map(({ fold }) => fold)).toEqual(['1', '2', '3', '4', '5'])
      expect(metrics.accuracy).toBeCloseTo(folds.reduce((sum, fold) => sum + (fold.metrics.accuracy ?? 0), 0) / 5, 12)
      expect(predictRecords(model, [{ age: 75, plan: 'pro', noise: 0 }])[0]?.value).toBe('yes')
    },
  )

  it.each(algorithms.filter(({ tasks }) => tasks.includes('regression')).map(({ name }) => name))(
    'learns numbers with %s',
    async (algorithm) => {
      const { metrics, baseline } = await trained(flats(600, 1), { target: 'price', algorithm })
      expect(metrics.r2).toBeGreaterThan(0.95)
      expect(baseline.r2).toBeLessThan(0.01)
    },
  )

  it('finds nothing where the answers are shuffled', async () => {
    const frame = customers(2000, 1)
    const order = shuffled(frame.rows, seededRandom(5))
    const columns = frame.columns.map((column) =>
      column.name === 'churned' && column.type === 'category'
        ? { ...column, codes: Int32Array.from(order, (row) => column.codes[row] ?? -1) }
        : column,
    )
    const { metrics } = await trained({ rows: frame.rows, columns }, { target: 'churned', algorithm: 'gradient_boosting' })
    expect(Math.abs((metrics.roc_auc ?? 0) - 0.5)).toBeLessThan(0.05)
  })

  it('gives the same bytes for the same seed, however many threads work', async () => {
    const small = await trained(customers(300, 1), { target: 'churned', algorithm: 'gradient_boosting', seed: 3 })
    const again = await trained(customers(300, 1), { target: 'churned', algorithm: 'gradient_boosting', seed: 3 })
    expect(again.bytes).toEqual(small.bytes)
    expect(again.metrics).toEqual(small.metrics)
    const other = await trained(customers(300, 1), { target: 'churned', algorithm: 'gradient_boosting', seed: 4 })
    expect(other.metrics).not.toEqual(small.metrics)
  })

  it('keeps the best candidate when asked for auto', async () => {
    const outcome = await trained(flats(400, 2), { target: 'price', algorithm: 'auto', metric: 'mae' })
    expect(outcome.algorithm).toBe(outcome.candidates[0]?.algorithm)
    const tried = outcome.candidates.map(({ algorithm }) => algorithm).filter((name) => name !== 'stack')
    expect(tried.toSorted()).toEqual(contendersAmong(algorithmsFor('regression').map(({ name }) => name)).toSorted())
    const errors = outcome.candidates.map(({ metrics }) => metrics.mae ?? Number.NaN)
    expect(errors).toEqual(errors.toSorted((a, b) => a - b))
  })

  it('lets several answer together where that is better, as one model that is read again', async () => {
    const frame = customers(500, 3)
    const outcome = await trained(frame, { target: 'churned', algorithm: 'auto' })
    const stacked = Math.max(...outcome.candidates.map(({ metrics }) => metrics.roc_auc ?? 0))
    expect(outcome.metrics.roc_auc).toBe(stacked)
    expect(predictFrame(decodeModel(outcome.bytes), frame)).toEqual(predictFrame(outcome.model, frame))
  })

  it('says which contenders a budget of time left out, and tries at least one', async () => {
    const outcome = await trained(customers(300, 1), { target: 'churned', algorithm: 'auto', timeBudget: 0.001 })
    expect(outcome.algorithm).toBe('logistic')
    expect(outcome.warnings.join()).toMatch(/time budget of 0\.001 s left no time for knn, .*gradient_boosting/)
  })

  it('tells how far it is, never backwards', async () => {
    const told: number[] = []
    await train(
      customers(300, 1),
      { target: 'churned', algorithm: 'gradient_boosting' },
      { signal, onProgress: ({ fraction }) => told.push(fraction) },
    )
    expect(told.length).toBeGreaterThan(5)
    expect(told).toEqual(told.toSorted((a, b) => a - b))
    expect(told.at(-1)).toBe(1)
  })

  it('stops when it is cancelled, before and during the work', async () => {
    const spec = { target: 'churned', algorithm: 'gradient_boosting', params: { n_estimators: 10_000 } }
    await expect(train(customers(300, 1), spec, { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'cancelled' })
    const controller = new AbortController()
    const training = train(customers(20_000, 1), spec, {
      signal: controller.signal,
      onProgress: () => controller.abort(),
    })
    await expect(training).rejects.toMatchObject({ code: 'cancelled' })
  })

  it('starts no thread after it was cancelled', async () => {
    const controller = new AbortController()
    const checkpoints = {
      ...memoryCheckpoints(),
      result: async () => {
        controller.abort()
        return new Promise<undefined>((resolve) => setTimeout(resolve, 100))
      },
    }
    const spec = { target: 'churned', algorithm: 'naive_bayes', folds: 2 }
    const training = train(customers(100, 1), spec, { signal: controller.signal, threads: 2, checkpoints })
    await expect(training).rejects.toMatchObject({ code: 'cancelled' })
    await new Promise((resolve) => setTimeout(resolve, 1500))
    expect(checkpoints.results.size).toBe(0)
  })

  it('folds in time train on the past only', async () => {
    const { rows, columns } = customers(200, 1)
    const when = numberColumn(
      'when',
      Array.from({ length: rows }, (_, i) => i * 1000),
    )
    const { folds, model } = await trained(frameOf(...columns, when), { target: 'churned', timeColumn: 'when', folds: 3 })
    expect(folds).toHaveLength(3)
    expect(model.columns.map(({ name }) => name)).not.toContain('when')
  })
})

describe('a training that cannot be', () => {
  const frame = customers(40, 1)
  const only = (value: string) => frameOf(numberColumn('x', [1, 2, 3, 4]), textColumn('y', Array(4).fill(value)))

  it.each<[string, Parameters<typeof train>[0], Partial<TrainSpec> & Pick<TrainSpec, 'target'>, RegExp]>([
    ['one class', only('a'), { target: 'y' }, /holds only 'a'/],
    ['no target column', frame, { target: 'churn' }, /no target column 'churn'.*'churned'/],
    ['a target without values', frameOf(numberColumn('x', [1, 2]), numberColumn('y', [null, null])), { target: 'y' }, /has no values/],
    ['too few rows', customers(8, 1), { target: 'churned' }, /8 rows are too few for 5 folds/],
    ['text as a number', frame, { target: 'churned', task: 'regression' }, /holds text/],
    ['the wrong algorithm', frame, { target: 'churned', algorithm: 'linear' }, /cannot learn 'churned'/],
    ['an unknown algorithm', frame, { target: 'churned', algorithm: 'oracle' }, /no algorithm 'oracle'/],
    ['an unknown metric', frame, { target: 'churned', metric: 'rmse' }, /does not fit/],
    ['an unknown parameter', frame, { target: 'churned', params: { depth: 3 } }, /params.*depth/],
    [
      'nothing to learn from',
      frameOf(numberColumn('x', Array(20).fill(1)), textColumn('y', Array.from('abababababababababab'))),
      { target: 'y' },
      /No column is left/,
    ],
    [
      'a fold column of one value',
      frameOf(...frame.columns, numberColumn('part', Array(40).fill(1))),
      { target: 'churned', foldColumn: 'part' },
      /1 labels where 2 to 200/,
    ],
    ['fold and time', frame, { target: 'churned', foldColumn: 'age', timeColumn: 'noise' }, /Give one/],
    ['the target as folds', frame, { target: 'churned', foldColumn: 'churned' }, /is the target/],
    ['one fold', frame, { target: 'churned', folds: 1 }, /Folds must be 2 or more/],
    [
      'numbers beyond arithmetic',
      frameOf(
        numberColumn(
          'x',
          [...Array(20).keys()].map((i) => ((i * 7) % 11) * 1e300),
        ),
        textColumn('y', Array.from('abababababababababab')),
      ),
      { target: 'y' },
      /too large/,
    ],
    ['time in words', frame, { target: 'churned', timeColumn: 'plan' }, /holds text/],
    ['a budget for one algorithm', frame, { target: 'churned', timeBudget: 5 }, /time budget is what auto shares out/],
    ['too many classes', frame, { target: 'age', task: 'classification' }, /classes in 40 rows/],
  ])('says why: %s', async (_, table, spec, words) => {
    await expect(trained(table, spec)).rejects.toMatchObject({
      name: 'Fault',
      code: 'invalid_input',
      message: expect.stringMatching(words),
    })
  })
})
