/** Tool `get_document`: a passage in its source. */
import { z } from 'zod'
import { getCollection, listCollections } from '../rag/index/collections.ts'
import { readPassage } from '../rag/index/passage.ts'
import { principalsOf } from '../rag/search/principals.ts'
import { collectionName } from './collection-name.ts'
import { defineTool } from './tool.ts'

export const getDocumentTool = defineTool({
  name: 'get_document',
  title: 'Open a document',
  description:
    'Opens an ingested document: the passage that a hit or citation names, with the text around it, or a stretch of the document from an offset. Use it to read on where search_documents or ask_documents found something.',
  input: z.strictObject({
    document: z.string().min(1).max(512).describe("The document's id, as hits and citations give it"),
    chunk: z.number().int().min(0).optional().describe('Number of the passage; absent: the text from `start` on'),
    collection: collectionName.optional().describe('Collection the document is in; absent: the first that has it'),
    start: z.number().int().min(0).optional().describe('Where to begin when no chunk is named, in UTF-16 units'),
    length: z.number().int().min(1).max(50_000).default(8000).describe('How much to read when no chunk is named, in UTF-16 units'),
    context: z.number().int().min(0).max(10_000).default(500).describe('How much to show before and after, in UTF-16 units'),
  }),
  output: z.object({
    collection: z.string().describe('Collection the document is in'),
    document: z.string().describe("The document's id"),
    title: z.string().describe('Title of the document and the headings above the passage'),
    metadata: z.record(z.string(), z.unknown()).describe('What was ingested with the document'),
    characters: z.number().int().describe('Length of the whole source in UTF-16 units'),
    chunks: z.number().int().describe('Passages of the document'),
    text: z.string().describe('The passage, exactly as in the source'),
    start: z.number().int().describe('Where it begins in the source, in UTF-16 units'),
    end: z.number().int().describe('Where it ends'),
    page: z.number().int().optional().describe('Page that a named passage begins on, from 1, where the source has pages'),
    before: z.string().describe('What stands before it'),
    after: z.string().describe('What stands after it'),
  }),
  effect: 'read',
  role: 'viewer',
  untrusted: true,
  examples: [{ says: 'Open the page about leave', input: { document: 'leave.md' } }],
  run: async ({ document, chunk, collection, start, length, context: around }, context) => {
    const { workspace } = context.caller
    const collections =
      collection === undefined ? await listCollections(context.db, workspace) : [await getCollection(context.db, workspace, collection)]
    const passage = await readPassage(context.db, collections, {
      document,
      length,
      context: around,
      principals: principalsOf(context.caller),
      ...(chunk === undefined ? {} : { chunk }),
      ...(start === undefined ? {} : { start }),
    })
    return {
      content: `${passage.title || document} [${document}, ${passage.start}–${passage.end}]:\n${passage.text}`,
      data: { ...passage },
    }
  },
})
