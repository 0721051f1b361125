/** Turns a table and a wish into work: the problem to learn, the folds to measure on, and what there is to warn about. */
import { Fault } from '../../platform/fault.ts'
import type { Column, Frame } from '../data/frame.ts'
import type { Fold } from '../evaluation/folds.ts'
import { metricsOf } from '../evaluation/metrics.ts'
import { algorithmNamed } from '../models/algorithms.ts'
import { type InputColumn, isSupervised, type Problem, type Task } from '../models/problem.ts'
import { finite } from '../models/records.ts'
import { type Aim, readAim } from './aim.ts'
import { cellOf, columnNamed, requireDistinctNames } from './columns.ts'
import { frequentFirst } from './frequent-first.ts'
import { planFolds } from './plan-folds.ts'
import { screen } from './screening.ts'
import type { TrainSpec } from './spec.ts'
import type { Target } from './target.ts'
import { readWeights } from './weights.ts'

export interface Plan {
  readonly problem: Problem
  /** Of a target of classes; else empty. */
  readonly classes: readonly (string | number)[]
  /** Columns of the table that the model does not read. */
  readonly ignored: readonly string[]
  /** Empty where nothing could be measured: anomalies without labels. */
  readonly folds: readonly Fold[]
  /** Of each row of the problem, where the folds follow time. */
  readonly times?: Float64Array
  /** Names of algorithms to compare. */
  readonly candidates: readonly string[]
  readonly metric: string
  readonly warnings: readonly string[]
}

/** Throws `invalid_input` with what to change when the wish cannot be met. */
export function plan(frame: Frame, spec: TrainSpec): Plan {
  requireDistinctNames(frame)
  const aim = readAim(frame, spec)
  const { target } = aim
  const weights = readWeights(frame, spec, target)
  const candidates = weights === undefined ? aim.candidates : weighing(aim.candidates)
  const aside = [spec.foldColumn, spec.timeColumn, spec.groupColumn, spec.weightColumn].filter((name) => name !== undefined)
  const inputs = frame.columns.filter(({ name }) => name !== spec.target && !aside.includes(name))
  const screened = screen(inputs, target)
  if (screened.kept.length === 0) throw nothingLeft(spec, screened.warnings)
  const metric = metricFor(spec.metric, target.task)
  requireCalibratable(spec, target.task)
  const measured = canMeasure(aim) ? planFolds(frame, spec, target) : { folds: [], warnings: [] }
  const missing = frame.rows - target.rows.length
  const dropped = missing > 0 ? [`${missing} of ${frame.rows} rows have no '${spec.target}' and were left out.`] : []
  const labels = target.task === 'anomaly' && spec.target !== undefined ? [spec.target] : []
  return {
    problem: { ...problemOf(readable(screened.kept, target), target), ...(weights && { weights }) },
    classes: target.classes,
    ignored: [...screened.dropped, ...labels, ...aside],
    folds: measured.folds,
    ...(spec.timeColumn !== undefined && { times: timesOf(columnNamed(frame, spec.timeColumn, 'time'), target) }),
    candidates,
    metric,
    warnings: [...dropped, ...aim.warnings, ...screened.warnings, ...measured.warnings],
  }
}

/** Those that can weigh rows. Throws `invalid_input` when there is none. */
function weighing(candidates: readonly string[]): readonly string[] {
  const able = candidates.filter((name) => algorithmNamed(name).weighted)
  if (able.length > 0) return able
  throw new Fault(
    'invalid_input',
    `Algorithm '${candidates[0]}' counts every row the same: leave weight_column, class_weight and reweigh_by out, or name another algorithm.`,
  )
}

function nothingLeft(spec: TrainSpec, warnings: readonly string[]): Fault {
  const what = spec.target === undefined ? 'to learn from' : `to predict '${spec.target}' from`
  return new Fault('invalid_input', `No column is left ${what}. ${warnings.join(' ')} Add columns that vary.`)
}

/** Anomalies can be measured by labels only, unless the algorithm has a measure of its own. */
function canMeasure({ target, candidates }: Aim): boolean {
  if (target.task !== 'anomaly' || target.values.length > 0) return true
  return candidates.some((name) => algorithmNamed(name).measure !== undefined)
}

/** Who took what is told by ids, and nothing of them becomes sets. */
const readable = (columns: readonly Column[], { task }: Target): readonly Column[] =>
  task === 'recommendation' ? columns : columns.map(frequentFirst)

const timesOf = (column: Column, target: Target): Float64Array => Float64Array.from(target.rows, (row) => cellOf(column, row))

function problemOf(columns: readonly Column[], target: Target): Problem {
  const rows = target.rows.length
  const take = (values: Float64Array | Int32Array, at: (value: number) => number): Float64Array =>
    Float64Array.from(target.rows, (row) => at(values[row] ?? Number.NaN))
  return {
    rows,
    columns: columns.map(
      (column): InputColumn =>
        column.type === 'number'
          ? { name: column.name, type: 'number' }
          : { name: column.name, type: 'category', levels: [...column.levels] },
    ),
    values: columns.map((column) =>
      column.type === 'number'
        ? finite(rows === column.values.length ? column.values : take(column.values, (value) => value))
        : take(column.codes, (code) => (code < 0 ? Number.NaN : code)),
    ),
    task: target.task,
    classes: target.classes.length,
    target: target.values,
  }
}

function requireCalibratable({ calibration, repeats = 1 }: TrainSpec, task: Task): void {
  if (calibration === undefined) return
  if (task !== 'binary' && task !== 'multiclass')
    throw new Fault('invalid_input', `Only probabilities of classes can be calibrated, and this is ${task}. Leave calibration out.`)
  if (repeats > 1)
    throw new Fault(
      'invalid_input',
      'A calibration is learned on rows scored once each, and repeats score them again. Leave one of both out.',
    )
}

function metricFor(metric: string | undefined, task: Task): string {
  const known = metricsOf[task]
  if (metric === undefined) return known[0] ?? ''
  if (known.includes(metric)) return metric
  const what = isSupervised(task) ? `a ${task} target` : task
  throw new Fault('invalid_input', `Metric '${metric}' does not fit ${what}. Use one of ${known.join(', ')}.`)
}
