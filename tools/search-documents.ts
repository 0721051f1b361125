/** Tool `search_documents`: the passages that fit a query best. */
import { z } from 'zod'
import { rewriteQuery } from '../rag/answers/rewrite.ts'
import { subwordOnly } from '../rag/embedding/subword.ts'
import { principalsOf } from '../rag/search/principals.ts'
import { find, type SearchRequest, searchModes } from '../rag/search/search.ts'
import { collectionName } from './collection-name.ts'
import { filterSchema } from './filter-schema.ts'
import { type Context, defineTool } from './tool.ts'

const input = z.strictObject({
  query: z.string().trim().min(1).max(4000).describe('What to look for: words or a question'),
  collection: z
    .union([collectionName, z.array(collectionName).min(1).max(20)])
    .optional()
    .describe('Only this collection, or these; absent: all of them'),
  top_k: z.number().int().min(1).max(200).default(10).describe('How many hits at most'),
  mode: z
    .enum(searchModes)
    .default('hybrid')
    .describe('hybrid weighs words, texts and meanings together; keyword is BM25; vector compares embeddings'),
  filter: filterSchema.optional(),
  group: z.enum(['document', 'chunk']).default('document').describe('document: the best passage of each document; chunk: every passage'),
  spelling: z.enum(['repair', 'off']).default('repair').describe('repair: a word found nowhere is joined by the nearest one that is'),
  rerank: z.boolean().default(true).describe('False: leave out the reranker, where one is configured'),
  rewrite: z.boolean().default(false).describe('True: let the hosted model, where one is configured, word the query anew first'),
  highlight: z.boolean().default(false).describe("True: say where the passages hold the query's words"),
})

const place = z.object({ start: z.number().int(), end: z.number().int() })

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
  page: z.number().int().optional().describe('Page on which the passage begins, from 1, where the source has pages'),
  highlights: z.array(place).optional().describe("Places of the query's words, [start, end) in text"),
})

export const searchDocumentsTool = defineTool({
  name: 'search_documents',
  title: 'Search documents',
  description:
    'Finds the passages of ingested documents that fit a query best, one per document, in rank order. Use it to look things up or to gather sources; to get an answer with citations use ask_documents. Words count, in the language of the collection, and misspelt ones are repaired; there is no need for operators or quotes.',
  input,
  output: z.object({
    hits: z.array(hit).describe('Best first'),
    repaired: z
      .array(z.object({ said: z.string().describe('Word of the query'), meant: z.string().describe('Word it was joined by') }))
      .optional()
      .describe('Words of the query that the documents do not know; absent when they know all'),
    rewritten: z.string().optional().describe('The wording that was searched for instead, where the model gave one'),
    note: z.string().optional().describe('Present when a model did not answer and the search went on without it'),
  }),
  effect: 'read',
  role: 'viewer',
  untrusted: true,
  examples: [
    { says: 'Find what the handbook says about parental leave', input: { query: 'parental leave' } },
    { says: 'Search the notes for invoices', input: { query: 'invoices', top_k: 5, mode: 'keyword' } },
  ],
  run: async (asked, context) => {
    const { db, signal, ports } = context
    const rewritten = asked.rewrite && ports.generator ? await rewriteQuery(ports.generator, asked.query, signal) : undefined
    const { hits, repairs, note } = await find(
      { db, signal, embedders: ports.embedders ?? subwordOnly, reranker: ports.reranker },
      requestOf({ ...asked, query: rewritten ?? asked.query }, context),
    )
    const repaired = [...new Map(repairs.map(({ said, meant }) => [`${said} ${meant}`, { said, meant }])).values()]
    const first = hits.slice(0, 5).map(({ document, title, text }) => `- ${title || document} [${document}]: ${text.slice(0, 300)}`)
    const spelt = repaired.length === 0 ? '' : ` (searched for ${repaired.map(({ meant }) => `'${meant}'`).join(', ')} as well)`
    return {
      content:
        hits.length === 0
          ? 'No passage fits this query.'
          : `${hits.length} passages, best first${spelt}:\n${first.join('\n')}${note === undefined ? '' : `\n${note}`}`,
      data: {
        hits: hits.map(({ highlights, ...found }) => ({ ...found, ...(highlights ? { highlights: [...highlights] } : {}) })),
        ...(repaired.length > 0 ? { repaired } : {}),
        ...(rewritten === undefined ? {} : { rewritten }),
        ...(note === undefined ? {} : { note }),
      },
    }
  },
})

function requestOf({ top_k: topK, collection, filter, rewrite: _, ...asked }: z.output<typeof input>, { caller }: Context): SearchRequest {
  const principals = principalsOf(caller)
  return {
    ...asked,
    topK,
    workspace: caller.workspace,
    ...(collection === undefined ? {} : { collection }),
    ...(filter === undefined ? {} : { filter }),
    ...(principals === undefined ? {} : { principals }),
  }
}
