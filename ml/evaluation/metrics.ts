/** How good scores are, in scikit-learn's definitions to its last digits. A metric that a sample cannot define is left out. */
import { chosenClass, type Task } from '../models/problem.ts'
import { classificationMetrics, judge, tableOf } from './classification.ts'
import { regressionMetrics } from './regression.ts'

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

const averages = ['f1_weighted', 'precision_macro', 'recall_macro', 'mcc', 'cohen_kappa'] as const
const pairs = ['roc_auc_weighted', 'roc_auc_ovo', 'roc_auc_ovo_weighted'] as const
const tops = ['top_2_accuracy', 'top_3_accuracy', 'top_5_accuracy'] as const

/** Metrics of each task; the first is the one models are chosen by unless the caller says otherwise. */
export const metricsOf: Readonly<Record<Task, readonly string[]>> = {
  binary: [
    ...['roc_auc', 'accuracy', 'f1_macro', 'f1', 'precision', 'recall', 'balanced_accuracy', 'pr_auc', 'log_loss', 'brier'],
    ...averages,
    ...['f2', 'specificity', 'jaccard', 'ks', 'calibration_error'],
  ],
  multiclass: ['accuracy', 'f1_macro', 'balanced_accuracy', 'roc_auc', 'pr_auc', 'log_loss', 'brier', ...averages, ...pairs, ...tops],
  regression: [
    ...['rmse', 'mae', 'r2', 'mse', 'median_ae', 'max_error', 'mape', 'explained_variance', 'rmsle', 'pinball_0.1', 'pinball_0.9'],
    'poisson_deviance',
  ],
  clustering: ['silhouette', 'calinski_harabasz', 'davies_bouldin', 'inertia', 'log_likelihood', 'bic', 'aic'],
  anomaly: ['roc_auc', 'pr_auc'],
  projection: ['explained_variance', 'reconstruction_error'],
  recommendation: ['ndcg@10', 'recall@10', 'map@10'],
}

const lowerIsBetter: ReadonlySet<string> = new Set([
  ...['log_loss', 'brier', 'calibration_error', 'davies_bouldin', 'reconstruction_error', 'inertia', 'bic', 'aic'],
  ...['rmse', 'mae', 'mse', 'median_ae', 'max_error', 'mape', 'rmsle', 'pinball_0.1', 'pinball_0.9', 'poisson_deviance'],
])

/** Whether `a` is the better value of this metric. */
export function isBetter(metric: string, a: number, b: number): boolean {
  return lowerIsBetter.has(metric) ? a < b : a > b
}

/**
 * All metrics of a task with a target; for two classes the second is the positive one. Never NaN: what the rows cannot
 * define (one class only, no rows, no weight) and what is beyond arithmetic (an infinite score) is left out.
 */
export function measure(scored: Scored): Metrics {
  if (scored.target.length === 0 || scored.scores.some(Number.isNaN)) return {}
  return finiteOnly(scored.task === 'regression' ? regressionMetrics(scored) : classificationMetrics(judge(scored), scored.weights))
}

/** A metric that the rows cannot define is left out. */
export function finiteOnly(metrics: Metrics): Metrics {
  return Object.fromEntries(Object.entries(metrics).filter(([, value]) => Number.isFinite(value)))
}

/** Rows of the sample by class: rows are the true class, columns the predicted one. */
export function confusion({ target, scores, classes }: Scored): number[][] {
  const chosen = Int32Array.from(target, (_, row) => chosenClass(scores, row * classes, classes))
  return tableOf({ classes, target, chosen })
}
