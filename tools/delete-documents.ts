/** Tool `delete_documents`: documents, or a whole collection, out of the index. */
import { z } from 'zod'
import { getCollection } from '../rag/index/collections.ts'
import { removeDocuments } from '../rag/index/remove.ts'
import { collectionName } from './collection-name.ts'
import { defineTool } from './tool.ts'

export const deleteDocumentsTool = defineTool({
  name: 'delete_documents',
  title: 'Delete documents',
  description:
    'Removes documents from a collection for good: those named, or all of them together with the collection. The files they were read from are not touched. Use it when documents are outdated or must be forgotten.',
  input: z.strictObject({
    collection: collectionName.describe('Collection to remove from'),
    documents: z
      .array(z.string().min(1).max(512))
      .min(1)
      .max(10_000)
      .optional()
      .describe('Ids of the documents; absent: all of them, and the collection'),
  }),
  output: z.object({
    collection: z.string().describe('Collection removed from'),
    deleted: z.number().int().describe('Documents removed'),
    chunks: z.number().int().describe('Passages removed with them'),
  }),
  effect: 'delete',
  role: 'builder',
  durable: true,
  examples: [{ says: 'Remove the billing page from the handbook', input: { collection: 'handbook', documents: ['billing.md'] } }],
  run: async ({ collection: name, documents }, context) => {
    const { workspace } = context.caller
    const collection = await getCollection(context.db, workspace, name)
    const removed = await removeDocuments({ db: context.db, signal: context.signal, step: context.step }, collection, documents)
    return context.commit(async () => ({
      content: `Deleted ${removed.documents} documents (${removed.chunks} passages) from '${name}'.`,
      data: { collection: name, deleted: removed.documents, chunks: removed.chunks },
    }))
  },
})
