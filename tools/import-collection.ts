/** Tool `import_collection`: an exported file as a new collection. */
import { copyFile } from 'node:fs/promises'
import { z } from 'zod'
import { Fault } from '../platform/fault.ts'
import { requireUpload } from '../platform/uploads.ts'
import { importCollection, reveal } from '../rag/portability/import.ts'
import { collectionName } from './collection-name.ts'
import { type Context, defineTool } from './tool.ts'
import { uploadDigest } from './upload-schema.ts'

export const importCollectionTool = defineTool({
  name: 'import_collection',
  title: 'Import a collection',
  description:
    'Makes a new collection from a file that export_collection wrote, here or on another installation: documents, passages and vectors, nothing is embedded again. The file is checked as a whole, and the collection is seen only when all of it is there. To add documents to a collection use ingest_documents or add_documents.',
  input: z
    .strictObject({
      file: z.string().min(1).optional().describe('The file, below a folder that Millrace may read'),
      upload: uploadDigest
        .optional()
        .describe('Instead of a file: SHA-256 of one that you exported here or sent to /api/collections/import'),
      collection: collectionName.optional().describe('Name for the collection; absent: the one it had'),
    })
    .refine(({ file, upload }) => (file === undefined) !== (upload === undefined), 'give either file or upload'),
  output: z.object({
    collection: z.string().describe('The new collection'),
    documents: z.number().int().describe('Documents in it'),
    chunks: z.number().int().describe('Passages of these documents'),
    language: z.string().describe("Language it is indexed in; 'simple' means no stemming"),
    embedder: z.string().describe('What made its vectors; without it here, search goes by words'),
  }),
  effect: 'create',
  role: 'builder',
  durable: true,
  untrusted: true,
  minted: ['collection', 'documents', 'chunks'],
  examples: [],
  run: async ({ file, upload, collection: wanted }, context) => {
    const { db, signal, progress, step, call, caller } = context
    const digest = upload ?? (await context.step('file', () => adopted(context, file ?? '')))
    if (upload !== undefined) await requireUpload(db, { workspace: caller.workspace, caller: caller.id, digest: upload })
    const imported = await importCollection(
      { db, signal, id: call, step, progress },
      { workspace: caller.workspace, path: await context.blobs.path(digest), nameFor: ({ collection }) => wanted ?? named(collection) },
    )
    const { name, collection } = imported
    return context.commit(async (tx) => {
      await reveal(tx, imported)
      return {
        content: `Imported ${collection.documents} documents (${collection.chunks} passages) as '${name}'.`,
        data: {
          collection: name,
          documents: collection.documents,
          chunks: collection.chunks,
          language: collection.language,
          embedder: collection.embedder,
        },
      }
    })
  },
})

/** A copy that stays the same however often the import is resumed. Returns its digest. */
async function adopted({ blobs, file }: Context, path: string): Promise<string> {
  const copy = await blobs.scratch('gz')
  await copyFile(await file(path), copy)
  return blobs.adopt(copy)
}

function named(name: string): string {
  const parsed = collectionName.safeParse(name)
  if (parsed.success) return parsed.data
  throw new Fault('invalid_input', `The file's own name '${name.slice(0, 80)}' cannot be used here. Give a name in 'collection'.`)
}
