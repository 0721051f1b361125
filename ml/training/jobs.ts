/** The two pieces of work of a training, as pure functions: measure an algorithm on one fold, and fit it on all rows. */
import { type Metrics, measure } from '../evaluation/metrics.ts'
import { algorithmNamed } from '../models/algorithms.ts'
import type { Model } from '../models/model.ts'
import { outputs, prior, takeRows } from '../models/problem.ts'
import type { Plan } from './plan.ts'

export interface JobSpec {
  readonly algorithm: string
  readonly params: Readonly<Record<string, unknown>>
  readonly seed: number
}

export interface FoldScore {
  readonly metrics: Metrics
  readonly baseline: Metrics
  /** Of fitting. */
  readonly seconds: number
}

/** Fits on the fold's training rows and scores its test rows. */
export function measureFold(
  { problem, folds }: Plan,
  { index, algorithm, params, seed }: JobSpec & { readonly index: number },
  progress: (fraction: number) => void,
): FoldScore {
  const fold = folds[index]
  if (fold === undefined) throw new RangeError(`There is no fold ${index}.`)
  const train = takeRows(problem, fold.train)
  const test = takeRows(problem, fold.test)
  const learner = algorithmNamed(algorithm)
  const started = performance.now()
  const fitted = learner.fit(train, params, { seed, progress })
  const seconds = (performance.now() - started) / 1000
  const width = outputs(problem)
  const scores = new Float64Array(test.rows * width)
  learner.batchScorer(fitted, problem)(test.values, test.rows, scores)
  const shape = { task: problem.task, classes: problem.classes, target: test.target }
  const constant = prior(train)
  const constants = Float64Array.from({ length: test.rows * width }, (_, i) => constant[i % width] ?? 0)
  return { metrics: measure({ ...shape, scores }), baseline: measure({ ...shape, scores: constants }), seconds }
}

/** Fits on every row. */
export function fitModel(
  { problem, classes, ignored }: Plan,
  { target, algorithm, params, seed }: JobSpec & { readonly target: string },
  progress: (fraction: number) => void,
): Model {
  return {
    format: 'millrace-model/2',
    algorithm,
    task: problem.task,
    target,
    classes: [...classes],
    columns: problem.columns.map((column) =>
      column.type === 'number'
        ? { name: column.name, type: column.type }
        : { name: column.name, type: column.type, levels: [...column.levels] },
    ),
    ignored: [...ignored],
    params: { ...params },
    fitted: algorithmNamed(algorithm).fit(problem, params, { seed, progress }),
  }
}
