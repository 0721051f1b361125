/** The two pieces of work of a training, as pure functions: measure an algorithm on one fold, and fit it on all rows. */
import { constantScores, lastScores } from '../evaluation/baselines.ts'
import type { Calibration } from '../evaluation/calibration.ts'
import { type Metrics, measure } from '../evaluation/metrics.ts'
import { besideBaseline } from '../evaluation/own-baseline.ts'
import { averagePrecision, rocAuc } from '../evaluation/ranking.ts'
import { seededRandom, shuffled } from '../evaluation/seeded-random.ts'
import type { Algorithm, FitControl } from '../models/algorithm.ts'
import { algorithmNamed } from '../models/algorithms.ts'
import type { Model } from '../models/model.ts'
import { isSupervised, outputs, type Problem, takeRows } from '../models/problem.ts'
import type { Plan } from './plan.ts'

export interface JobSpec {
  readonly algorithm: string
  readonly params: Readonly<Record<string, unknown>>
  readonly seed: number
}

export interface FoldScore extends Measured {
  /** Of fitting. */
  readonly seconds: number
  /** Of the test rows, where they were asked for. */
  readonly scores?: Float64Array
}

export interface FoldWish extends JobSpec {
  /** Which fold of the plan. */
  readonly index: number
  /** Of the fold's training rows that the fit may see, above 0 to 1. */
  readonly share: number
  readonly keepScores: boolean
}

interface Measured {
  readonly metrics: Metrics
  /** Empty where nothing was there to predict. */
  readonly baseline: Metrics
}

type Control = Omit<FitControl, 'seed'>

/** Fits on the fold's training rows and scores its test rows. */
export function measureFold(
  { problem, folds, times }: Plan,
  { index, algorithm, params, seed, share, keepScores }: FoldWish,
  control: Control,
): FoldScore {
  const fold = folds[index]
  if (fold === undefined) throw new RangeError(`There is no fold ${index}.`)
  const train = takeRows(problem, share < 1 ? someRows(fold.train, problem, { share, seed }) : fold.train)
  const test = takeRows(problem, fold.test)
  const learner = algorithmNamed(algorithm)
  const started = performance.now()
  const fitted = learner.fit(train, params, { ...control, seed })
  const seconds = (performance.now() - started) / 1000
  if (!isSupervised(problem.task)) return { ...judgeFinds(learner, fitted, { train, test }), seconds }
  const constant = times === undefined ? constantScores(train, test.rows) : lastScores(problem, times, fold.test)
  const { metrics, baseline, scores } = judgeAnswers(learner, fitted, { test, constant })
  return { metrics, baseline, seconds, ...(keepScores && { scores }) }
}

/** A part of some rows, drawn by the seed, with every class in its share (at least one row). In the order they stand. */
function someRows(
  rows: Uint32Array,
  { task, target }: Problem,
  { share, seed }: { readonly share: number; readonly seed: number },
): Uint32Array {
  const classOf = (row: number): number => (task === 'regression' ? 0 : (target[row] ?? 0))
  const left = new Map<number, number>()
  for (const row of rows) left.set(classOf(row), (left.get(classOf(row)) ?? 0) + 1)
  for (const [y, count] of left) left.set(y, Math.ceil(share * count))
  const taken = shuffled(rows.length, seededRandom(seed)).filter((position) => {
    const y = classOf(rows[position] ?? 0)
    const more = left.get(y) ?? 0
    left.set(y, more - 1)
    return more > 0
  })
  return taken.sort().map((position) => rows[position] ?? 0)
}

interface Halves {
  readonly train: Problem
  readonly test: Problem
}

/** Scores against the true answers, beside those of what takes no learning. */
function judgeAnswers(
  learner: Algorithm,
  fitted: unknown,
  { test, constant }: { readonly test: Problem; readonly constant: Float64Array },
): Measured & { readonly scores: Float64Array } {
  const scores = new Float64Array(test.rows * outputs(test))
  learner.batchScorer(fitted, test)(test.values, test.rows, scores)
  const truth = { task: test.task, classes: test.classes, target: test.target }
  return { metrics: measure({ ...truth, scores }), baseline: measure({ ...truth, scores: constant }), scores }
}

/** Without a target the algorithm says itself how good its fit is; labels of anomalies judge their order as well. */
function judgeFinds(learner: Algorithm, fitted: unknown, { train, test }: Halves): Measured {
  const { task, columns } = test
  const shape = { task, columns, classes: learner.answers(fitted).length }
  const own = defined(learner.measure?.(fitted, shape, { train, test }) ?? {})
  if (task !== 'anomaly' || test.target.length === 0) return besideBaseline(own)
  const scores = new Float64Array(test.rows)
  learner.batchScorer(fitted, shape)(test.values, test.rows, scores)
  const unusual = Uint8Array.from(test.target)
  const ranked = (by: Float64Array): Metrics => defined({ roc_auc: rocAuc(unusual, by), pr_auc: averagePrecision(unusual, by) })
  return { metrics: { ...own, ...ranked(scores) }, baseline: ranked(new Float64Array(test.rows)) }
}

/** A metric that the rows cannot define is left out. */
function defined(metrics: Metrics): Metrics {
  return Object.fromEntries(Object.entries(metrics).filter(([, value]) => Number.isFinite(value)))
}

/** Fits on every row. */
export function fitModel(
  { problem, classes, ignored }: Plan,
  { target, algorithm, params, seed, calibration }: JobSpec & { readonly target: string | undefined; readonly calibration?: Calibration },
  control: Control,
): Model {
  const learner = algorithmNamed(algorithm)
  const fitted = learner.fit(problem, params, { ...control, seed })
  const supervised = isSupervised(problem.task)
  return {
    format: 'millrace-model/2',
    algorithm,
    task: problem.task,
    target: supervised ? (target ?? '') : '',
    classes: supervised ? [...classes] : [...learner.answers(fitted)],
    columns: problem.columns.map((column) =>
      column.type === 'number'
        ? { name: column.name, type: column.type }
        : { name: column.name, type: column.type, levels: [...column.levels] },
    ),
    ignored: [...ignored],
    params: { ...params },
    fitted,
    ...(calibration && { calibration }),
  }
}

/** Members fitted on the same rows as one model whose answer is the weighted mean of theirs. */
export function joinModels(members: readonly { readonly model: Model; readonly weight: number }[], calibration?: Calibration): Model {
  const [first] = members
  if (first === undefined) throw new RangeError('A stack has at least one member.')
  const fitted = { members: members.map(({ model, weight }) => ({ algorithm: model.algorithm, weight, fitted: model.fitted })) }
  const params = Object.fromEntries(members.map(({ model }) => [model.algorithm, model.params]))
  return { ...first.model, algorithm: 'stack', params, fitted, ...(calibration && { calibration }) }
}
