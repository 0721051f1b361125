/** Tool `set_document_readers`: who may see documents, changed without ingesting them anew. */
import { z } from 'zod'
import { Fault } from '../platform/fault.ts'
import { getCollection } from '../rag/index/collections.ts'
import { setReaders } from '../rag/index/readers.ts'
import { principalsOf } from '../rag/search/principals.ts'
import { scopeOf } from '../rag/search/scope.ts'
import { collectionName } from './collection-name.ts'
import { defineTool } from './tool.ts'

export const setDocumentReadersTool = defineTool({
  name: 'set_document_readers',
  title: 'Set who may read documents',
  description:
    'Says who may see documents of a collection: only the callers named, or everyone in the workspace again. It holds from the next search on, without ingesting anything anew; for all others the documents are as if they were not there. Administrators see everything.',
  input: z.strictObject({
    collection: collectionName.describe('Collection the documents are in'),
    documents: z.array(z.string().min(1).max(512)).min(1).max(1000).describe('Ids of the documents'),
    readers: z
      .array(z.string().min(1).max(200))
      .max(200)
      .nullable()
      .describe(
        "Who may see them: ids of callers ('token:ci'), 'role:R' for a role and those above it, 'workspace:NAME' for everyone in it; empty: administrators only; null: everyone",
      ),
  }),
  output: z.object({
    collection: z.string().describe('Collection the documents are in'),
    changed: z.number().int().describe('Documents whose readers were set'),
    missing: z.array(z.string()).describe('Ids that are not in the collection'),
  }),
  effect: 'change',
  role: 'operator',
  examples: [
    {
      says: 'Let only operators read the billing page of the handbook',
      input: { collection: 'handbook', documents: ['billing.md'], readers: ['role:operator'] },
    },
  ],
  run: async ({ collection: name, documents, readers }, context) => {
    const collection = await getCollection(context.db, context.caller.workspace, name)
    const ids = [...new Set(documents)]
    const principals = principalsOf(context.caller)
    return context.commit(async (tx) => {
      const found = new Set(await setReaders(tx, collection, { ids, readers, scope: scopeOf(principals ? { principals } : {}) }))
      const missing = ids.filter((id) => !found.has(id))
      if (found.size === 0)
        throw new Fault('not_found', `There is no document '${missing[0]}' in collection '${name}'. Search for it with search_documents.`)
      const who = readers === null ? 'everyone in the workspace' : readers.length === 0 ? 'administrators only' : readers.join(', ')
      const gaps = missing.length > 0 ? ` ${missing.length} ids are not there.` : ''
      return {
        content: `${found.size} documents of '${name}' can now be read by ${who}.${gaps}`,
        data: { collection: name, changed: found.size, missing },
      }
    })
  },
})
