/** Brings a file of rows into the workspace as a new dataset version. */
import { basename } from 'node:path'
import { z } from 'zod'
import { requireDatasetName, saveDataset } from '../ml/data/datasets.ts'
import { dataFormats, type IngestOptions, ingestFile, nameFromFile } from '../ml/data/ingest.ts'
import { type Encoding, encodings } from '../ml/data/text-encoding.ts'
import { Fault } from '../platform/fault.ts'
import { columnSchema, datasetName, list, versionName } from './dataset-schema.ts'
import { fetchSource, isRemote, targetOfSource, underItsName } from './remote-source.ts'
import { type Context, defineTool } from './tool.ts'

export const ingestDataTool = defineTool({
  name: 'ingest_data',
  title: 'Ingest data',
  description:
    'Reads a table from a file or an http(s) address (CSV, TSV, Parquet, JSON or JSON Lines) into a new, immutable version of a dataset. Use it before anything else is done with a file. Column types are found from all values. The whole file is taken or nothing: an error names the rows that do not fit. Not for documents to search or ask about: use ingest_documents.',
  input: z.strictObject({
    source: z.string().min(1).describe('Path of the file, inside a folder this installation may read, or its http(s) address.'),
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
  targetOf: ({ source }) => targetOfSource(source),
  role: 'builder',
  durable: true,
  untrusted: true,
  minted: ['name', 'version', 'rows'],
  examples: [
    {
      says: 'Load examples/sample/customers.csv and call it customers',
      input: { source: 'examples/sample/customers.csv', name: 'customers' },
    },
  ],
  run: async ({ source, name, max_line_size, ...options }, context) => {
    const wanted = name === undefined ? undefined : requireDatasetName(name)
    await using table = isRemote(source) ? await fetchTable(context, source) : await localTable(context, source)
    const { path } = table
    context.progress({ message: `Reading ${basename(path)}` })
    const encoding = options.encoding ?? table.encoding
    const { delimiter, header, names, format } = options
    const snapshot = await ingestFile(path, {
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
        name: wanted ?? nameFromFile(path),
        source: table.source,
        createdBy: context.call,
      })
      return {
        content: `Ingested ${basename(path)} as ${versionName(dataset)}: ${dataset.rows} rows, ${dataset.columns.length} columns.`,
        data: { name: dataset.name, version: dataset.version, rows: dataset.rows, columns: dataset.columns },
      }
    })
  },
})

interface Table extends AsyncDisposable, Pick<IngestOptions, 'encoding'> {
  readonly path: string
  /** What lineage shows as its origin. */
  readonly source: string
}

async function localTable(context: Context, source: string): Promise<Table> {
  const path = await context.file(source)
  return { path, source: basename(path), [Symbol.asyncDispose]: async () => undefined }
}

async function fetchTable(context: Context, source: string): Promise<Table> {
  const { file, name, url, contentType = '', charset = '' } = await fetchSource(context, source)
  if (contentType.includes('html')) {
    const { hostname } = new URL(url)
    throw new Fault('invalid_input', `${hostname} answered with a web page instead of a table. Use the address of the file itself.`)
  }
  const ending = knownEnding.test(name) ? '' : (endingOfType[contentType] ?? '')
  const encoding = encodings.find((known) => known === (sameAs[charset] ?? charset))
  const named = await underItsName(context.blobs, { file, name: `${name}${ending}` })
  return { ...named, source: url, ...(encoding && { encoding }) }
}

const knownEnding = /\.(?:csv|tsv|tab|parquet|pq|jsonl|ndjson|json)$/i

/** Media types that say it surely; for the others the first bytes do. */
const endingOfType: Readonly<Record<string, string>> = {
  'text/csv': '.csv',
  'text/tab-separated-values': '.tsv',
  'application/json': '.json',
  'application/x-ndjson': '.jsonl',
  'application/jsonl': '.jsonl',
  'application/vnd.apache.parquet': '.parquet',
}

/** As browsers read them (WHATWG Encoding). */
const sameAs: Readonly<Record<string, Encoding>> = { 'iso-8859-1': 'windows-1252', latin1: 'windows-1252', 'us-ascii': 'utf-8' }
