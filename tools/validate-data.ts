/** Checks a dataset against expectations. */
import { z } from 'zod'
import { columnTypes } from '../ml/data/column-types.ts'
import { getDataset } from '../ml/data/datasets.ts'
import { inferSuite, validateDataset } from '../ml/data/validate.ts'
import { datasetRef, list, versionName } from './dataset-schema.ts'
import { defineTool } from './tool.ts'

const column = z.string().describe('Column.')
const mostly = z
  .number()
  .min(0)
  .max(1)
  .optional()
  .describe('Passes when at least this share of the rows keeps it; all of them when absent.')
const bound = (what: string) => z.number().optional().describe(`${what}; dates in milliseconds since 1970.`)

const expectation = z.discriminatedUnion('expect', [
  z.strictObject({ expect: z.literal('not_null').describe('No value is missing.'), column, mostly }),
  z.strictObject({ expect: z.literal('unique').describe('No value occurs twice.'), column }),
  z.strictObject({
    expect: z.literal('in_range').describe('Values lie between min and max, both included.'),
    column,
    min: bound('Least value'),
    max: bound('Greatest value'),
    mostly,
  }),
  z.strictObject({
    expect: z.literal('in_set').describe('Values are among those given.'),
    column,
    values: z.array(z.union([z.string(), z.number(), z.boolean()])).describe('Permitted values.'),
    mostly,
  }),
  z.strictObject({
    expect: z.literal('matches').describe('Values match a regular expression as a whole.'),
    column,
    pattern: z.string().max(500).describe('RE2 pattern.'),
    mostly,
  }),
  z.strictObject({ expect: z.literal('type').describe('The column has a type.'), column, type: z.enum(columnTypes).describe('The type.') }),
  z.strictObject({
    expect: z.literal('row_count').describe('The number of rows lies between min and max.'),
    min: bound('Fewest rows'),
    max: bound('Most rows'),
  }),
])

export const validateDataTool = defineTool({
  name: 'validate_data',
  title: 'Validate a dataset',
  description:
    'Checks a dataset against expectations: not_null, unique, in_range, in_set, matches, type, row_count. Without a suite it checks what every table should keep (rows there are, few missing values, types, unique ids). Use it as a gate before training or after new data came in. For a description without a verdict use profile_data.',
  input: z.strictObject({
    dataset: datasetRef,
    suite: z.array(expectation).min(1).max(500).optional().describe('Expectations; a default suite when absent.'),
  }),
  output: z.object({
    dataset: z.string().describe('Dataset and version checked.'),
    passed: z.boolean().describe('Whether every expectation was met.'),
    results: list(
      z.object({
        expectation: z.string().describe('The expectation in words.'),
        column: z.string().describe('Column; empty for the table as a whole.'),
        passed: z.boolean().describe('Whether it was met.'),
        found: z.string().describe('What was found.'),
        rows: list(z.int()).describe('First rows that break it, counted from 1.'),
      }),
    ).describe('In the order of the suite.'),
  }),
  effect: 'read',
  role: 'viewer',
  untrusted: true,
  examples: [{ says: 'Is customers fit to train on?', input: { dataset: 'customers' } }],
  run: async ({ dataset: ref, suite }, { db, blobs, caller, signal }) => {
    const dataset = await getDataset(db, caller.workspace, ref)
    const results = await validateDataset(dataset, suite ?? inferSuite(dataset), { blobs, signal })
    const failed = results.filter(({ passed }) => !passed)
    const lines = failed
      .slice(0, 10)
      .map(
        (each) =>
          `- ${each.column === '' ? 'table' : `'${each.column}'`} ${each.expectation}: ${each.found}${each.rows.length > 0 ? ` (rows ${each.rows.join(', ')})` : ''}`,
      )
    const verdict =
      failed.length === 0 ? `meets all ${results.length} expectations.` : `breaks ${failed.length} of ${results.length} expectations:`
    return {
      content: [`${versionName(dataset)} ${verdict}`, ...lines].join('\n'),
      data: { dataset: versionName(dataset), passed: failed.length === 0, results },
    }
  },
})
