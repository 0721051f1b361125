/** Shows what a dataset holds and what in it will mislead a model. */
import { z } from 'zod'
import { getDataset } from '../ml/data/datasets.ts'
import { profileDataset, warningKinds } from '../ml/data/profile.ts'
import { columnSchema, datasetRef, list, versionName } from './dataset-schema.ts'
import { defineTool } from './tool.ts'

const spread = z.object({
  mean: z.number().nullable().describe('Mean; milliseconds for dates.'),
  sd: z.number().nullable().describe('Standard deviation of the sample.'),
  quantiles: list(z.object({ q: z.number().describe('0 to 1.'), value: z.number().describe('Value at it.') })).describe(
    'From least to greatest.',
  ),
  histogram: list(
    z.object({
      from: z.number().describe('Lower edge.'),
      to: z.number().describe('Upper edge.'),
      count: z.int().describe('Rows in it.'),
    }),
  ).describe('Twenty bins of equal width.'),
})

export const profileDataTool = defineTool({
  name: 'profile_data',
  title: 'Profile a dataset',
  description:
    'Describes every column of a dataset (type, missing, distinct, quantiles and histogram or most frequent values), correlations between number columns, and warnings: constant, id-like or imbalanced columns, columns that give the target away (leak), rows ordered in time, repeated rows. Use it before training, or when asked what a dataset looks like. Pass target when it is known.',
  input: z.strictObject({
    dataset: datasetRef,
    target: z.string().optional().describe('The column that will be predicted; lets the profile look for leaks.'),
  }),
  output: z.object({
    dataset: z.string().describe('Dataset and version profiled.'),
    rows: z.int().describe('Number of rows.'),
    columns: list(
      columnSchema.extend({
        missing: z.int().describe('Rows without a value.'),
        distinct: z.int().describe('Different values.'),
        spread: spread.optional().describe('For numbers and dates.'),
        top: list(z.object({ value: z.string().describe('Value.'), count: z.int().describe('Rows with it.') }))
          .optional()
          .describe('For text and booleans: the ten most frequent values.'),
      }),
    ).describe('Columns in order.'),
    correlations: list(
      z.object({ left: z.string().describe('Column.'), right: z.string().describe('Column.'), r: z.number().describe("Pearson's r.") }),
    ).describe('Strongest first, |r| of 0.1 or more.'),
    warnings: list(
      z.object({
        kind: z.enum(warningKinds).describe('What is suspicious.'),
        columns: list(z.string()).describe('Columns concerned.'),
        message: z.string().describe('What was found and what to do.'),
      }),
    ).describe('What to look at before training.'),
  }),
  effect: 'read',
  role: 'viewer',
  untrusted: true,
  examples: [{ says: 'What do the columns of customers look like?', input: { dataset: 'customers' } }],
  run: async ({ dataset: ref, target }, { db, blobs, caller, signal }) => {
    const dataset = await getDataset(db, caller.workspace, ref)
    const profile = await profileDataset(dataset, { blobs, signal, ...(target !== undefined && { target }) })
    const warnings = profile.warnings.slice(0, 8).map(({ message }) => `- ${message}`)
    const missing = profile.columns.filter((column) => column.missing > 0).length
    const content = [
      `${versionName(dataset)} has ${profile.rows} rows and ${profile.columns.length} columns; ${missing} of them ${missing === 1 ? 'has' : 'have'} missing values.`,
      ...(warnings.length > 0 ? ['Warnings:', ...warnings] : ['No warnings.']),
    ].join('\n')
    return { content, data: { dataset: versionName(dataset), ...profile } }
  },
})
