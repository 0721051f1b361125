/** Measures a registered model on a dataset. */
import { z } from 'zod'
import { getDataset } from '../ml/data/datasets.ts'
import { loadFrame } from '../ml/data/frame-reader.ts'
import { evaluate } from '../ml/evaluation/evaluate.ts'
import { metricsOf } from '../ml/evaluation/metrics.ts'
import type { EvaluationReport, EvaluationWish } from '../ml/evaluation/report.ts'
import { thresholdMetrics } from '../ml/evaluation/threshold.ts'
import { getModelVersion } from '../ml/registry/registry.ts'
import { Fault } from '../platform/fault.ts'
import { datasetRef, versionName } from './dataset-schema.ts'
import { evaluationInData, evaluationSchema } from './evaluation-schema.ts'
import { modelName, versionNumber } from './model-schema.ts'
import { defineTool } from './tool.ts'
import { metricSchema, scoreInWords } from './training-schema.ts'

const column = z.string().min(1)

const input = z.strictObject({
  model: modelName,
  version: versionNumber.optional().describe('Version; the one in production, else the newest, when absent.'),
  dataset: datasetRef,
  metrics: z.array(metricSchema).min(1).optional().describe('Only these metrics; all that fit the task when absent.'),
  by: column.optional().describe('Column to measure group by group: each value, or quarters of a number, by itself.'),
  costs: z
    .strictObject({
      false_positive: z.number().min(0).max(1e12).describe('Cost of calling a negative row positive.'),
      false_negative: z.number().min(0).max(1e12).describe('Cost of calling a positive row negative.'),
    })
    .optional()
    .describe('For two classes: find the threshold at which mistakes cost least, in any unit.'),
  threshold_by: z
    .enum(thresholdMetrics)
    .optional()
    .describe('For two classes: find the threshold at which this is best; youden is true minus false positive rate. Not with costs.'),
  weight_column: column.optional().describe('Column of numbers from 0 on: how much each row counts in metrics and intervals.'),
  time_column: column.optional().describe('Column of times: adds the baseline "same as last time".'),
  labels: column
    .optional()
    .describe('For models without a target: column of the true groups (clustering), or of 1 for anomalies and 0 for the rest.'),
  seed: z.int().min(0).max(4_294_967_295).default(0).describe('Of the intervals: the same seed draws the same rows.'),
})

export const evaluateModelTool = defineTool({
  name: 'evaluate_model',
  title: 'Evaluate a model',
  description:
    'Measures a registered model on a dataset that holds the true answers: metrics with 95 % intervals beside a baseline, confusion matrix, ROC, precision-recall, lift and calibration curves, the threshold that costs least, and metrics by group. Use it on data the model was not trained on. Cross-validated metrics of training are in list_runs already; whether groups of people are treated alike says fairness_report.',
  input,
  output: evaluationSchema.extend({
    model: modelName,
    version: versionNumber,
    dataset: z.string().describe('Dataset and version, as name@version.'),
    rows: z.int().describe('Rows measured.'),
  }),
  effect: 'read',
  role: 'viewer',
  untrusted: true,
  examples: [
    { says: 'How good is churn on the test set?', input: { model: 'churn', version: 1, dataset: 'customers-test' } },
    {
      says: 'Where should churn draw the line if a missed customer costs ten times a needless call, and how does it do by region?',
      input: { model: 'churn', version: 1, dataset: 'customers-test', costs: { false_positive: 1, false_negative: 10 }, by: 'region' },
    },
  ],
  run: async ({ model, version: asked, dataset: ref, metrics: only, ...rest }, { db, blobs, caller, signal }) => {
    const { version, blob } = await getModelVersion(db, caller.workspace, model, asked)
    const dataset = await getDataset(db, caller.workspace, ref)
    const frame = await loadFrame(dataset, { blobs, signal })
    const report = await evaluate({ bytes: await blobs.get(blob), frame, wish: wishOf(rest) }, signal)
    const name = versionName(dataset)
    const headline = only?.[0] ?? metricsOf[report.task].find((metric) => report.metrics[metric] !== undefined) ?? ''
    return {
      content:
        `'${model}' version ${version} on ${name} (${report.rows} rows): ${inWords(report, headline)} ${report.warnings.join(' ')}`.trim(),
      data: {
        ...evaluationInData(report, (metric) => only === undefined || only.includes(metric)),
        ...{ model, version, dataset: name, rows: report.rows },
      },
    }
  },
})

type Rest = Omit<z.output<typeof input>, 'model' | 'version' | 'dataset' | 'metrics'>

function wishOf({ by, costs, threshold_by, weight_column, time_column, labels, seed }: Rest): EvaluationWish {
  if (costs !== undefined && threshold_by !== undefined)
    throw new Fault('invalid_input', 'Both costs and threshold_by are given. Give one: a threshold is best by one thing.')
  return {
    seed,
    ...(by !== undefined && { by }),
    ...(weight_column !== undefined && { weightColumn: weight_column }),
    ...(time_column !== undefined && { timeColumn: time_column }),
    ...(labels !== undefined && { labels }),
    ...(threshold_by !== undefined && { objective: { kind: 'metric', metric: threshold_by } }),
    ...(costs !== undefined && { objective: { kind: 'cost', falsePositive: costs.false_positive, falseNegative: costs.false_negative } }),
  }
}

/** "roc_auc 0.9288 (95 % 0.9101 to 0.9447, baseline 0.5000). Threshold 0.23 costs least: 0.31 a row, 0.52 at 0.5." */
function inWords({ metrics, intervals, baseline, threshold }: EvaluationReport, headline: string): string {
  const interval = intervals[headline]
  const notes = [
    ...(interval ? [`95 % ${interval.low.toPrecision(4)} to ${interval.high.toPrecision(4)}`] : []),
    ...(baseline[headline] === undefined ? [] : [`baseline ${baseline[headline].toPrecision(4)}`]),
  ]
  const score = `${scoreInWords(headline, metrics[headline])}${notes.length > 0 ? ` (${notes.join(', ')})` : ''}.`
  if (threshold === undefined) return score
  const { chosen, atHalf, objective } = threshold
  const line = chosen.threshold === null ? 'Calling nothing positive' : `Threshold ${chosen.threshold.toPrecision(3)}`
  const [words, value, half] =
    objective.kind === 'cost'
      ? ['costs least', `${chosen.value.toPrecision(3)} a row`, atHalf.value.toPrecision(3)]
      : [`is best by ${objective.metric}`, chosen.value.toPrecision(3), atHalf.value.toPrecision(3)]
  return `${score} ${line} ${words}: ${value}, ${half} at 0.5.`
}
