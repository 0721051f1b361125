/** How good scores are, in scikit-learn's definitions to its last digits. A metric that a sample cannot define is left out. */
import { chosenClass, type Task } from '../models/problem.ts'
import { averagePrecision, rocAuc } from './ranking.ts'

export type Metrics = Readonly<Record<string, number>>

/** True targets (class indexes or numbers) beside scores, `width` per row. */
export interface Scored {
  readonly task: Task
  readonly classes: number
  readonly target: Float64Array
  readonly scores: Float64Array
  /** How much each row counts, 0 for not at all. Absent: all count the same. */
  readonly weights?: Float64Array
}

/** Metrics of each task; the first is the one models are chosen by unless the caller says otherwise. */
export const metricsOf: Readonly<Record<Task, readonly string[]>> = {
  binary: ['roc_auc', 'accuracy', 'f1_macro', 'f1', 'precision', 'recall', 'balanced_accuracy', 'pr_auc', 'log_loss', 'brier'],
  multiclass: ['accuracy', 'f1_macro', 'balanced_accuracy', 'roc_auc', 'pr_auc', 'log_loss'],
  regression: ['rmse', 'mae', 'r2'],
  clustering: ['silhouette', 'calinski_harabasz', 'davies_bouldin'],
  anomaly: ['roc_auc', 'pr_auc'],
  projection: ['explained_variance', 'reconstruction_error'],
  recommendation: ['ndcg@10', 'recall@10', 'map@10'],
}

const lowerIsBetter: ReadonlySet<string> = new Set(['log_loss', 'brier', 'rmse', 'mae', 'davies_bouldin', 'reconstruction_error'])

/** Whether `a` is the better value of this metric. */
export function isBetter(metric: string, a: number, b: number): boolean {
  return lowerIsBetter.has(metric) ? a < b : a > b
}

/** All metrics of the task. For two classes the second is the positive one. */
export function measure(scored: Scored): Metrics {
  if (scored.target.length === 0) return {}
  const all = scored.task === 'regression' ? regression(scored) : classification(scored)
  return Object.fromEntries(Object.entries(all).filter(([, value]) => Number.isFinite(value)))
}

/** Rows are the true class, columns the predicted one. */
export function confusion({ target, scores, classes }: Scored): number[][] {
  const table = Array.from({ length: classes }, () => new Array<number>(classes).fill(0))
  for (let row = 0; row < target.length; row++) {
    const line = table[target[row] ?? 0]
    const predicted = chosenClass(scores, row * classes, classes)
    if (line !== undefined) line[predicted] = (line[predicted] ?? 0) + 1
  }
  return table
}

/** The probability of one class, row by row. */
export function scoreOf({ scores, target, classes }: Scored, k: number): Float64Array {
  return Float64Array.from(target, (_, row) => scores[row * classes + k] ?? 0)
}

function classification(scored: Scored): Record<string, number> {
  const table = confusion(scored)
  const perClass = table.map((line, k) => {
    const hit = line[k] ?? 0
    const actual = line.reduce((sum, count) => sum + count, 0)
    const predicted = table.reduce((sum, other) => sum + (other[k] ?? 0), 0)
    return { hit, actual, predicted, f1: actual + predicted === 0 ? Number.NaN : (2 * hit) / (actual + predicted) }
  })
  const hits = perClass.reduce((sum, { hit }) => sum + hit, 0)
  const areas = perClass.flatMap(({ actual }, k) => {
    if (actual === 0 || actual === scored.target.length) return []
    const positive = Uint8Array.from(scored.target, (value) => (value === k ? 1 : 0))
    return [{ roc: rocAuc(positive, scoreOf(scored, k)), pr: averagePrecision(positive, scoreOf(scored, k)) }]
  })
  const common = {
    accuracy: hits / scored.target.length,
    f1_macro: mean(perClass.map(({ f1 }) => f1)),
    balanced_accuracy: mean(perClass.map(({ hit, actual }) => hit / actual)),
    log_loss: logLoss(scored),
  }
  if (scored.classes > 2) return { ...common, roc_auc: mean(areas.map(({ roc }) => roc)), pr_auc: mean(areas.map(({ pr }) => pr)) }
  const positive = perClass[1] ?? { hit: 0, actual: 0, predicted: 0, f1: 0 }
  return {
    ...common,
    f1: Number.isNaN(positive.f1) ? 0 : positive.f1,
    precision: positive.hit / Math.max(1, positive.predicted),
    recall: positive.hit / Math.max(1, positive.actual),
    roc_auc: areas[1]?.roc ?? Number.NaN,
    pr_auc: areas[1]?.pr ?? Number.NaN,
    brier: mean(Array.from(scored.target, (y, row) => (y - (scored.scores[2 * row + 1] ?? 0)) ** 2)),
  }
}

function logLoss({ target, scores, classes }: Scored): number {
  let sum = 0
  for (let row = 0; row < target.length; row++) {
    const p = scores[row * classes + (target[row] ?? 0)] ?? 0
    sum -= Math.log(Math.min(1 - Number.EPSILON, Math.max(Number.EPSILON, p)))
  }
  return sum / target.length
}

function regression({ target, scores }: Scored): Record<string, number> {
  const centre = mean(Array.from(target))
  let squares = 0
  let absolutes = 0
  let spread = 0
  for (let row = 0; row < target.length; row++) {
    const error = (target[row] ?? 0) - (scores[row] ?? 0)
    squares += error * error
    absolutes += Math.abs(error)
    spread += ((target[row] ?? 0) - centre) ** 2
  }
  const rows = target.length
  /** scikit-learn's convention where the target does not vary. */
  const flat = squares === 0 ? 1 : 0
  return { rmse: Math.sqrt(squares / rows), mae: absolutes / rows, r2: spread > 0 ? 1 - squares / spread : flat }
}

/** Of the values that are defined. */
function mean(values: readonly number[]): number {
  const defined = values.filter((value) => !Number.isNaN(value))
  return defined.reduce((sum, value) => sum + value, 0) / defined.length
}
