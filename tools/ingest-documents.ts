/** Tool `ingest_documents`: files into a searchable collection. */
import { z } from 'zod'
import { subwordOnly } from '../rag/embedding/subword.ts'
import { splitGlob } from '../rag/ingestion/files.ts'
import { describeSkip, ingest, type Origin } from '../rag/ingestion/ingest.ts'
import { languages } from '../rag/language/detect.ts'
import { collectionName } from './collection-name.ts'
import { remoteDocuments } from './remote-documents.ts'
import { isRemote, targetOfSource } from './remote-source.ts'
import { type Context, defineTool } from './tool.ts'

const count = z.number().int()

export const ingestDocumentsTool = defineTool({
  name: 'ingest_documents',
  title: 'Ingest documents',
  description:
    'Reads documents into a collection and indexes them for search_documents and ask_documents: a file, a folder, a pattern such as docs/**/*.md, an http(s) address, or JSONL with one {_id, title, text, metadata?, readers?} a line. Unchanged documents cost nothing, changed ones are replaced, and those that vanished from an ingested folder leave when it is ingested again. What cannot be read is named with the reason and keeps its former version. For tables of data use ingest_data instead.',
  input: z.strictObject({
    path: z
      .string()
      .min(1)
      .describe('File, folder or pattern (* ? [ ] { } and ** for any depth) below a folder that Millrace may read, or an http(s) address'),
    collection: collectionName.describe('Collection to add to; it is created when new'),
    language: z
      .enum(languages)
      .optional()
      .describe("Language of the texts, for stemming; absent: each document's own where it is clear, else that of the first documents"),
    readers: z
      .array(z.string().min(1).max(200))
      .min(1)
      .max(1000)
      .optional()
      .describe(
        "Who may find these documents: ids of callers, 'role:viewer', 'role:builder', 'workspace:NAME'; lines that name readers of their own keep to those; absent: everyone in the workspace",
      ),
    prune: z
      .boolean()
      .optional()
      .describe(
        'Whether documents that came from this same path before and are gone now leave; default: yes for folders and patterns, no for a file',
      ),
    duplicates: z
      .enum(['keep', 'skip'])
      .default('keep')
      .describe(
        "What becomes of documents whose text another document in the collection has, for the same readers: 'skip' leaves them out",
      ),
  }),
  output: z.object({
    collection: z.string().describe('Collection written to'),
    language: z.string().describe("Language that texts are taken for when it is not clear; 'simple' means no stemming"),
    documents: count.describe('Documents read: added, changed and unchanged'),
    added: count.describe('Documents that were new'),
    changed: count.describe('Documents that replaced an earlier version'),
    unchanged: count.describe('Documents that were there already'),
    removed: count.describe('Documents that left because the path no longer has them'),
    duplicates: count.describe("Documents read now that repeat another one's text"),
    duplicate_pairs: z
      .array(
        z.object({ document: z.string().describe('Id of the one that repeats'), same: z.string().describe('Id of the one there first') }),
      )
      .describe('The first of them'),
    chunks: count.describe('Passages of the documents read'),
    skipped: count.describe('Files, lines and documents that were left out'),
    reasons: z.array(z.string()).describe('Why, for the first of them'),
    seconds: z.number().describe('How long it took'),
  }),
  effect: 'create',
  targetOf: ({ path }) => targetOfSource(path),
  role: 'builder',
  durable: true,
  untrusted: true,
  minted: ['collection', 'documents', 'chunks'],
  examples: [{ says: 'Add the handbook folder to my documents', input: { path: 'examples/sample/handbook', collection: 'handbook' } }],
  run: async ({ path, collection, language, readers, prune, duplicates }, context) => {
    const started = context.now().getTime()
    const result = await ingest(
      {
        db: context.db,
        embedder: await (context.ports.embedders ?? subwordOnly).preferred(),
        embedders: context.ports.embedders ?? subwordOnly,
        signal: context.signal,
        ingestion: context.call,
        step: context.step,
        progress: context.progress,
      },
      {
        ...(await originOf(path, context)),
        workspace: context.caller.workspace,
        collection,
        duplicates,
        ...(language ? { language } : {}),
        ...(readers ? { readers } : {}),
        ...(prune === undefined ? {} : { prune }),
      },
    )
    const { added, changed, unchanged, removed, chunks, skipped, pairs, reasons, ...rest } = result
    const documents = added + changed + unchanged
    const seconds = (context.now().getTime() - started) / 1000
    const repeats = rest.duplicates > 0 ? ` ${rest.duplicates} repeat the text of another one.` : ''
    return context.commit(async () => ({
      content: `Read ${documents} documents (${chunks} passages) into '${collection}': ${added} new, ${changed} changed, ${unchanged} unchanged, ${removed} removed, ${skipped} skipped.${repeats}`,
      data: {
        collection,
        language: rest.language,
        documents,
        added,
        changed,
        unchanged,
        removed,
        duplicates: rest.duplicates,
        duplicate_pairs: pairs.map((pair) => ({ ...pair })),
        chunks,
        skipped,
        reasons: reasons.map(describeSkip),
        seconds,
      },
    }))
  },
})

/** Where the documents are, once the caller may read there. A name that holds the signs of a pattern is still a name. */
async function originOf(path: string, context: Context): Promise<Origin> {
  if (isRemote(path)) return remoteDocuments(path, context)
  const { file } = context
  const { root, pattern } = splitGlob(path)
  if (pattern === undefined) return { path: await file(path) }
  const named = await file(path).catch(() => undefined)
  return named === undefined ? { path: await file(root), pattern } : { path: named }
}
