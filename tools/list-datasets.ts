/** Lists what data there is. */
import { z } from 'zod'
import { listDatasets } from '../ml/data/datasets.ts'
import { columnSchema, list } from './dataset-schema.ts'
import { defineTool } from './tool.ts'

export const listDatasetsTool = defineTool({
  name: 'list_datasets',
  title: 'List datasets',
  description:
    'Lists the datasets of the workspace with their newest version, number of rows and columns. Use it to find out what data there is, or how a dataset or column is called. It does not show rows: use query_data or profile_data for that.',
  input: z.strictObject({
    versions: z.enum(['newest', 'all']).default('newest').describe('newest: one entry a dataset; all: every version.'),
  }),
  output: z.object({
    datasets: z
      .array(
        z.object({
          name: z.string().describe('Dataset name.'),
          version: z.int().describe('Version, counted from 1.'),
          rows: z.int().describe('Number of rows.'),
          columns: list(columnSchema).describe('Columns in order.'),
          source: z.string().describe('Where the rows came from.'),
          created_at: z.string().describe('When it was made, ISO 8601.'),
        }),
      )
      .describe('Sorted by name, newest version first.'),
  }),
  effect: 'read',
  role: 'viewer',
  untrusted: true,
  examples: [{ says: 'What datasets do we have?', input: {} }],
  run: async ({ versions }, { db, caller }) => {
    const found = await listDatasets(db, caller.workspace, { versions })
    const datasets = found.map(({ name, version, rows, columns, source, createdAt }) => ({
      name,
      version,
      rows,
      columns,
      source,
      created_at: createdAt.toISOString(),
    }))
    const lines = datasets
      .slice(0, 30)
      .map(({ name, version, rows, columns }) => `${name}@${version} (${rows} rows, ${columns.length} columns)`)
    const content =
      lines.length === 0
        ? 'There are no datasets yet. Ingest a file first.'
        : `${datasets.length} ${datasets.length === 1 ? 'dataset' : 'datasets'}: ${lines.join(', ')}${datasets.length > 30 ? ', …' : '.'}`
    return { content, data: { datasets } }
  },
})
