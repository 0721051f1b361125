import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Database } from '../../platform/database/database.ts'
import { Fault } from '../../platform/fault.ts'
import { openTestDatabase, temporaryFolder } from '../../platform/testing/harness.ts'
import type { Embedder, Embedders } from '../embedding/embedder.ts'
import { subwordEmbedder } from '../embedding/subword.ts'
import { getCollection } from '../index/collections.ts'
import { ingestInto, never } from '../testing.ts'
import { find, type SearchResult } from './search.ts'
import { trustIn } from './trust.ts'

const subjects = ['otter', 'heron', 'lynx', 'stork', 'badger', 'finch', 'weasel', 'raven', 'beaver', 'adder', 'hare', 'toad']
const documents = subjects.map((subject) => ({
  _id: subject,
  text: `Some notes on a creature. The ${subject} sleeps by day. Each ${subject} eats what the ${subject} finds near the river. It is shy.`,
}))

/** As good as subword, under the name of a model that knows meanings. */
const good: Embedder = { ...subwordEmbedder, name: 'openai:good', semantic: true }

/** Vectors that have nothing to do with the texts, though always the same for the same text. */
const noise: Embedder = {
  ...good,
  name: 'openai:noise',
  embed: async (texts) =>
    texts.map((text, at) => {
      let state = text.length * 7919 + at + [...text].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 1_000_003, 7)
      const vector = Float32Array.from({ length: 384 }, () => {
        state = (state * 48_271) % 2_147_483_647
        return state / 2_147_483_647 - 0.5
      })
      const length = Math.hypot(...vector)
      return vector.map((value) => value / length)
    }),
}

const only = (embedder: Embedder): Embedders => ({
  preferred: async () => embedder,
  find: async (name) => (name === embedder.name ? embedder : undefined),
})

describe('hybrid search', () => {
  let db: Database
  let folder: Awaited<ReturnType<typeof temporaryFolder>>
  beforeAll(async () => {
    db = await openTestDatabase()
    folder = await temporaryFolder()
    const path = join(folder.path, 'notes.jsonl')
    await writeFile(path, documents.map((document) => JSON.stringify(document)).join('\n'))
    for (const [collection, embedder] of Object.entries({ good, noise }))
      await ingestInto(db, { path, collection, language: 'english', embedders: only(embedder) })
  })
  afterAll(async () => {
    await db.close()
    await folder.remove()
  })
  const ask = (collection: string, embedder: Embedder, query: string): Promise<SearchResult> =>
    find(
      { db, embedders: only(embedder), signal: never },
      { workspace: 'default', collection, query, topK: 5, mode: 'hybrid', group: 'document' },
    )

  it('trusts vectors that send a sentence back to its passage, and none that do not', async () => {
    const trusted = async (collection: string, embedder: Embedder): Promise<number> =>
      trustIn(db, await getCollection(db, 'default', collection), { embedder, signal: never })
    expect(await trusted('good', good)).toBeGreaterThan(0.8)
    expect(await trusted('noise', noise)).toBeLessThan(0.35)
  })

  it('ranks by the words where vectors say nothing', async () => {
    for (const subject of subjects) {
      const { hits } = await ask('noise', noise, `where does the ${subject} find food`)
      expect(hits[0]?.document).toBe(subject)
    }
  })

  it('goes on without a model that does not answer, and says so', async () => {
    const down: Embedder = { ...good, embed: () => Promise.reject(new Fault('unavailable', 'The model is away.')) }
    const { hits, note } = await ask('good', down, 'otter')
    expect(hits[0]?.document).toBe('otter')
    expect(note).toContain('The model is away.')
  })

  it('finds by vectors what has no word of the query', async () => {
    const { hits } = await ask('good', good, 'ottersleeping')
    expect(hits.map(({ document }) => document)).toContain('otter')
  })

  it('finds nothing in an empty workspace', async () => {
    const found = await find(
      { db, embedders: only(good), signal: never },
      { workspace: 'empty', query: 'otter', topK: 5, mode: 'hybrid', group: 'document' },
    )
    expect(found).toMatchObject({ hits: [], repairs: [] })
  })
})
