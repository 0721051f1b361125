/** Tool `delete_documents`: documents, or a whole collection, out of the index. */
import { z } from 'zod'
import { Fault } from '../platform/fault.ts'
import { getCollection } from '../rag/index/collections.ts'
import { removeDocuments } from '../rag/index/remove.ts'
import { visibleDocuments } from '../rag/index/visible.ts'
import { hidesSomething } from '../rag/portability/read-rows.ts'
import { principalsOf } from '../rag/search/principals.ts'
import { scopeOf } from '../rag/search/scope.ts'
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
    const { db, signal, step, caller } = context
    const collection = await getCollection(db, caller.workspace, name)
    const principals = principalsOf(caller)
    const scope = scopeOf(principals ? { principals } : {})
    if (!documents && (await hidesSomething(db, collection, scope)))
      throw new Fault(
        'not_allowed',
        `Collection '${name}' holds documents that you may not see. Name the documents to delete, or ask an administrator to delete all.`,
      )
    // What a caller may not see is not there for it.
    const ids = documents && (await step('visible', (tx) => visibleDocuments(tx, collection, { ids: documents, scope })))
    const removed = await removeDocuments({ db, signal, step }, collection, ids)
    return context.commit(async () => ({
      content: `Deleted ${removed.documents} documents (${removed.chunks} passages) from '${name}'.`,
      data: { collection: name, deleted: removed.documents, chunks: removed.chunks },
    }))
  },
})
