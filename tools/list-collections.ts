/** Tool `list_collections`: what has been ingested. */
import { z } from 'zod'
import { listCollections } from '../rag/index/collections.ts'
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
          documents: z.number().int().describe('Documents in it'),
          chunks: z.number().int().describe('Passages of these documents'),
          language: z.string().describe("Language it is indexed in; 'simple' means no stemming"),
          embedder: z.string().describe('What made its vectors'),
          updated_at: z.string().describe('Last change, ISO 8601 in UTC'),
        }),
      )
      .describe('By name'),
  }),
  effect: 'read',
  role: 'viewer',
  examples: [{ says: 'Which documents do I have?', input: {} }],
  run: async (_input, context) => {
    const found = await listCollections(context.db, context.caller.workspace)
    const collections = found.map(({ name, documents, chunks, language, embedder, updatedAt }) => ({
      collection: name,
      documents,
      chunks,
      language,
      embedder,
      updated_at: new Date(updatedAt).toISOString(),
    }))
    const names = collections.map(({ collection, documents }) => `${collection} (${documents} documents)`).join(', ')
    return { content: names === '' ? 'No documents have been ingested yet.' : `Collections: ${names}.`, data: { collections } }
  },
})
