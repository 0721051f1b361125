import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Database } from '../../platform/database/database.ts'
import { temporaryFolder, testDatabases } from '../../platform/testing/harness.ts'
import type { Embedder, Embedders } from '../embedding/embedder.ts'
import { subwordEmbedder } from '../embedding/subword.ts'
import { scopeOf } from '../search/scope.ts'
import { searchVector } from '../search/vector.ts'
import { ingestInto, type Journal, never, openJournal, stepIn } from '../testing.ts'
import { type Collection, getCollection } from './collections.ts'
import { clearRetired, type Reindexed, reindex } from './reindex.ts'
import { listSpaces } from './spaces.ts'

/** How often each letter and digit occurs, as a vector of length 1; zeros for a text without any. */
function letters(text: string): Float32Array {
  const counts = new Float32Array(36)
  for (const letter of text.toLowerCase()) {
    const at = 'abcdefghijklmnopqrstuvwxyz0123456789'.indexOf(letter)
    if (at >= 0) counts[at] = (counts[at] ?? 0) + 1
  }
  const norm = Math.hypot(...counts)
  return norm === 0 ? counts : counts.map((count) => count / norm)
}

const letterEmbedder: Embedder = {
  name: 'letters',
  dimensions: 36,
  semantic: false,
  batch: 16,
  embed: async (texts) => texts.map(letters),
}
const both: Embedders = {
  preferred: async () => subwordEmbedder,
  find: async (name) => [subwordEmbedder, letterEmbedder].find((embedder) => embedder.name === name),
}

const words = ['otter', 'badger', 'heron', 'lynx', 'stork', 'viper', 'marten', 'beaver', 'falcon', 'hare']
const lines = (from: number, to: number): string =>
  Array.from({ length: to - from }, (_, at) => {
    const number = from + at
    return JSON.stringify({
      _id: `d${number}`,
      text: number % 50 === 7 ? '…' : `${words[number % 10]} number ${number} of ${words[(number * 7) % 10]}`,
    })
  }).join('\n')

