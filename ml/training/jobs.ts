/** The two pieces of work of a training, as pure functions: measure an algorithm on one fold, and fit it on all rows. */
import { type Metrics, measure } from '../evaluation/metrics.ts'
import { averagePrecision, rocAuc } from '../evaluation/ranking.ts'
import type { Algorithm, FitControl } from '../models/algorithm.ts'
import { algorithmNamed } from '../models/algorithms.ts'
import type { Model } from '../models/model.ts'
import { isSupervised, outputs, type Problem, prior, takeRows } from '../models/problem.ts'
import type { Plan } from './plan.ts'

export interface JobSpec {
  readonly algorithm: string
  readonly params: Readonly<Record<string, unknown>>
  readonly seed: number
}

export interface FoldScore extends Measured {
  /** Of fitting. */
  readonly seconds: number
}

interface Measured {
  readonly metrics: Metrics
  /** Empty where nothing was there to predict. */
  readonly baseline: Metrics
}

type Control = Omit<FitControl, 'seed'>

/** Fits on the fold's training rows and scores its test rows. */
export function measureFold(
  { problem, folds }: Plan,
  { index, algorithm, params, seed }: JobSpec & { readonly index: number },
  control: Control,
): FoldScore {
  const fold = folds[index]
  if (fold === undefined) throw new RangeError(`There is no fold ${index}.`)
  const train = takeRows(problem, fold.train)
  const test = takeRows(problem, fold.test)
  const learner = algorithmNamed(algorithm)
  const started = performance.now()
  const fitted = learner.fit(train, params, { ...control, seed })
  const seconds = (performance.now() - started) / 1000
  const judge = isSupervised(problem.task) ? judgeAnswers : judgeFinds
  return { ...judge(learner, fitted, { train, test }), seconds }
}

interface Halves {
  readonly train: Problem
  readonly test: Problem
}

/** Scores against the true answers, beside those of always giving the training rows' class shares or mean. */
function judgeAnswers(learner: Algorithm, fitted: unknown, { train, test }: Halves): Measured {
  const width = outputs(test)
  const scores = new Float64Array(test.rows * width)
  learner.batchScorer(fitted, test)(test.values, test.rows, scores)
  const truth = { task: test.task, classes: test.classes, target: test.target }
  const constant = prior(train)
  const constants = Float64Array.from({ length: test.rows * width }, (_, i) => constant[i % width] ?? 0)
  return { metrics: measure({ ...truth, scores }), baseline: measure({ ...truth, scores: constants }) }
}

/** Without a target the algorithm says itself how good its fit is; labels of anomalies judge their order as well. */
function judgeFinds(learner: Algorithm, fitted: unknown, { train, test }: Halves): Measured {
  const { task, columns } = test
  const shape = { task, columns, classes: learner.answers(fitted).length }
  const own = defined(learner.measure?.(fitted, shape, { train, test }) ?? {})
  if (task !== 'anomaly' || test.target.length === 0) return { metrics: own, baseline: {} }
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
  { target, algorithm, params, seed }: JobSpec & { readonly target: string | undefined },
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
  }
}
