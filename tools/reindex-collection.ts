/** Tool `reindex_collection`: a collection from one embedder to another, searched and written all the time. */
import { z } from 'zod'
import { Fault } from '../platform/fault.ts'
import type { Embedder, Embedders } from '../rag/embedding/embedder.ts'
import { subwordOnly } from '../rag/embedding/subword.ts'
import { getCollection } from '../rag/index/collections.ts'
import { reindex } from '../rag/index/reindex.ts'
import { collectionName } from './collection-name.ts'
import { defineTool } from './tool.ts'

export const reindexCollectionTool = defineTool({
  name: 'reindex_collection',
  title: 'Move a collection to another embedder',
  description:
    'Makes the vectors of a collection anew with another embedder, in the background: it is searched with the former one until every passage has its new vector, then with the new one. Nothing is read or cut again. Use it after another embedder was configured, or to go on with a move that was interrupted; list_collections shows how far it is.',
  input: z.strictObject({
    collection: collectionName.describe('Collection to move'),
    embedder: z
      .string()
      .min(1)
      .max(300)
      .optional()
      .describe("Embedder to move to, as 'subword', 'transformers:MODEL' or 'openai:MODEL'; absent: the one configured"),
  }),
  output: z.object({
    collection: z.string().describe('The collection'),
    from: z.string().describe('Embedder it was searched with before'),
    embedder: z.string().describe('Embedder it is searched with now'),
    dimensions: z.number().int().describe('Length of its vectors'),
    chunks: z.number().int().describe('Passages in it'),
    embedded: z.number().int().describe('Passages embedded since the run was last started'),
  }),
  effect: 'change',
  role: 'operator',
  durable: true,
  examples: [{ says: 'Make the vectors of the handbook anew with the configured embedder', input: { collection: 'handbook' } }],
  run: async ({ collection: name, embedder: wanted }, context) => {
    const { workspace } = context.caller
    const collection = await getCollection(context.db, workspace, name)
    const embedder = await embedderFor(context.ports.embedders ?? subwordOnly, wanted)
    const { db, signal, step, progress } = context
    const { from, embedded } = await reindex({ db, signal, step, progress }, collection, embedder)
    const { chunks, dimensions } = await getCollection(db, workspace, name)
    return context.commit(async () => ({
      content: `Collection '${name}' is searched with '${embedder.name}' now; before it was '${from}'. It has ${chunks} passages.`,
      data: { collection: name, from, embedder: embedder.name, dimensions, chunks, embedded },
    }))
  },
})

async function embedderFor(embedders: Embedders, wanted: string | undefined): Promise<Embedder> {
  const found = wanted === undefined ? await embedders.preferred() : await embedders.find(wanted)
  if (found) return found
  const { name } = await embedders.preferred()
  throw new Fault('invalid_input', `This installation does not have the embedder '${wanted}'. Configure it first; '${name}' is configured.`)
}
