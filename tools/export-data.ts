/** Writes a dataset as a file in the data folder. */
import { z } from 'zod'
import { getDataset } from '../ml/data/datasets.ts'
import { exportDataset, exportFormats } from '../ml/data/export.ts'
import { datasetRef, versionName } from './dataset-schema.ts'
import { defineTool } from './tool.ts'

export const exportDataTool = defineTool({
  name: 'export_data',
  title: 'Export a dataset',
  description:
    'Writes a dataset as a CSV, Parquet or JSON Lines file in the data folder of this installation and says where it is. Use it when another program needs the rows. To look at rows use query_data.',
  input: z.strictObject({ dataset: datasetRef, format: z.enum(exportFormats).describe('csv, parquet or jsonl.') }),
  output: z.object({
    file: z.string().describe('Path of the file on the machine that serves Millrace.'),
    digest: z.string().describe('SHA-256 of its bytes.'),
    rows: z.int().describe('Rows written.'),
  }),
  effect: 'read',
  role: 'viewer',
  untrusted: true,
  examples: [{ says: 'Give me the test set as CSV', input: { dataset: 'customers-test', format: 'csv' } }],
  run: async ({ dataset: ref, format }, { db, blobs, caller, signal }) => {
    const dataset = await getDataset(db, caller.workspace, ref)
    const digest = await exportDataset(dataset, { format, blobs, signal })
    const file = await blobs.path(digest)
    return {
      content: `Wrote ${dataset.rows} rows of ${versionName(dataset)} as ${format} to ${file}.`,
      data: { file, digest, rows: dataset.rows },
    }
  },
})
