/** Tool `list_collections`: what has been ingested. */
import { z } from 'zod'
import { listCollections } from '../rag/index/collections.ts'
import { countHidden } from '../rag/index/readers.ts'
import { listMoves } from '../rag/index/spaces.ts'
import { principalsOf } from '../rag/search/principals.ts'
import { defineTool } from './tool.ts'

export const listCollectionsTool = defineTool({
  name: 'list_collections',
  title: 'List document collections',
  description:
    'Lists the collections of ingested documents with their sizes and languages. Use it to see what can be searched or asked; for tables of data use list_datasets.',
  input: z.strictObject({}),
  output: z.object({
    collections: z
      .array(
        z.object({
          collection: z.string().describe('Name of the collection'),
          documents: z.number().int().describe('Documents in it that you may see'),
          chunks: z.number().int().describe('Passages of these documents'),
          language: z.string().describe("Language that texts are taken for when it is not clear; 'simple' means no stemming"),
          languages: z.array(z.string()).describe('Languages its documents are in'),
          embedder: z.string().describe('What made its vectors'),
          moving_to: z
            .object({
              embedder: z.string().describe('Embedder whose vectors are being made'),
              chunks: z.number().int().describe('Passages that have theirs'),
            })
            .optional()
            .describe('Where the collection moves to another embedder: how far it is; reindex_collection goes on with it'),
          updated_at: z.string().describe('Last change, ISO 8601 in UTC'),
        }),
      )
      .describe('By name'),
  }),
  effect: 'read',
  role: 'viewer',
  examples: [{ says: 'Which documents do I have?', input: {} }],
  run: async (_input, context) => {
    const { db, caller } = context
    const found = await listCollections(db, caller.workspace)
    const hidden = await countHidden(db, caller.workspace, principalsOf(caller))
    const moves = await listMoves(db, caller.workspace)
    const collections = found.map(({ key, name, documents, chunks, language, languages, embedder, updatedAt }) => ({
      collection: name,
      documents: documents - (hidden.get(key)?.documents ?? 0),
      chunks: chunks - (hidden.get(key)?.chunks ?? 0),
      language,
      languages: [...languages],
      embedder,
      ...(moves.has(key) ? { moving_to: moves.get(key) } : {}),
      updated_at: new Date(updatedAt).toISOString(),
    }))
    const names = collections.map(({ collection, documents }) => `${collection} (${documents} documents)`).join(', ')
    return { content: names === '' ? 'No documents have been ingested yet.' : `Collections: ${names}.`, data: { collections } }
  },
})
