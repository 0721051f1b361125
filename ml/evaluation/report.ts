/** Measures a model on a table whose answers are known: metrics beside a baseline, confusion and curves. */
import { Fault } from '../../platform/fault.ts'
import type { Column, Frame } from '../data/frame.ts'
import { type Model, scoreFrame } from '../models/model.ts'
import { isSupervised, outputs, prior, type Task } from '../models/problem.ts'
import { scoreOf } from './classification.ts'
import { type PrecisionRecallPoint, precisionRecallCurve, type RocPoint, rocCurve, thinned } from './curves.ts'
import { confusion, type Metrics, measure, type Scored } from './metrics.ts'

export interface ClassCurves {
  /** The class counted as positive. */
  readonly class: string
  readonly roc: readonly RocPoint[]
  readonly precisionRecall: readonly PrecisionRecallPoint[]
}

export interface EvaluationReport {
  readonly task: Task
  readonly rows: number
  readonly metrics: Metrics
  /** Metrics of always answering this table's own class shares or mean. */
  readonly baseline: Metrics
  /** Rows are true classes, columns predicted ones, both in the order of `classes`. Absent for regression. */
  readonly confusion?: { readonly classes: readonly string[]; readonly counts: readonly (readonly number[])[] }
  /** For two classes the second one's, for more one set per class. At most 200 points each. */
  readonly curves: readonly ClassCurves[]
  readonly warnings: readonly string[]
}

const curvePoints = 200

/** Throws `invalid_input` when the table lacks the target or an input. Long tables belong in a worker: see evaluate.ts. */
export function evaluationReport(model: Model, frame: Frame): EvaluationReport {
  if (!isSupervised(model.task))
    throw new Fault(
      'invalid_input',
      `This model (${model.algorithm}, ${model.task}) predicts no column, so there are no true answers to measure it by. Its own metrics are in list_runs.`,
    )
  const column = frame.columns.find(({ name }) => name === model.target)
  if (column === undefined)
    throw new Fault(
      'invalid_input',
      `The data has no column '${model.target}', which the model predicts. Evaluate on data where the answers are known.`,
    )
  const { rows, target, warnings } = knownAnswers(column, model)
  if (rows.length === 0) throw new Fault('invalid_input', `No row has a usable '${model.target}', so nothing can be measured.`)
  const shape = { task: model.task, classes: model.classes.length }
  const width = outputs(shape)
  const all = scoreFrame(model, frame)
  const scores = new Float64Array(rows.length * width)
  for (const [i, row] of rows.entries()) scores.set(all.subarray(row * width, (row + 1) * width), i * width)
  const scored: Scored = { ...shape, target, scores }
  const constant = prior({ ...shape, target })
  const baseline = measure({ ...shape, target, scores: Float64Array.from(scores, (_, i) => constant[i % width] ?? 0) })
  const names = model.classes.map(String)
  return {
    task: model.task,
    rows: rows.length,
    metrics: measure(scored),
    baseline,
    ...(model.task === 'regression' ? {} : { confusion: { classes: names, counts: confusion(scored) } }),
    curves: curvesOf(scored, names),
    warnings,
  }
}

interface Answers {
  readonly rows: Uint32Array
  readonly target: Float64Array
  readonly warnings: readonly string[]
}

/** Rows whose answer is present and, for classes, one that the model knows. */
export function knownAnswers(column: Column, model: Model): Answers {
  const answer = model.task === 'regression' ? numberAnswer(column) : classAnswer(column, model.classes)
  const present: number[] = []
  let absent = 0
  let strange = 0
  for (let row = 0; row < (column.type === 'number' ? column.values : column.codes).length; row++) {
    const value = answer(row)
    if (value === 'missing') absent++
    else if (value === 'strange') strange++
    else present.push(row)
  }
  const rows = Uint32Array.from(present)
  const target = Float64Array.from(rows, (row) => Number(answer(row)))
  const words = [
    absent > 0 ? `${absent} rows have no '${column.name}' and were left out.` : '',
    strange > 0 ? `${strange} rows have a '${column.name}' that the model never saw and were left out.` : '',
  ]
  return { rows, target, warnings: words.filter((line) => line !== '') }
}

type Answer = (row: number) => number | 'missing' | 'strange'

function numberAnswer(column: Column): Answer {
  if (column.type === 'category')
    throw new Fault('invalid_input', `Column '${column.name}' holds text, but the model predicts a number. Convert it first.`)
  return (row) => {
    const value = column.values[row] ?? Number.NaN
    return Number.isFinite(value) ? value : 'missing'
  }
}

function classAnswer(column: Column, classes: Model['classes']): Answer {
  const index = new Map(classes.map((name, k) => [String(name), k]))
  if (column.type === 'category') {
    const of = column.levels.map((level) => index.get(level))
    return (row) => {
      const code = column.codes[row] ?? -1
      return code < 0 ? 'missing' : (of[code] ?? 'strange')
    }
  }
  return (row) => {
    const value = column.values[row] ?? Number.NaN
    return Number.isFinite(value) ? (index.get(String(value)) ?? 'strange') : 'missing'
  }
}

function curvesOf(scored: Scored, names: readonly string[]): readonly ClassCurves[] {
  if (scored.task === 'regression') return []
  return names.flatMap((name, k) => {
    if (scored.task === 'binary' && k === 0) return []
    const positive = Uint8Array.from(scored.target, (value) => (value === k ? 1 : 0))
    if (!positive.includes(1) || !positive.includes(0)) return []
    const scores = scoreOf(scored, k)
    const roc = thinned(rocCurve(positive, scores), curvePoints)
    return [{ class: name, roc, precisionRecall: thinned(precisionRecallCurve(positive, scores), curvePoints) }]
  })
}
