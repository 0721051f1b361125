/** Tool `add_documents`: texts that a program holds, or a file that it has sent, into a collection. */
import { stat } from 'node:fs/promises'
import { z } from 'zod'
import { requireUpload } from '../platform/uploads.ts'
import { subwordOnly } from '../rag/embedding/subword.ts'
import type { SourceFile } from '../rag/ingestion/files.ts'
import { charsetOf, formatOfContentType, formatOfName } from '../rag/ingestion/formats.ts'
import { describeSkip, ingest } from '../rag/ingestion/ingest.ts'
import { languages } from '../rag/language/detect.ts'
import { collectionName } from './collection-name.ts'
import { documentSchema, linesOf } from './document-schema.ts'
import { type Context, defineTool } from './tool.ts'
import { uploadDigest } from './upload-schema.ts'

/** What a call carries is kept with its run, so that larger bodies come as a file. */
const mostDocuments = 100
const mostCharacters = 200_000

const upload = z.strictObject({
  digest: uploadDigest.describe('SHA-256 of the file that was sent'),
  name: z
    .string()
    .min(1)
    .max(400)
    .regex(/^\P{Cc}+$/u, 'must not hold control characters')
    .describe('Its name, which becomes the id of its document'),
  media_type: z.string().max(200).optional().describe('What it is said to be; else its name and its bytes tell'),
})

const readers = z.array(z.string().min(1).max(200)).min(1).max(1000)

export const addDocumentsTool = defineTool({
  name: 'add_documents',
  title: 'Add documents',
  description:
    'Adds texts that are given in the call to a collection, or a file that was sent to /api/collections/NAME/documents, and indexes them for search_documents and ask_documents. A document with an id that is there already replaces it, an unchanged one costs nothing. For files on the machine that serves Millrace use ingest_documents.',
  input: z
    .strictObject({
      collection: collectionName.describe('Collection to add to; it is created when new'),
      documents: z
        .array(documentSchema)
        .min(1)
        .max(mostDocuments)
        .optional()
        .describe(`Up to ${mostDocuments} documents of ${mostCharacters} characters together; send more as a file`),
      upload: upload.optional().describe('Instead of documents: a file that you have sent'),
      readers: readers.optional().describe('Who may find them where they do not say so themselves; absent: everyone in the workspace'),
      language: z.enum(languages).optional().describe('Language of the texts, for stemming; detected when absent'),
    })
    .refine((input) => (input.documents === undefined) !== (input.upload === undefined), 'give either documents or upload')
    .refine(
      ({ documents = [] }) => documents.reduce((sum, { text }) => sum + text.length, 0) <= mostCharacters,
      `the documents have more than ${mostCharacters} characters together; send them as a file`,
    ),
  output: z.object({
    collection: z.string().describe('Collection written to'),
    language: z.string().describe("Language the collection is indexed in; 'simple' means no stemming"),
    documents: z.number().int().describe('Documents read: added, changed and unchanged'),
    added: z.number().int().describe('Documents that were new'),
    changed: z.number().int().describe('Documents that replaced an earlier version'),
    unchanged: z.number().int().describe('Documents that were there already'),
    chunks: z.number().int().describe('Passages of these documents'),
    skipped: z.number().int().describe('Documents that were left out'),
    reasons: z.array(z.string()).describe('Why, for the first of them'),
  }),
  effect: 'create',
  role: 'builder',
  durable: true,
  untrusted: true,
  minted: ['collection', 'documents', 'chunks'],
  confidential: true,
  examples: [
    {
      says: 'Note that the office is closed on Fridays',
      input: { collection: 'notes', documents: [{ _id: 'office', title: 'Office', text: 'The office is closed on Fridays.' }] },
    },
  ],
  run: async (input, context) => {
    const { collection, language } = input
    const { file, source } = await sourceOf(input, context)
    const { skipped, reasons, added, changed, unchanged, chunks, ...rest } = await ingest(
      {
        db: context.db,
        embedder: await (context.ports.embedders ?? subwordOnly).preferred(),
        embedders: context.ports.embedders ?? subwordOnly,
        signal: context.signal,
        ingestion: context.call,
        step: context.step,
        progress: context.progress,
      },
      { workspace: context.caller.workspace, collection, files: [file], source, ...(language ? { language } : {}) },
    )
    const documents = added + changed + unchanged
    return context.commit(async () => ({
      content: `Took ${documents} documents (${chunks} passages) into '${collection}': ${added} new, ${changed} changed, ${unchanged} unchanged, ${skipped} skipped.`,
      data: {
        collection,
        language: rest.language,
        documents,
        added,
        changed,
        unchanged,
        chunks,
        skipped,
        reasons: reasons.map(describeSkip),
      },
    }))
  },
})

type Input = Readonly<{
  documents?: readonly z.output<typeof documentSchema>[] | undefined
  upload?: z.output<typeof upload> | undefined
  readers?: readonly string[] | undefined
}>

/** Either way a file under its digest, for the reader that all ingestion goes through. */
async function sourceOf(
  { documents = [], upload: sent, readers: circle }: Input,
  { blobs, db, caller }: Context,
): Promise<{ readonly file: SourceFile; readonly source: string }> {
  const who = circle === undefined ? {} : { readers: circle }
  if (sent === undefined) {
    const bytes = linesOf(documents)
    const path = await blobs.path(await blobs.put(bytes))
    return { source: 'add_documents', file: { path, name: 'documents.jsonl', format: 'jsonl', bytes: bytes.length, ...who } }
  }
  const { digest, name, media_type: type } = sent
  await requireUpload(db, { workspace: caller.workspace, caller: caller.id, digest })
  const path = await blobs.path(digest)
  const format = formatOfContentType(type) ?? formatOfName(name) ?? 'unknown'
  const charset = charsetOf(type)
  const said = charset === undefined ? {} : { charset }
  return { source: `upload:${name}`, file: { path, name, format, bytes: (await stat(path)).size, ...said, ...who } }
}