describe.each(testDatabases)('moving a collection to another embedder on the $kind database', ({ open }) => {
  let db: Database
  let folder: Awaited<ReturnType<typeof temporaryFolder>>
  beforeAll(async () => {
    db = await open()
    folder = await temporaryFolder()
  })
  afterAll(async () => {
    await db.close()
    await folder.remove()
  })
  const ingestLines = async (name: string, from: number, to: number, embedders = both): Promise<void> => {
    const path = join(folder.path, `${name}-${from}.jsonl`)
    await writeFile(path, lines(from, to))
    await ingestInto(db, { path, collection: name, embedders })
  }
  const move = async (
    name: string,
    { embedder = letterEmbedder, journal = openJournal() }: { embedder?: Embedder; journal?: Journal } = {},
  ): Promise<Reindexed> => reindex({ db, signal: never, step: stepIn(db, journal), progress: () => undefined }, await get(name), embedder)
  const get = (name: string): Promise<Collection> => getCollection(db, 'default', name)
  /** Ids of the nearest, by whatever the collection is searched with now. */
  const nearest = async (name: string, query: string): Promise<readonly string[]> => {
    const collection = await get(name)
    const [vector = new Float32Array()] = (await (await both.find(collection.embedder))?.embed([query], never)) ?? []
    const found = await searchVector(db, collection, { vector, limit: 3, group: 'document', scope: scopeOf({}) })
    const { rows } = await db.query<{ key: number; id: string }>('select key, id from documents where key = any($1::int[])', [
      found.map(({ document }) => document),
    ])
    return found.map(({ document }) => rows.find(({ key }) => key === document)?.id ?? '')
  }
  const vectorsOf = async (name: string): Promise<readonly object[]> => {
    const { key } = await get(name)
    const { rows } = await db.query(
      `select s.embedder, s.state, count(*)::int as vectors, count(v.embedding)::int as filled, min(vector_dims(v.embedding)) as shortest,
              max(vector_dims(v.embedding)) as longest
       from vectors v join embedding_spaces s on s.key = v.space where v.collection = $1 group by 1, 2 order by 1`,
      [key],
    )
    return rows
  }

  it('searches with the former embedder until every chunk has its new vector, then with the new one', async () => {
    await ingestLines('whole', 0, 120)
    expect((await nearest('whole', 'otter number 40 of otter'))[0]).toBe('d40')
    const before = await get('whole')
    expect(await move('whole')).toEqual({ from: 'subword', embedded: 120 })
    expect(await get('whole')).toMatchObject({ embedder: 'letters', dimensions: 36, chunks: before.chunks, documents: before.documents })
    // Two documents are without letters: their place is kept, empty.
    expect(await vectorsOf('whole')).toEqual([{ embedder: 'letters', state: 'live', vectors: 120, filled: 117, shortest: 36, longest: 36 }])
    expect(await nearest('whole', 'otter number 40 of otter')).toContain('d40')
    expect(await listSpaces(db, before)).toMatchObject([{ embedder: 'letters', state: 'live', complete: true }])

    await ingestLines('whole', 120, 125)
    expect(await vectorsOf('whole')).toMatchObject([{ embedder: 'letters', vectors: 125 }])
    expect(await move('whole')).toEqual({ from: 'letters', embedded: 0 })
    expect(await move('whole', { embedder: subwordEmbedder })).toEqual({ from: 'letters', embedded: 125 })
    expect(await vectorsOf('whole')).toMatchObject([{ embedder: 'subword', vectors: 125, longest: 384 }])
  })

  it('goes on after a kill at any step, whatever was written and removed meanwhile', async () => {
    for (const steps of [0, 1, 2, 3, 5, 6, 7]) {
      const name = `killed ${steps}`
      await ingestLines(name, 0, 150)
      const journal = openJournal()
      journal.dieAfter = steps
      const killed = move(name, { journal })
      await expect(killed).rejects.toThrow('killed')
      const between = await get(name)
      expect((await nearest(name, 'otter number 40 of otter'))[0]).toBe('d40')
      await ingestLines(name, 150, 160)
      await db.query(`update documents set state = 'replaced' where collection = $1 and id = 'd3'`, [between.key])
      journal.dieAfter = Number.POSITIVE_INFINITY
      expect(await move(name, { journal })).toMatchObject({ from: 'subword' })
      const [left, ...others] = await vectorsOf(name)
      expect(others).toEqual([])
      expect(left).toMatchObject({ embedder: 'letters', state: 'live', shortest: 36, longest: 36 })
      const { rows } = await db.query<{ bare: number }>(
        `select count(*)::int as bare from chunks c join documents d on d.key = c.document
         where d.collection = $1 and d.state = 'live' and not exists (select 1 from vectors v where v.document = c.document and v.ordinal = c.ordinal)`,
        [between.key],
      )
      expect(rows[0]?.bare).toBe(0)
      expect(await nearest(name, 'falcon number 158 of marten')).toContain('d158')
    }
  })

  it('makes what an ingestion without the new embedder leaves out while the move is on', async () => {
    await ingestLines('gap', 0, 100)
    let asked = 0
    // The third batch meets an ingestion that knows nothing of the move.
    const interrupted: Embedder = {
      ...letterEmbedder,
      embed: async (texts, signal) => {
        if (asked++ === 2) await ingestLines('gap', 100, 105, { ...both, find: async () => undefined })
        return letterEmbedder.embed(texts, signal)
      },
    }
    expect(await move('gap', { embedder: interrupted })).toEqual({ from: 'subword', embedded: 105 })
    expect(await vectorsOf('gap')).toMatchObject([{ embedder: 'letters', vectors: 105 }])
  })

  it('writes to both while the move is on', async () => {
    await ingestLines('both', 0, 60)
    const journal = openJournal()
    journal.dieAfter = 4
    await expect(move('both', { journal })).rejects.toThrow('killed')
    await ingestLines('both', 60, 70)
    expect(await vectorsOf('both')).toMatchObject([
      { embedder: 'letters', state: 'growing' },
      { embedder: 'subword', state: 'live', vectors: 70 },
    ])
    const { rows } = await db.query<{ spaces: number }>(
      `select count(*)::int as spaces from vectors v join documents d on d.key = v.document
       where d.id = 'd65' and d.collection = $1`,
      [(await get('both')).key],
    )
    expect(rows[0]?.spaces).toBe(2)
    await expect(move('both', { embedder: { ...letterEmbedder, name: 'third' } })).rejects.toThrow(
      /moving to the embedder 'letters' already/,
    )
    await expect(
      ingestLines('both', 70, 71, { ...both, preferred: async () => letterEmbedder, find: async () => undefined }),
    ).rejects.toThrow(/'subword', which this installation does not have/)
  })

  it('clears the former vectors again when that was interrupted', async () => {
    const collection = await get('both')
    await db.query(`update embedding_spaces set state = 'retired' where collection = $1 and state = 'growing'`, [collection.key])
    await clearRetired(db, collection, never)
    expect(await vectorsOf('both')).toMatchObject([{ embedder: 'subword' }])
  })
})
