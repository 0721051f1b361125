/**
 * Permutation importance (Breiman 2001): how much worse a model gets when one column's values are shuffled among the rows.
 * On rows it was not trained on, that says what the column is worth to its answers.
 */
import { Fault } from '../../platform/fault.ts'
import type { Frame } from '../data/frame.ts'
import { knownAnswers } from '../evaluation/answers.ts'
import { isBetter, measure, metricsOf } from '../evaluation/metrics.ts'
import { seededRandom, shuffled } from '../evaluation/seeded-random.ts'
import { type Model, modelScorer, shapeOf } from '../models/model.ts'
import { isSupervised, outputs } from '../models/problem.ts'
import { readFrame } from '../models/records.ts'
import { drawRows, takeColumns } from './sample.ts'

export interface PermutationFeature {
  readonly feature: string
  /** By how much the metric got worse, on average over the repeats; below 0 where it got better. */
  readonly importance: number
  /** Standard deviation over the repeats. */
  readonly sd: number
}

export interface PermutationImportance {
  readonly metric: string
  /** Its value with nothing shuffled. */
  readonly score: number
  readonly rows: number
  readonly repeats: number
  /** The largest first. */
  readonly features: readonly PermutationFeature[]
  readonly warnings: readonly string[]
}

export interface PermutationQuestion {
  /** By default the first metric of the task. */
  readonly metric?: string
  readonly repeats: number
  /** Rows used, at most. */
  readonly rows: number
  readonly seed: number
}

/** Throws `invalid_input` without known answers, or for a metric that these rows cannot define. */
export function permutationImportance(
  model: Model,
  frame: Frame,
  question: PermutationQuestion,
  done: (fraction: number) => void,
): PermutationImportance {
  const { repeats, seed } = question
  const metric = metricFor(model, question.metric)
  const { columns, target, warnings } = answeredRows(model, frame, question)
  const score = scorerOf(model, { target, metric })
  const whole = score(columns)
  const features = model.columns.map(({ name }, column) => {
    const drops = Array.from({ length: repeats }, (_, repeat) => {
      const random = seededRandom(Math.imul(seed + 1, 1_000_003) + column * 1009 + repeat)
      const mixed = takeColumns([columns[column] ?? new Float64Array(0)], shuffled(target.length, random))
      const value = score(columns.with(column, mixed[0] ?? new Float64Array(0)))
      return isBetter(metric, 1, 0) ? whole - value : value - whole
    })
    done((column + 1) / model.columns.length)
    return { feature: name, ...spread(drops) }
  })
  return {
    ...{ metric, score: whole, rows: target.length, repeats, warnings },
    features: features.toSorted((a, b) => b.importance - a.importance),
  }
}

function metricFor({ task, algorithm }: Model, asked: string | undefined): string {
  if (!isSupervised(task))
    throw new Fault('invalid_input', `A ${algorithm} model predicts no column, so nothing can get worse. Use method shap.`)
  const known = metricsOf[task]
  const metric = asked ?? known[0] ?? ''
  if (known.includes(metric)) return metric
  throw new Fault('invalid_input', `'${metric}' does not fit a ${task} model. Use one of ${known.join(', ')}.`)
}

function answeredRows(
  model: Model,
  frame: Frame,
  { rows: most, seed }: PermutationQuestion,
): { readonly columns: readonly Float64Array[]; readonly target: Float64Array; readonly warnings: readonly string[] } {
  const { rows, target, warnings } = knownAnswers(frame, model)
  const chosen = drawRows(rows.length, most, seed)
  return {
    columns: takeColumns(
      readFrame(frame, model.columns),
      chosen.map((at) => rows[at] ?? 0),
    ),
    target: Float64Array.from(chosen, (at) => target[at] ?? Number.NaN),
    warnings,
  }
}

function scorerOf(
  model: Model,
  { target, metric }: { readonly target: Float64Array; readonly metric: string },
): (columns: readonly Float64Array[]) => number {
  const scorer = modelScorer(model)
  const shape = shapeOf(model)
  return (columns) => {
    const scores = new Float64Array(target.length * outputs(shape))
    scorer(columns, target.length, scores)
    const value = measure({ task: shape.task, classes: shape.classes, target, scores })[metric]
    if (value !== undefined) return value
    throw new Fault(
      'invalid_input',
      `These ${target.length} rows do not define ${metric} (one class only?). Choose other rows or another metric.`,
    )
  }
}

/** Mean and standard deviation (over n), as scikit-learn gives them. */
function spread(values: readonly number[]): Pick<PermutationFeature, 'importance' | 'sd'> {
  const importance = values.reduce((sum, value) => sum + value, 0) / values.length
  return { importance, sd: Math.sqrt(values.reduce((sum, value) => sum + (value - importance) ** 2, 0) / values.length) }
}
