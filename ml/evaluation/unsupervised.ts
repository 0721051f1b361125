/** Measures a model that predicts no column: by its own measure, and against labels where somebody knows the true groups. */
import { Fault } from '../../platform/fault.ts'
import type { Column, Frame } from '../data/frame.ts'
import { algorithmNamed } from '../models/algorithms.ts'
import { type Model, scoreFrame, shapeOf } from '../models/model.ts'
import { chosenClass, outputs, type Problem } from '../models/problem.ts'
import { readFrame } from '../models/records.ts'
import { columnNamed } from '../training/columns.ts'
import { clusterAgreement } from './cluster-agreement.ts'
import { adjustedRandIndex } from './clustering.ts'
import { finiteOnly, type Metrics } from './metrics.ts'
import { besideBaseline } from './own-baseline.ts'
import { rankingOf } from './ranking.ts'
import type { EvaluationReport } from './report.ts'
import { groupsOf } from './row-groups.ts'

/**
 * `labels` names a column of true groups for a clustering, of 1 (unusual) and 0 for anomalies. Throws `invalid_input` where
 * it does not fit. A recommender is measured by what users took that the training rows did not hold: bring later events.
 */
export function unsupervisedReport(model: Model, frame: Frame, labels?: string): EvaluationReport {
  const measure = algorithmNamed(model.algorithm).measure
  if (measure === undefined && labels === undefined)
    throw new Fault(
      'invalid_input',
      `This model (${model.algorithm}, ${model.task}) predicts no column, so there are no true answers to measure it by. Its own metrics are in list_runs.`,
    )
  const problem: Problem = {
    rows: frame.rows,
    columns: model.columns,
    values: readFrame(frame, model.columns),
    task: model.task,
    classes: model.classes.length,
    target: new Float64Array(),
  }
  const own = measure?.(model.fitted, shapeOf(model), { train: problem, test: problem }) ?? {}
  const known = labels === undefined ? {} : labelMetrics(model, frame, columnNamed(frame, labels, 'label'))
  const { metrics, baseline } = besideBaseline(finiteOnly({ ...own, ...known }))
  if (model.task === 'recommendation' && Object.keys(metrics).length === 0)
    throw new Fault(
      'invalid_input',
      'No user takes anything here that the training data did not hold, so there is nothing to recommend right or wrong. Evaluate on later events.',
    )
  return { task: model.task, rows: frame.rows, metrics, intervals: {}, baseline, curves: [], warnings: [] }
}

function labelMetrics(model: Model, frame: Frame, column: Column): Metrics {
  const rows = Uint32Array.from({ length: frame.rows }, (_, row) => row)
  const scores = scoreFrame(model, frame)
  if (model.task === 'clustering') {
    const width = outputs(shapeOf(model))
    const found = Int32Array.from(rows, (row) => chosenClass(scores, row * width, width))
    const truth = groupsOf(column, rows).of
    return { adjusted_rand: adjustedRandIndex(truth, found), ...clusterAgreement(truth, found) }
  }
  if (model.task !== 'anomaly')
    throw new Fault('invalid_input', `A ${model.task} model has nothing that labels could be compared with. Leave labels out.`)
  const values = column.type === 'number' ? column.values : undefined
  if (values === undefined || !values.every((value) => value === 0 || value === 1))
    throw new Fault('invalid_input', `Column '${column.name}' must hold 1 for every unusual row and 0 for the rest. Convert it first.`)
  const { rocAuc, averagePrecision, ks } = rankingOf({ of: values, k: 1, classes: 2, scores })
  return { roc_auc: rocAuc, pr_auc: averagePrecision, ks }
}
