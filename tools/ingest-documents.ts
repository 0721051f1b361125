/** Tool `ingest_documents`: files into a searchable collection. */
import { z } from 'zod'
import { subwordOnly } from '../rag/embedding/subword.ts'
import { describeSkip, ingest } from '../rag/ingestion/ingest.ts'
import { languages } from '../rag/language/detect.ts'
import { collectionName } from './collection-name.ts'
import { defineTool } from './tool.ts'

export const ingestDocumentsTool = defineTool({
  name: 'ingest_documents',
  title: 'Ingest documents',
  description:
    'Reads documents into a collection and indexes them for search_documents and ask_documents: a Markdown or text file, a folder of them, or JSONL with one {_id, title, text, metadata?} a line. Unchanged documents cost nothing, changed ones are replaced; documents that vanished from a folder stay until delete_documents. For tables of data use ingest_data instead.',
  input: z.strictObject({
    path: z.string().min(1).describe('File, folder or .jsonl, below a folder that Millrace may read'),
    collection: collectionName.describe('Collection to add to; it is created when new'),
    language: z.enum(languages).optional().describe('Language of the texts, for stemming; detected from the first documents when absent'),
  }),
  output: z.object({
    collection: z.string().describe('Collection written to'),
    language: z.string().describe("Language the collection is indexed in; 'simple' means no stemming"),
    documents: z.number().int().describe('Documents read: added, changed and unchanged'),
    added: z.number().int().describe('Documents that were new'),
    changed: z.number().int().describe('Documents that replaced an earlier version'),
    unchanged: z.number().int().describe('Documents that were there already'),
    chunks: z.number().int().describe('Passages of these documents'),
    skipped: z.number().int().describe('Files and lines that were left out'),
    reasons: z.array(z.string()).describe('Why, for the first of them'),
    seconds: z.number().describe('How long it took'),
  }),
  effect: 'create',
  role: 'builder',
  durable: true,
  untrusted: true,
  examples: [{ says: 'Add the handbook folder to my documents', input: { path: 'examples/sample/handbook', collection: 'handbook' } }],
  run: async ({ path, collection, language }, context) => {
    const started = context.now().getTime()
    const { skipped, reasons, added, changed, unchanged, chunks, ...rest } = await ingest(
      {
        db: context.db,
        embedder: await (context.ports.embedders ?? subwordOnly).preferred(),
        signal: context.signal,
        ingestion: context.call,
        step: context.step,
        progress: context.progress,
      },
      { workspace: context.caller.workspace, collection, path: await context.file(path), ...(language ? { language } : {}) },
    )
    const documents = added + changed + unchanged
    const seconds = (context.now().getTime() - started) / 1000
    return context.commit(async () => ({
      content: `Read ${documents} documents (${chunks} passages) into '${collection}': ${added} new, ${changed} changed, ${unchanged} unchanged, ${skipped} skipped.`,
      data: {
        collection,
        documents,
        added,
        changed,
        unchanged,
        chunks,
        skipped,
        seconds,
        reasons: reasons.map(describeSkip),
        language: rest.language,
      },
    }))
  },
})
