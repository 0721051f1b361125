/** Tells whether data has changed since a model was trained, or between two datasets. */
import { z } from 'zod'
import { checkDrift } from '../ml/monitoring/check-drift.ts'
import { driftMethods, driftModes } from '../ml/monitoring/drift.ts'
import { datasetRef, list } from './dataset-schema.ts'
import { modelName } from './model-schema.ts'
import { defineTool } from './tool.ts'

const columnDrift = z.object({
  name: z.string().describe('Column.'),
  test: z
    .enum(['ks', 'chi_square', 'psi', 'js', 'missing_rate', 'type', 'wasserstein', 'z'])
    .describe(
      'Kolmogorov-Smirnov for numbers, chi-square for categories, missing_rate when the share of missing values gave it away, type when numbers met texts.',
    ),
  statistic: z.number().describe('Value of the test.'),
  p_value: z.number().optional().describe('Chance of so large a statistic without drift; absent for psi and js.'),
  threshold: z
    .number()
    .describe(
      "What the p-value (or the statistic of psi and js) was compared with; Holm's correction makes it stricter with many columns.",
    ),
  drifted: z.boolean().describe('The decision.'),
  psi: z.number().describe('Population stability index over ten reference-quantile bins, natural logarithm.'),
  js: z.number().describe('Jensen-Shannon distance, base 2.'),
  missing_reference: z.number().describe('Share of missing values before.'),
  missing_current: z.number().describe('Share of missing values now.'),
})

export const checkDriftTool = defineTool({
  name: 'check_drift',
  title: 'Check drift',
  description:
    "Tells whether data has changed: a model's newest live predictions against the data it was trained on (pass model), a dataset against a model's training data (model and dataset), or one dataset against another (dataset and reference). Every column is tested, corrected for their number, and a classifier looks for changes that no column shows alone. Use it when a model's results look odd, or before retraining.",
  input: z.strictObject({
    model: modelName.optional().describe('The model whose training data is the reference.'),
    dataset: datasetRef.optional().describe("The current data; the model's live predictions when absent."),
    reference: datasetRef.optional().describe("What it is compared with; the model's training data when absent."),
    window: z.int().min(20).max(10_000).default(1000).describe('How many of the newest live predictions to look at.'),
    method: z.enum(driftMethods).default('auto').describe('auto: tests with p-values; psi or js: by size of the difference alone.'),
    mode: z
      .enum(driftModes)
      .default('default')
      .describe(
        "evidently: the statistics and decisions of Evidently's preset, to compare with its reports; method and threshold do not apply.",
      ),
    threshold: z.number().gt(0).lt(10).optional().describe('auto: chance of a false alarm over all columns (0.01); psi: 0.2; js: 0.1.'),
  }),
  output: z.object({
    drifted: z.boolean().describe('Whether any column, all of them together, or the outcomes changed.'),
    reference: z.string().describe('What was compared with.'),
    current: z.string().describe('What was looked at.'),
    rows: z
      .object({ reference: z.int().describe('Rows before.'), current: z.int().describe('Rows now.') })
      .describe('How many rows were compared.'),
    columns: list(columnDrift).describe("In the reference's order."),
    joint: z
      .object({
        auc: z.number().describe('How well a classifier tells current rows from reference rows: 0.5 is not at all, 1 always.'),
        p_value: z.number().describe('Chance of that without drift.'),
        rows: z.int().describe('Rows it looked at.'),
        threshold: z.number().describe('What the p-value was compared with.'),
        drifted: z.boolean().describe('The decision; needs an auc of 0.55 as well.'),
      })
      .optional()
      .describe('All columns together; absent with few rows.'),
    target: columnDrift.optional().describe("The target's own distribution, or live predictions against it."),
    concept: z
      .object({
        outcomes: z.int().describe('Recorded outcomes looked at.'),
        metric: z.enum(['accuracy', 'mae']).describe('What was compared.'),
        live: z.number().describe('Its value on outcomes.'),
        reference: z.number().describe('Its value in training.'),
        p_value: z.number().describe('Chance of being so much worse without a change.'),
        drifted: z.boolean().describe('The decision.'),
      })
      .optional()
      .describe('Whether the model is wrong more often than in training; absent below 30 outcomes.'),
    skipped: list(z.object({ name: z.string().describe('Column.'), reason: z.string().describe('Why.') })).describe(
      'Columns that could not be compared.',
    ),
  }),
  effect: 'read',
  role: 'viewer',
  untrusted: true,
  examples: [
    { says: 'Has the test set drifted from the training set?', input: { dataset: 'customers-test', reference: 'customers-train' } },
    {
      says: 'Compare the scored customers with the original ones by PSI',
      input: { dataset: 'customers-test', reference: 'customers', method: 'psi' },
    },
  ],
  run: async ({ model, dataset, reference, window, method, mode, threshold }, { db, blobs, caller, signal }) => {
    const answer = await checkDrift(
      { db, blobs, workspace: caller.workspace, signal },
      {
        window,
        method,
        mode,
        ...(model !== undefined && { model }),
        ...(dataset !== undefined && { dataset }),
        ...(reference !== undefined && { reference }),
        ...(threshold !== undefined && { threshold }),
      },
    )
    const columns = answer.columns.filter(({ drifted }) => drifted).map(({ name, psi }) => `${name} (PSI ${psi.toFixed(3)})`)
    const findings = [
      ...(columns.length > 0 ? [`changed columns: ${columns.slice(0, 12).join(', ')}${columns.length > 12 ? ', …' : ''}`] : []),
      ...(answer.joint?.drifted ? [`a classifier tells the samples apart (AUC ${answer.joint.auc.toFixed(3)})`] : []),
      ...(answer.concept?.drifted
        ? [`${answer.concept.metric} on outcomes is ${answer.concept.live.toFixed(3)}, in training ${answer.concept.reference.toFixed(3)}`]
        : []),
    ]
    const verdict = answer.drifted ? `Drift: ${findings.join('; ')}.` : `No drift in ${answer.columns.length} columns.`
    return { content: `${answer.current} against ${answer.reference}. ${verdict}`, data: answer }
  },
})
