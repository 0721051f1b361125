/** Finds data and models by name. */
import { z } from 'zod'
import { hitKinds, searchCatalog } from '../ml/lineage/search-catalog.ts'
import { list } from './dataset-schema.ts'
import { defineTool } from './tool.ts'

export const searchCatalogTool = defineTool({
  name: 'search_catalog',
  title: 'Search the catalog',
  description:
    'Finds datasets, columns, models and training runs whose names hold the words of a query, for example "which dataset has a column about income". It looks at names only; for text inside documents use search_documents, for rows use query_data.',
  input: z.strictObject({
    query: z.string().trim().min(1).max(200).describe('Words; every one must occur, in any case.'),
    limit: z.int().min(1).max(200).default(20).describe('Hits at most.'),
  }),
  output: z.object({
    hits: list(
      z.object({
        kind: z.enum(hitKinds).describe('What was found.'),
        name: z.string().describe('What to pass on to other tools; for a column the dataset it is in.'),
        text: z.string().describe('In words.'),
      }),
    ).describe('Exact names first.'),
  }),
  effect: 'read',
  role: 'viewer',
  untrusted: true,
  examples: [{ says: 'What do we have about churn?', input: { query: 'churn' } }],
  run: async ({ query, limit }, { db, caller }) => {
    const hits = await searchCatalog(db, caller.workspace, { query, limit })
    const lines = hits.map(({ kind, name, text }) => `- ${kind} ${name}: ${text}`)
    return { content: hits.length === 0 ? `Nothing is called '${query}'.` : lines.join('\n'), data: { hits } }
  },
})
