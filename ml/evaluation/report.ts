/**
 * Measures a model on a table whose answers are known: metrics with intervals beside baselines, confusion, curves, the
 * threshold that fits a purpose, and the same metrics group by group.
 */
import { Fault } from '../../platform/fault.ts'
import type { Frame } from '../data/frame.ts'
import { type Model, scoreFrame } from '../models/model.ts'
import { isSupervised, type Task } from '../models/problem.ts'
import { columnNamed } from '../training/columns.ts'
import { knownAnswers, rowWeights } from './answers.ts'
import { constantScores, lastScores } from './baselines.ts'
import { bootstrapIntervals, type MetricInterval } from './bootstrap.ts'
import { rowsOf } from './calibration.ts'
import { type ClassCurves, classCurves } from './class-curves.ts'
import { scoreOf } from './classification.ts'
import { confusion, type Metrics, measure, type Scored } from './metrics.ts'
import { groupsOf } from './row-groups.ts'
import { chooseThreshold, type Objective, outcomeAt, type ThresholdChoice } from './threshold.ts'
import { unsupervisedReport } from './unsupervised.ts'

export interface EvaluationWish {
  /** Measure each value of this column by itself. */
  readonly by?: string
  /** How much each row counts; not for curves, confusion and threshold, which count rows. */
  readonly weightColumn?: string
  /** Adds the baseline "same as last time". */
  readonly timeColumn?: string
  /** For two classes: choose a threshold. */
  readonly objective?: Objective
  /** For models without a target: a column of the true groups, or of 1 for anomalies and 0 for the rest. */
  readonly labels?: string
  /** Of the bootstrap. Default 0. */
  readonly seed?: number
}

export interface Slice {
  readonly group: string
  readonly rows: number
  readonly metrics: Metrics
}

export interface ChosenThreshold {
  readonly objective: Objective
  readonly chosen: ThresholdChoice
  /** What the usual threshold of one half does. */
  readonly atHalf: ThresholdChoice
}

export interface EvaluationReport {
  readonly task: Task
  readonly rows: number
  readonly metrics: Metrics
  /** 95 %, by resampling rows. */
  readonly intervals: Readonly<Record<string, MetricInterval>>
  /** Metrics of always answering this table's own class shares or mean. */
  readonly baseline: Metrics
  /** Metrics of answering as the row before in time was. */
  readonly baselineLast?: Metrics
  /** Rows are true classes, columns predicted ones, both in the order of `classes`. Absent for regression. */
  readonly confusion?: { readonly classes: readonly string[]; readonly counts: readonly (readonly number[])[] }
  /** For two classes the second one's, for more one set per class. */
  readonly curves: readonly ClassCurves[]
  readonly threshold?: ChosenThreshold
  /** Largest group first. */
  readonly slices?: readonly Slice[]
  readonly warnings: readonly string[]
}

const mostSlices = 50

/** Throws `invalid_input` when the table lacks the target or an input. Long tables belong in a worker: see evaluate.ts. */
export function evaluationReport(model: Model, frame: Frame, wish: EvaluationWish = {}): EvaluationReport {
  if (!isSupervised(model.task)) return unsupervisedReport(model, frame, wish.labels)
  const { rows, target, warnings } = knownAnswers(frame, model)
  const shape = { task: model.task, classes: model.classes.length }
  const all: Scored = { ...shape, target: new Float64Array(frame.rows), scores: scoreFrame(model, frame) }
  const weights = wish.weightColumn === undefined ? {} : { weights: rowWeights(frame, wish.weightColumn, rows) }
  const scored: Scored = { ...rowsOf(all, rows), target, ...weights }
  const strange = scored.scores.reduce((count, score) => count + (Number.isFinite(score) ? 0 : 1), 0)
  const names = model.classes.map(String)
  const slices = wish.by === undefined ? undefined : slicesOf(scored, { frame, rows, by: wish.by })
  return {
    task: model.task,
    rows: rows.length,
    metrics: measure(scored),
    intervals: bootstrapIntervals(scored, { seed: wish.seed ?? 0 }),
    baseline: measure({ ...scored, scores: constantScores(scored, rows.length) }),
    ...baselineLast(scored, { frame, rows, time: wish.timeColumn }),
    ...(model.task === 'regression' ? {} : { confusion: { classes: names, counts: confusion(scored) } }),
    curves: classCurves(scored, names),
    ...thresholdOf(scored, wish.objective),
    ...(slices && { slices: slices.slice(0, mostSlices) }),
    warnings: [
      ...warnings,
      ...(strange > 0 ? [`${strange} scores are no finite numbers: metrics that need them were left out.`] : []),
      ...(slices !== undefined && slices.length > mostSlices
        ? [`'${wish.by}' has ${slices.length} groups; the ${mostSlices} largest are shown.`]
        : []),
    ],
  }
}

interface Within {
  readonly frame: Frame
  /** Rows of the table that were measured. */
  readonly rows: Uint32Array
}

/** Largest group first. */
function slicesOf(scored: Scored, { frame, rows, by }: Within & { readonly by: string }): readonly Slice[] {
  const { of, names } = groupsOf(columnNamed(frame, by, 'grouping'), rows)
  const members = names.map((): number[] => [])
  for (const [i, group] of of.entries()) members[group]?.push(i)
  return names
    .map((group, g) => ({ group, rows: members[g]?.length ?? 0, metrics: measure(rowsOf(scored, Uint32Array.from(members[g] ?? []))) }))
    .sort((a, b) => b.rows - a.rows)
}

function baselineLast(
  scored: Scored,
  { frame, rows, time }: Within & { readonly time: string | undefined },
): { readonly baselineLast?: Metrics } {
  if (time === undefined) return {}
  const column = columnNamed(frame, time, 'time')
  if (column.type === 'category')
    throw new Fault('invalid_input', `Time column '${time}' holds text that is no date. Convert it to dates or numbers first.`)
  const times = Float64Array.from(rows, (row) => column.values[row] ?? Number.NaN)
  const unknown = times.filter(Number.isNaN).length
  if (unknown > 0) throw new Fault('invalid_input', `Time column '${time}' is missing in ${unknown} rows. Fill or drop them first.`)
  const every = Uint32Array.from(rows, (_, i) => i)
  return { baselineLast: measure({ ...scored, scores: lastScores(scored, times, every) }) }
}

function thresholdOf(scored: Scored, objective: Objective | undefined): { readonly threshold?: ChosenThreshold } {
  if (objective === undefined) return {}
  if (scored.task !== 'binary')
    throw new Fault(
      'invalid_input',
      `A threshold is chosen between two classes, and this is a ${scored.task} model. Leave costs and threshold_by out.`,
    )
  const positive = Uint8Array.from(scored.target)
  const scores = scoreOf(scored, 1)
  const chosen = chooseThreshold(positive, scores, objective)
  return chosen === undefined ? {} : { threshold: { objective, chosen, atHalf: outcomeAt(0.5, { positive, scores }, objective) } }
}
