/** Tool `export_collection`: a collection as one file, for a backup or another installation. */
import { z } from 'zod'
import { recordUpload } from '../platform/uploads.ts'
import { getCollection } from '../rag/index/collections.ts'
import { exportCollection } from '../rag/portability/export.ts'
import { principalsOf } from '../rag/search/principals.ts'
import { scopeOf } from '../rag/search/scope.ts'
import { collectionName } from './collection-name.ts'
import { defineTool } from './tool.ts'

export const exportCollectionTool = defineTool({
  name: 'export_collection',
  title: 'Export a collection',
  description:
    'Writes a whole collection of documents, with its passages and vectors, as one packed file that import_collection reads here or on another installation, without embedding anything again. Use it for backups and moves; only who may read every document of it can export it.',
  input: z.strictObject({ collection: collectionName.describe('Collection to export') }),
  output: z.object({
    collection: z.string().describe('Collection exported'),
    file: z.string().describe('Path of the file on the machine that serves Millrace'),
    digest: z.string().describe('SHA-256 of its bytes'),
    bytes: z.number().int().describe('Its size'),
    documents: z.number().int().describe('Documents in it'),
    chunks: z.number().int().describe('Passages in it'),
    download: z.string().describe('Path on this server where whoever exported it gets the file'),
  }),
  effect: 'read',
  role: 'builder',
  durable: true,
  examples: [{ says: 'Back up the handbook collection', input: { collection: 'handbook' } }],
  run: async ({ collection: name }, { db, blobs, caller, signal, progress, call }) => {
    const collection = await getCollection(db, caller.workspace, name)
    const principals = principalsOf(caller)
    const scope = scopeOf(principals ? { principals } : {})
    const { digest, bytes, documents, chunks } = await exportCollection({ db, blobs, signal, progress }, collection, scope)
    // So that its maker, and nobody else, can import it here by its digest.
    await recordUpload(db, { workspace: caller.workspace, caller: caller.id, digest }, bytes)
    return {
      content: `Exported ${documents} documents (${chunks} passages) of '${name}', ${(bytes / 1024 / 1024).toFixed(1)} MB.`,
      data: {
        collection: name,
        file: await blobs.path(digest),
        digest,
        bytes,
        documents,
        chunks,
        download: `/api/collections/${encodeURIComponent(name)}/export?run=${call}`,
      },
    }
  },
})
