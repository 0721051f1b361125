/** Tool `list_documents`: what is in a collection. */
import { z } from 'zod'
import { getCollection } from '../rag/index/collections.ts'
import { listDocuments } from '../rag/index/list-documents.ts'
import { principalsOf } from '../rag/search/principals.ts'
import { scopeOf } from '../rag/search/scope.ts'
import { collectionName } from './collection-name.ts'
import { defineTool } from './tool.ts'

const documentId = z.string().min(1).max(512)

export const listDocumentsTool = defineTool({
  name: 'list_documents',
  title: 'List documents',
  description:
    'Lists the documents of a collection that the caller may read, by id, a page at a time: title, size, pages, language and where each came from. Use it to see what was ingested; to find something in the texts use search_documents.',
  input: z.strictObject({
    collection: collectionName.describe('Collection to list'),
    limit: z.number().int().min(1).max(500).default(100).describe('How many documents at most'),
    after: documentId.optional().describe('Go on after the document with this id: `next` of the page before'),
    prefix: documentId.optional().describe('Only documents whose ids begin so, such as a folder'),
  }),
  output: z.object({
    collection: z.string().describe('Collection listed'),
    documents: z
      .array(
        z.object({
          document: z.string().describe("The document's id"),
          title: z.string().describe('Its title; empty when it has none'),
          characters: z.number().int().describe('Length of its text in UTF-16 units'),
          chunks: z.number().int().describe('Passages it was cut into'),
          pages: z.number().int().optional().describe('Pages with text, where the source has pages'),
          metadata: z.record(z.string(), z.unknown()).describe('What was ingested with it'),
          source: z.string().optional().describe('What was ingested: a file, folder or address'),
          language: z.string().describe("Language its words are indexed in; 'simple' means no stemming"),
          updated_at: z.string().describe('When this version of it came, ISO 8601 in UTC'),
        }),
      )
      .describe('By id'),
    next: z.string().optional().describe('Give this as `after` for the next page; absent on the last one'),
  }),
  effect: 'read',
  role: 'viewer',
  untrusted: true,
  examples: [{ says: 'Which documents are in the handbook?', input: { collection: 'handbook' } }],
  run: async ({ collection: name, limit, after, prefix }, { db, caller }) => {
    const collection = await getCollection(db, caller.workspace, name)
    const principals = principalsOf(caller)
    const found = await listDocuments(db, collection, {
      scope: scopeOf(principals ? { principals } : {}),
      limit: limit + 1,
      ...(after === undefined ? {} : { after }),
      ...(prefix === undefined ? {} : { prefix }),
    })
    const shown = found.slice(0, limit)
    const documents = shown.map(({ id, pages, source, createdAt, ...document }) => ({
      document: id,
      ...document,
      ...(pages === null ? {} : { pages }),
      ...(source === null ? {} : { source }),
      updated_at: createdAt.toISOString(),
    }))
    const next = found.length > limit ? shown.at(-1)?.id : undefined
    const names = documents.slice(0, 20).map(({ document, title }) => (title === '' ? document : `${title} [${document}]`))
    const more = next === undefined ? '' : ` More follow after '${next}'.`
    return {
      content: documents.length === 0 ? `No document of '${name}' fits.` : `${documents.length} documents: ${names.join(', ')}.${more}`,
      data: { collection: name, documents, ...(next === undefined ? {} : { next }) },
    }
  },
})
