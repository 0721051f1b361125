/** Tool `search_documents`: the passages that fit a query best. */
import { z } from 'zod'
import { subwordOnly } from '../rag/embedding/subword.ts'
import { search, searchModes } from '../rag/search/search.ts'
import { collectionName } from './collection-name.ts'
import { defineTool } from './tool.ts'

const scalar = z.union([z.string(), z.number(), z.boolean()])
const condition = z.union([
  scalar,
  z.array(scalar).min(1).max(200),
  z.strictObject({
    eq: scalar.optional().describe('Equal to this'),
    in: z.array(scalar).min(1).max(200).optional().describe('One of these'),
    gte: scalar.optional().describe('At least this'),
    lte: scalar.optional().describe('At most this'),
  }),
])

const hit = z.object({
  collection: z.string().describe('Collection the document is in'),
  document: z.string().describe("The document's _id, or its path in the ingested folder"),
  chunk: z.number().int().describe('Number of the passage in its document, from 0; get_document opens it'),
  title: z.string().describe('Title of the document and the headings above the passage'),
  text: z.string().describe('The passage, exactly as in the source'),
  score: z.number().describe('BM25 for keyword, cosine for vector, 0 to 1 for hybrid; comparable within one answer only'),
  metadata: z.record(z.string(), z.unknown()).describe('What was ingested with the document'),
  start: z.number().int().describe('Where the passage begins in the source, in UTF-16 units'),
  end: z.number().int().describe('Where it ends'),
})

export const searchDocumentsTool = defineTool({
  name: 'search_documents',
  title: 'Search documents',
  description:
    'Finds the passages of ingested documents that fit a query best, one per document, in rank order. Use it to look things up or to gather sources; to get an answer with citations use ask_documents. Words count, in the language of the collection; there is no need for operators or quotes.',
  input: z.strictObject({
    query: z.string().trim().min(1).max(4000).describe('What to look for: words or a question'),
    collection: collectionName.optional().describe('Only this collection; absent: all of them'),
    top_k: z.number().int().min(1).max(200).default(10).describe('How many hits at most'),
    mode: z.enum(searchModes).default('hybrid').describe('hybrid joins both; keyword is BM25; vector compares embeddings'),
    filter: z
      .record(z.string().min(1).max(200), condition)
      .optional()
      .describe('Metadata that must fit: {key: value}, {key: [one, of]} or {key: {eq, in, gte, lte}}'),
  }),
  output: z.object({ hits: z.array(hit).describe('Best first') }),
  effect: 'read',
  role: 'viewer',
  untrusted: true,
  examples: [
    { says: 'Find what the handbook says about parental leave', input: { query: 'parental leave' } },
    { says: 'Search the notes for invoices', input: { query: 'invoices', top_k: 5, mode: 'keyword' } },
  ],
  run: async ({ query, collection, top_k: topK, mode, filter }, context) => {
    const hits = await search(
      { db: context.db, embedders: context.ports.embedders ?? subwordOnly, signal: context.signal },
      {
        workspace: context.caller.workspace,
        query,
        topK,
        mode,
        group: 'document',
        ...(collection === undefined ? {} : { collection }),
        ...(filter === undefined ? {} : { filter }),
      },
    )
    const first = hits.slice(0, 5).map(({ document, title, text }) => `- ${title || document} [${document}]: ${text.slice(0, 300)}`)
    return {
      content: hits.length === 0 ? 'No passage fits this query.' : `${hits.length} passages, best first:\n${first.join('\n')}`,
      data: { hits: hits.map((found) => ({ ...found })) },
    }
  },
})
