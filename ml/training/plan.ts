/** Turns a table and a wish into work: the problem to learn, the folds to measure on, and what there is to warn about. */
import { Fault } from '../../platform/fault.ts'
import { nearest } from '../../platform/nearest.ts'
import type { Column, Frame } from '../data/frame.ts'
import { type Fold, kFolds, labelledFolds, stratifiedFolds, timeFolds } from '../evaluation/folds.ts'
import { metricsOf } from '../evaluation/metrics.ts'
import { algorithmNamed, algorithmsFor } from '../models/algorithms.ts'
import type { InputColumn, Problem, Task } from '../models/problem.ts'
import { finite } from '../models/records.ts'
import { screen } from './screening.ts'
import type { TrainSpec } from './spec.ts'
import { readTarget, type Target } from './target.ts'

export interface Plan {
  readonly problem: Problem
  readonly classes: readonly (string | number)[]
  /** Columns of the table that the model does not read. */
  readonly ignored: readonly string[]
  readonly folds: readonly Fold[]
  /** Names of algorithms to compare. */
  readonly candidates: readonly string[]
  readonly metric: string
  readonly warnings: readonly string[]
}

/** Throws `invalid_input` with what to change when the wish cannot be met. */
export function plan(frame: Frame, spec: TrainSpec): Plan {
  const targetColumn = columnNamed(frame, spec.target, 'target')
  const target = readTarget(targetColumn, spec.task)
  const aside = [spec.foldColumn, spec.timeColumn].filter((name) => name !== undefined)
  const inputs = frame.columns.filter(({ name }) => name !== spec.target && !aside.includes(name))
  const screened = screen(inputs, target)
  if (screened.kept.length === 0)
    throw new Fault(
      'invalid_input',
      `No column is left to predict '${spec.target}' from. ${screened.warnings.join(' ')} Add columns that vary.`,
    )
  const candidates = candidatesFor(spec.algorithm, target.task, spec.target)
  const metric = metricFor(spec.metric, target.task)
  const { folds, warnings } = foldsFor(frame, spec, target)
  const missing = frame.rows - target.rows.length
  const dropped = missing > 0 ? [`${missing} of ${frame.rows} rows have no '${spec.target}' and were left out.`] : []
  return {
    problem: problemOf(screened.kept, target),
    classes: target.classes,
    ignored: [...screened.dropped, ...aside],
    folds,
    candidates,
    metric,
    warnings: [...dropped, ...screened.warnings, ...warnings],
  }
}

function columnNamed(frame: Frame, name: string, role: string): Column {
  const found = frame.columns.find((column) => column.name === name)
  if (found) return found
  const names = frame.columns.map((column) => column.name)
  const near = nearest(name, names)
  const hint =
    near.length > 0 ? `Did you mean ${near.map((each) => `'${each}'`).join(' or ')}?` : `Its columns: ${names.slice(0, 20).join(', ')}.`
  throw new Fault('invalid_input', `The data has no ${role} column '${name}'. ${hint}`)
}

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

function candidatesFor(algorithm: string, task: Task, target: string): readonly string[] {
  const able = algorithmsFor(task).map(({ name }) => name)
  if (algorithm === 'auto') return able
  algorithmNamed(algorithm)
  if (able.includes(algorithm)) return [algorithm]
  const kind = task === 'regression' ? 'a number to be estimated (regression)' : 'one of some classes (classification)'
  throw new Fault(
    'invalid_input',
    `Algorithm '${algorithm}' cannot learn '${target}', which is ${kind}. Use ${able.join(', ')}, or set task.`,
  )
}

function metricFor(metric: string | undefined, task: Task): string {
  const known = metricsOf[task]
  if (metric === undefined) return known[0] ?? ''
  if (known.includes(metric)) return metric
  throw new Fault('invalid_input', `Metric '${metric}' does not fit a ${task} target. Use one of ${known.join(', ')}.`)
}

