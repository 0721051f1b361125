/** Cleans and reshapes a dataset into a new version. */
import { z } from 'zod'
import { columnTypes } from '../ml/data/column-types.ts'
import { getDataset, requireDatasetName, saveDataset } from '../ml/data/datasets.ts'
import { fillMethods, prepareDataset } from '../ml/data/prepare.ts'
import { columnSchema, datasetName, datasetRef, list, versionName } from './dataset-schema.ts'
import { defineTool } from './tool.ts'

const column = z.string().min(1).describe('Column.')
const columns = z.array(z.string().min(1)).min(1).describe('Columns.')

const step = z.discriminatedUnion('step', [
  z.strictObject({ step: z.literal('drop_columns').describe('Leaves columns out.'), columns }),
  z.strictObject({ step: z.literal('keep_columns').describe('Keeps these columns only, in this order.'), columns }),
  z.strictObject({
    step: z.literal('rename').describe('Gives a column another name.'),
    column,
    to: z.string().min(1).max(200).describe('New name.'),
  }),
  z.strictObject({
    step: z.literal('fill_missing').describe('Fills missing values.'),
    columns,
    method: z.enum(fillMethods).optional().describe('What to fill with; pass method or value.'),
    value: z.union([z.string(), z.number(), z.boolean()]).optional().describe('A value to fill with.'),
  }),
  z.strictObject({
    step: z.literal('drop_missing').describe('Drops rows with missing values.'),
    columns: columns.optional().describe('Where to look; all columns when absent.'),
  }),
  z.strictObject({ step: z.literal('drop_duplicates').describe('Drops rows that repeat an earlier one.') }),
  z.strictObject({
    step: z.literal('filter').describe('Keeps rows for which a condition holds.'),
    where: z.string().min(1).max(5000).describe("SQL condition over the columns, for example: age >= 18 and city <> 'Rome'."),
  }),
  z.strictObject({
    step: z.literal('derive').describe('Adds or replaces a column.'),
    column,
    expression: z.string().min(1).max(5000).describe('SQL expression over the columns, for example: total / 12.'),
  }),
  z.strictObject({
    step: z.literal('cast').describe('Changes the type of a column; refused when a value does not fit.'),
    column,
    type: z.enum(columnTypes).describe('The new type.'),
    format: z.string().max(100).optional().describe('How dates are written, for example %d/%m/%Y.'),
  }),
  z.strictObject({ step: z.literal('one_hot').describe('Replaces a column by one 0/1 column a value.'), column }),
])

export const prepareDataTool = defineTool({
  name: 'prepare_data',
  title: 'Prepare a dataset',
  description:
    'Makes a new dataset version from another by steps: drop_columns, keep_columns, rename, fill_missing, drop_missing, drop_duplicates, filter, derive, cast, one_hot. Steps run in order. The source stays as it is. Models here take missing values and text columns directly, so prepare only what is wrong or wanted.',
  input: z.strictObject({
    dataset: datasetRef,
    steps: z.array(step).min(1).max(100).describe('What to do, in order.'),
    name: datasetName.optional().describe('Name of the result; a new version of the same dataset when absent.'),
  }),
  output: z.object({
    name: z.string().describe('Dataset name.'),
    version: z.int().describe('Its version.'),
    rows: z.int().describe('Number of rows.'),
    columns: list(columnSchema).describe('Columns in order.'),
  }),
  effect: 'create',
  role: 'builder',
  durable: true,
  untrusted: true,
  minted: ['name', 'version', 'rows'],
  examples: [
    {
      says: 'Drop the id and fill missing ages with the median',
      input: {
        dataset: 'customers',
        steps: [
          { step: 'drop_columns', columns: ['customer_id'] },
          { step: 'fill_missing', columns: ['age'], method: 'median' },
        ],
        name: 'customers_clean',
      },
    },
  ],
  run: async ({ dataset: ref, steps, name }, context) => {
    const { db, blobs, caller, call, signal } = context
    const dataset = await getDataset(db, caller.workspace, ref)
    const wanted = requireDatasetName(name ?? dataset.name)
    const snapshot = await prepareDataset(dataset, steps, { blobs, signal })
    return context.commit(async (tx) => {
      const source = `${versionName(dataset)} prepared by ${steps.map((each) => each.step).join(', ')}`.slice(0, 500)
      const saved = await saveDataset(tx, caller.workspace, { ...snapshot, name: wanted, source, parents: [dataset], createdBy: call })
      return {
        content: `Prepared ${versionName(dataset)} as ${versionName(saved)}: ${saved.rows} of ${dataset.rows} rows, ${saved.columns.length} columns.`,
        data: { name: saved.name, version: saved.version, rows: saved.rows, columns: saved.columns },
      }
    })
  },
})
