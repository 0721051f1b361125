import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Fault } from '../platform/fault.ts'
import type { Embedder, Embedders } from '../rag/embedding/embedder.ts'
import { subwordEmbedder } from '../rag/embedding/subword.ts'
import { ingestDocumentsTool } from './ingest-documents.ts'
import { listCollectionsTool } from './list-collections.ts'
import { reindexCollectionTool } from './reindex-collection.ts'
import { searchDocumentsTool } from './search-documents.ts'
import { openTestMillrace, type TestMillrace } from './testing.ts'

describe('moving a collection to another embedder', () => {
  let millrace: TestMillrace
  let answering = true
  let asked = 0
  /** Two numbers for each text: it needs only to be another embedder. */
  const tiny: Embedder = {
    name: 'tiny',
    dimensions: 2,
    semantic: false,
    batch: 8,
    embed: async (texts) => {
      if (!answering && ++asked > 1) throw new Fault('unavailable', 'The model is away.')
      return texts.map((text) => (text.includes('soup') ? Float32Array.of(1, 0) : Float32Array.of(0, 1)))
    },
  }
  const embedders: Embedders = {
    preferred: async () => subwordEmbedder,
    find: async (name) => [subwordEmbedder, tiny].find((embedder) => embedder.name === name),
  }
  beforeAll(async () => {
    millrace = await openTestMillrace({
      tools: [ingestDocumentsTool, listCollectionsTool, searchDocumentsTool, reindexCollectionTool],
      ports: { embedders },
    })
    const lines = Array.from({ length: 80 }, (_, at) =>
      JSON.stringify({ _id: `d${at}`, text: at === 42 ? 'hot soup' : `cold plate ${at}` }),
    )
    await writeFile(join(millrace.folder, 'menu.jsonl'), lines.join('\n'))
    await millrace.call('ingest_documents', { path: 'menu.jsonl', collection: 'menu' })
  })
  afterAll(() => millrace.close())

  const best = async (): Promise<string | undefined> => {
    const { hits } = await millrace.call<{ hits: readonly { document: string }[] }>('search_documents', { query: 'soup', mode: 'vector' })
    return hits[0]?.document
  }

  it('keeps searching with the former embedder while the new one is away, and shows how far it is', async () => {
    answering = false
    await expect(millrace.call('reindex_collection', { collection: 'menu', embedder: 'tiny' })).rejects.toThrow('The model is away')
    expect(await best()).toBe('d42')
    const { collections } = await millrace.call<{ collections: readonly object[] }>('list_collections')
    expect(collections).toMatchObject([{ collection: 'menu', embedder: 'subword', moving_to: { embedder: 'tiny', chunks: 32 } }])
  })

  it('goes on when it is called again, and searches with the new one from then on', async () => {
    answering = true
    expect(await millrace.call('reindex_collection', { collection: 'menu', embedder: 'tiny' })).toEqual({
      collection: 'menu',
      from: 'subword',
      embedder: 'tiny',
      dimensions: 2,
      chunks: 80,
      embedded: 48,
    })
    expect(await best()).toBe('d42')
    const { collections } = await millrace.call<{ collections: readonly { moving_to?: object }[] }>('list_collections')
    expect(collections).toMatchObject([{ embedder: 'tiny' }])
    expect(collections[0]?.moving_to).toBeUndefined()
    expect(await millrace.call('ingest_documents', { path: 'menu.jsonl', collection: 'menu' })).toMatchObject({ unchanged: 80 })
  })

  it('refuses an embedder that this installation does not have', async () => {
    await expect(millrace.call('reindex_collection', { collection: 'menu', embedder: 'transformers:none' })).rejects.toMatchObject({
      code: 'invalid_input',
    })
    await expect(millrace.call('reindex_collection', { collection: 'nothing' })).rejects.toMatchObject({ code: 'not_found' })
  })
})