function foldsFor(
  frame: Frame,
  spec: TrainSpec,
  target: Target,
): { readonly folds: readonly Fold[]; readonly warnings: readonly string[] } {
  const seed = spec.seed ?? 0
  const count = spec.folds ?? 5
  if (spec.foldColumn !== undefined && spec.timeColumn !== undefined)
    throw new Fault('invalid_input', 'Both a fold column and a time column are given. Give one: folds by label, or folds in time.')
  if (spec.foldColumn === spec.target || spec.timeColumn === spec.target)
    throw new Fault('invalid_input', `Column '${spec.target}' is the target, so it cannot also make the folds. Name another column.`)
  if (!Number.isInteger(count) || count < 2) throw new Fault('invalid_input', `Folds must be 2 or more, found ${count}.`)
  if (spec.foldColumn !== undefined) return { folds: foldsByColumn(columnNamed(frame, spec.foldColumn, 'fold'), target), warnings: [] }
  requireRows(target.rows.length, count)
  if (spec.timeColumn !== undefined) return { folds: foldsInTime(columnNamed(frame, spec.timeColumn, 'time'), target, count), warnings: [] }
  if (target.task === 'regression') return { folds: kFolds(target.rows.length, { folds: count, seed }), warnings: [] }
  return { folds: stratifiedFolds(target.values, { folds: count, seed }), warnings: rareClasses(target, count) }
}

function requireRows(rows: number, folds: number): void {
  if (rows >= 2 * folds) return
  throw new Fault(
    'invalid_input',
    `${rows} rows are too few for ${folds} folds: each needs at least two rows to test on. Add rows or ask for fewer folds.`,
  )
}

function foldsByColumn(column: Column, target: Target): readonly Fold[] {
  const labels =
    column.type === 'category' ? column.levels : [...new Set(column.values)].filter((value) => !Number.isNaN(value)).sort((a, b) => a - b)
  const index = new Map<number, number>(column.type === 'category' ? [] : labels.map((label, i) => [Number(label), i]))
  const of = Int32Array.from(target.rows, (row) =>
    column.type === 'category' ? (column.codes[row] ?? -1) : (index.get(column.values[row] ?? Number.NaN) ?? -1),
  )
  const folds = labels.length > 200 ? [] : labelledFolds(of, labels.map(String))
  if (folds.length < 2 || folds.some(({ train }) => train.length < 2))
    throw new Fault(
      'invalid_input',
      `Column '${column.name}' has ${labels.length} labels where 2 to 200 folds are needed. Choose a column that names a fold for each row.`,
    )
  return folds
}

function foldsInTime(column: Column, target: Target, folds: number): readonly Fold[] {
  if (column.type === 'category')
    throw new Fault('invalid_input', `Time column '${column.name}' holds text that is no date. Convert it to dates or numbers first.`)
  const times = Float64Array.from(target.rows, (row) => column.values[row] ?? Number.NaN)
  const unknown = times.filter(Number.isNaN).length
  if (unknown > 0) throw new Fault('invalid_input', `Time column '${column.name}' is missing in ${unknown} rows. Fill or drop them first.`)
  const found = timeFolds(times, folds)
  if (found.length > 0) return found
  throw new Fault('invalid_input', `Time column '${column.name}' has too few distinct times for ${folds} folds. Ask for fewer folds.`)
}

function rareClasses(target: Target, folds: number): readonly string[] {
  const counts = new Float64Array(target.classes.length)
  for (const y of target.values) counts[y] = (counts[y] ?? 0) + 1
  const rare = target.classes.filter((_, i) => (counts[i] ?? 0) < folds)
  if (rare.length === 0) return []
  const names = rare.slice(0, 5).map((name) => `'${name}'`)
  return [
    `${rare.length === 1 ? 'Class' : 'Classes'} ${names.join(', ')} ${rare.length === 1 ? 'has' : 'have'} fewer rows than the ${folds} folds: scores on them are shaky.`,
  ]
}
