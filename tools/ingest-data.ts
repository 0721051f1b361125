/** Brings a file of rows into the workspace as a new dataset version. */
import { basename } from 'node:path'
import { z } from 'zod'
import { requireDatasetName, saveDataset } from '../ml/data/datasets.ts'
import { dataFormats, ingestFile, nameFromFile } from '../ml/data/ingest.ts'
import { encodings } from '../ml/data/text-encoding.ts'
import { Fault } from '../platform/fault.ts'
import { columnSchema, datasetName, list, versionName } from './dataset-schema.ts'
import { defineTool } from './tool.ts'

export const ingestDataTool = defineTool({
  name: 'ingest_data',
  title: 'Ingest data',
  description:
    'Reads a table from a file (CSV, TSV, Parquet, JSON or JSON Lines) into a new, immutable version of a dataset. Use it before anything else is done with a file. Column types are found from all values. The whole file is taken or nothing: an error names the rows that do not fit. Not for documents to search or ask about: use ingest_documents.',
  input: z.strictObject({
    source: z.string().min(1).describe('Path of the file, inside a folder this installation may read.'),
    name: datasetName
      .optional()
      .describe("Name for the dataset; the file's name without its ending when absent. An existing name gets a new version."),
    format: z.enum(dataFormats).optional().describe('Found from the file when absent.'),
    delimiter: z.string().length(1).optional().describe('What separates fields, for CSV; found from the first line when absent.'),
    header: z
      .boolean()
      .optional()
      .describe('false: the first row is data and columns are called c1, c2, …; true: it holds the names whatever it looks like.'),
    names: z
      .array(z.string().min(1).max(200))
      .min(1)
      .optional()
      .describe('Column names for a CSV without a header; with header: true they replace the header.'),
    encoding: z.enum(encodings).optional().describe('Text encoding when the file is not UTF-8 and does not say so itself.'),
    max_line_size: z.int().min(1000).max(50_000_000).optional().describe('Longest accepted row in bytes; 2,000,000 when absent.'),
  }),
  output: z.object({
    name: z.string().describe('Dataset name.'),
    version: z.int().describe('Version now holding these rows; an unchanged file gives the version it already has.'),
    rows: z.int().describe('Number of rows.'),
    columns: list(columnSchema).describe('Columns in order.'),
  }),
  effect: 'create',
  role: 'builder',
  durable: true,
  untrusted: true,
  examples: [
    {
      says: 'Load examples/sample/customers.csv and call it customers',
      input: { source: 'examples/sample/customers.csv', name: 'customers' },
    },
  ],
  run: async ({ source, name, max_line_size, ...options }, context) => {
    if (/^[a-z][a-z0-9+.-]*:\/\//i.test(source))
      throw new Fault(
        'invalid_input',
        `'${source.slice(0, 200)}' is an address, and ingest_data reads files only. Download it and pass the file's path.`,
      )
    const wanted = name === undefined ? undefined : requireDatasetName(name)
    const file = await context.file(source)
    context.progress({ message: `Reading ${basename(file)}` })
    const { delimiter, header, names, encoding, format } = options
    const snapshot = await ingestFile(file, {
      blobs: context.blobs,
      signal: context.signal,
      ...(format && { format }),
      ...(delimiter !== undefined && { delimiter }),
      ...(header !== undefined && { header }),
      ...(names && { names }),
      ...(encoding && { encoding }),
      ...(max_line_size !== undefined && { maxLineSize: max_line_size }),
    })
    return context.commit(async (tx) => {
      const dataset = await saveDataset(tx, context.caller.workspace, {
        ...snapshot,
        name: wanted ?? nameFromFile(file),
        source: basename(file),
        createdBy: context.call,
      })
      return {
        content: `Ingested ${basename(file)} as ${versionName(dataset)}: ${dataset.rows} rows, ${dataset.columns.length} columns.`,
        data: { name: dataset.name, version: dataset.version, rows: dataset.rows, columns: dataset.columns },
      }
    })
  },
})
