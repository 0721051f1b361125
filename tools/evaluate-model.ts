/** Measures a registered model on a dataset. */
import { z } from 'zod'
import { getDataset } from '../ml/data/datasets.ts'
import { loadFrame } from '../ml/data/frame-reader.ts'
import { evaluate } from '../ml/evaluation/evaluate.ts'
import { metricsOf } from '../ml/evaluation/metrics.ts'
import { getModelVersion } from '../ml/registry/registry.ts'
import { datasetRef, list, versionName } from './dataset-schema.ts'
import { modelName, versionNumber } from './model-schema.ts'
import { defineTool } from './tool.ts'
import { metricSchema, scoreInWords, scoresSchema } from './training-schema.ts'

const rate = (words: string) => z.number().describe(words)

export const evaluateModelTool = defineTool({
  name: 'evaluate_model',
  title: 'Evaluate a model',
  description:
    'Measures a registered model on a dataset that holds the true answers: metrics beside a baseline, confusion matrix, ROC and precision-recall curves. Use it on data the model was not trained on. Cross-validated metrics of training are in list_runs already.',
  input: z.strictObject({
    model: modelName,
    version: versionNumber.optional().describe('Version; the one in production, else the newest, when absent.'),
    dataset: datasetRef,
    metrics: z.array(metricSchema).min(1).optional().describe('Only these metrics; all that fit the task when absent.'),
  }),
  output: z.object({
    model: modelName,
    version: versionNumber,
    dataset: z.string().describe('Dataset and version, as name@version.'),
    rows: z.int().describe('Rows measured.'),
    metrics: scoresSchema,
    baseline: scoresSchema.describe("Metrics of always answering the data's own class shares or mean."),
    confusion: z
      .object({
        classes: list(z.string()).describe('Order of rows and columns.'),
        counts: list(list(z.int())).describe('Rows are true classes, columns predicted ones.'),
      })
      .optional()
      .describe('Absent for regression.'),
    curves: list(
      z.object({
        class: z.string().describe('Class counted as positive.'),
        roc: list(
          z.object({
            threshold: z.number().nullable().describe('Lowest probability called positive; null at the start.'),
            fpr: rate('False positive rate.'),
            tpr: rate('True positive rate.'),
          }),
        ).describe('ROC curve, at most 200 points.'),
        precision_recall: list(
          z.object({ threshold: rate('Lowest probability called positive.'), precision: rate('Precision.'), recall: rate('Recall.') }),
        ).describe('Precision-recall curve, at most 200 points.'),
      }),
    ).describe('Empty for regression.'),
    warnings: list(z.string()).describe('Rows that could not be used.'),
  }),
  effect: 'read',
  role: 'viewer',
  untrusted: true,
  examples: [{ says: 'How good is churn on the test set?', input: { model: 'churn', version: 1, dataset: 'customers-test' } }],
  run: async ({ model, version: asked, dataset: ref, metrics: only }, { db, blobs, caller, signal }) => {
    const { version, blob } = await getModelVersion(db, caller.workspace, model, asked)
    const dataset = await getDataset(db, caller.workspace, ref)
    const frame = await loadFrame(dataset, { blobs, signal })
    const report = await evaluate({ bytes: await blobs.get(blob), frame }, signal)
    const chosen = (all: Readonly<Record<string, number>>): Record<string, number> =>
      Object.fromEntries(Object.entries(all).filter(([name]) => only === undefined || only.includes(name)))
    const metrics = chosen(report.metrics)
    const name = versionName(dataset)
    const headline = only?.[0] ?? metricsOf[report.task][0] ?? ''
    const score = scoreInWords(headline, report.metrics[headline])
    return {
      content: `'${model}' version ${version} on ${name} (${report.rows} rows): ${score}. ${report.warnings.join(' ')}`.trim(),
      data: {
        ...{ model, version, dataset: name, rows: report.rows, metrics },
        baseline: chosen(report.baseline),
        ...(report.confusion && { confusion: report.confusion }),
        curves: report.curves.map(({ precisionRecall, ...curve }) => ({ ...curve, precision_recall: precisionRecall })),
        warnings: report.warnings,
      },
    }
  },
})
