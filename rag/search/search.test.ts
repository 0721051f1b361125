import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Database } from '../../platform/database/database.ts'
import { temporaryFolder, testDatabases } from '../../platform/testing/harness.ts'
import { getCollection } from '../index/collections.ts'
import { growGraph } from '../index/graph.ts'
import { removeDocuments } from '../index/remove.ts'
import { countVectors, type EmbeddingSpace, listSpaces } from '../index/spaces.ts'
import { ingestInto, never, searchIn } from '../testing.ts'

const documents = [
  { _id: 'cats', title: 'Cats', text: 'cat cat dog', metadata: { year: 2020, tags: ['pets', 'small'], open: true } },
  {
    _id: 'dogs',
    title: 'Dogs',
    text: 'dog bird bird fish',
    metadata: { year: 2021, tags: ['pets'], 'a.b$"\'); drop table documents; --': 'x' },
  },
  { _id: 'fish', title: '', text: 'fish fish whale', metadata: { year: 2022, name: 'sea' } },
  { _id: 'same1', title: '', text: 'zebra', metadata: {} },
  { _id: 'same2', title: '', text: 'zebra', metadata: {} },
  {
    _id: 'parts',
    title: '',
    text: `${'The gate opens at nine o clock. '.repeat(120)}\n\n${'An elephant walks by. '.repeat(120)}`,
    metadata: { year: 1999 },
  },
]

describe.each(testDatabases)('search on the $kind database', ({ open }) => {
  let db: Database
  let folder: Awaited<ReturnType<typeof temporaryFolder>>
  beforeAll(async () => {
    db = await open()
    folder = await temporaryFolder()
    const path = join(folder.path, 'zoo.jsonl')
    await writeFile(path, documents.map((document) => JSON.stringify(document)).join('\n'))
    await ingestInto(db, { path, collection: 'zoo', language: 'simple' })
    await ingestInto(db, { path, collection: 'zoo', language: 'simple', workspace: 'other' })
    const german = join(folder.path, 'tiere.jsonl')
    await writeFile(german, '{"_id": "haus", "text": "Die Häuser der Stadt sind alt und die Straßen sind nicht breit."}')
    await ingestInto(db, { path: german, collection: 'tiere' })
  })
  afterAll(async () => {
    await db.close()
    await folder.remove()
  })
  const idsOf = async (request: Parameters<typeof searchIn>[1]): Promise<string[]> =>
    (await searchIn(db, { collection: 'zoo', ...request })).map(({ document }) => document)

  it('scores by BM25, checked by hand', async () => {
    const lengths = await db.query<{ id: string; terms: number; n: number }>(
      `select d.id, d.terms::float8 as terms, d.chunks as n from documents d join collections c on c.key = d.collection
       where c.name = 'zoo' and c.workspace = 'default'`,
    )
    const chunks = lengths.rows.reduce((sum, row) => sum + row.n, 0)
    const average = lengths.rows.reduce((sum, row) => sum + row.terms, 0) / chunks
    // cats: title + text = "cats cat cat dog", 4 terms; dogs: "dogs dog bird bird fish", 5 terms.
    const idf = (holding: number): number => Math.log(1 + (chunks - holding + 0.5) / (holding + 0.5))
    const part = (tf: number, length: number): number => (tf * 2.2) / (tf + 1.2 * (0.25 + (0.75 * length) / average))
    const hits = await searchIn(db, { query: 'cat dog DOG', collection: 'zoo', mode: 'keyword' })
    expect(hits.map(({ document }) => document)).toEqual(['cats', 'dogs'])
    expect(hits[0]?.score).toBeCloseTo(idf(1) * part(2, 4) + 2 * idf(2) * part(1, 4), 6)
    expect(hits[1]?.score).toBeCloseTo(2 * idf(2) * part(1, 5), 6)
  })

  it('orders equal scores by document id, descending', async () => {
    for (const mode of ['keyword', 'vector', 'hybrid'] as const) {
      expect((await idsOf({ query: 'zebra', mode })).slice(0, 2)).toEqual(['same2', 'same1'])
    }
  })

  it('finds a misspelt word by its pieces', async () => {
    expect(await idsOf({ query: 'elefant', mode: 'keyword' })).toEqual([])
    expect((await idsOf({ query: 'elefant', mode: 'vector' }))[0]).toBe('parts')
    expect((await idsOf({ query: 'elefant' }))[0]).toBe('parts')
  })

  it('gives the best passage of each document, or every one', async () => {
    const [best, ...others] = await searchIn(db, { query: 'elephant', collection: 'zoo', mode: 'keyword' })
    expect(best?.text).toMatch(/elephant/)
    expect(others).toEqual([])
    const all = await searchIn(db, { query: 'elephant gate', collection: 'zoo', mode: 'keyword', group: 'chunk' })
    expect(new Set(all.map(({ document }) => document))).toEqual(new Set(['parts']))
    expect(new Set(all.map(({ chunk }) => chunk)).size).toBeGreaterThan(1)
  })

  it('filters by metadata: values, lists, bounds, items of lists', async () => {
    const query = 'cat dog bird fish whale gate'
    const sorted = async (
      filter: NonNullable<Parameters<typeof searchIn>[1]['filter']>,
      mode: 'keyword' | 'vector' = 'keyword',
    ): Promise<string[]> => (await idsOf({ query, filter, mode })).toSorted()
    expect(await sorted({ year: 2020 })).toEqual(['cats'])
    expect(await sorted({ year: [2020, 2022] })).toEqual(['cats', 'fish'])
    expect(await sorted({ year: { gte: 2000, lte: 2021 } })).toEqual(['cats', 'dogs'])
    expect(await sorted({ tags: 'pets' }, 'vector')).toEqual(['cats', 'dogs'])
    expect(await sorted({ tags: 'pets', open: true })).toEqual(['cats'])
    expect(await sorted({ year: '2020' })).toEqual([])
    expect(await sorted({ name: { gte: 'a' } })).toEqual(['fish'])
    await expect(idsOf({ query, filter: { year: {} } })).rejects.toThrow('says nothing')
  })

  it('takes filter keys and values as data, whatever they hold', async () => {
    const key = 'a.b$"\'); drop table documents; --'
    expect(await idsOf({ query: 'dog', filter: { [key]: 'x' } })).toEqual(['dogs'])
    expect(await idsOf({ query: 'dog', filter: { [key]: "' or 1=1 --" } })).toEqual([])
    expect((await idsOf({ query: "dog'); drop table documents; --" })).length).toBeGreaterThan(0)
  })

  it('keeps workspaces apart', async () => {
    expect(
      (await searchIn(db, { query: 'cat', workspace: 'other', collection: 'zoo', mode: 'keyword' })).map(({ document }) => document),
    ).toEqual(['cats'])
    await expect(searchIn(db, { query: 'cat', workspace: 'third', collection: 'zoo' })).rejects.toThrow("no collection 'zoo'")
    expect(await searchIn(db, { query: 'cat', workspace: 'third' })).toEqual([])
  })

  it('searches all collections, each in its own language', async () => {
    const hits = await searchIn(db, { query: 'altes Haus cat', mode: 'keyword' })
    expect(hits.map(({ collection, document }) => `${collection}/${document}`).toSorted()).toEqual(['tiere/haus', 'zoo/cats'])
  })

  it('finds the same through the graph as by a scan, and what is written and removed later', async () => {
    const path = join(folder.path, 'many.jsonl')
    const numbered = (from: number, to: number): string =>
      Array.from({ length: to - from }, (_, at) =>
        JSON.stringify({ _id: `d${from + at}`, text: `Report ${from + at} about ${'abcdefghij'.charAt((from + at) % 10).repeat(5)}` }),
      ).join('\n')
    await writeFile(path, numbered(0, 150))
    await ingestInto(db, { path, collection: 'many' })
    const scoresNow = async (): Promise<number[]> =>
      (await searchIn(db, { query: 'report ccccc 42', collection: 'many', mode: 'vector', topK: 5 })).map(({ score }) => score)
    const scanned = await scoresNow()
    const spaceNow = async (): Promise<EmbeddingSpace> => {
      const [space] = await listSpaces(db, await getCollection(db, 'default', 'many'))
      if (!space) throw new Error('The collection has no space.')
      return space
    }
    await growGraph(db, await spaceNow(), never)
    expect((await spaceNow()).graph).toBe('grown')
    expect(await scoresNow()).toEqual(scanned)

    await writeFile(path, numbered(150, 160))
    await ingestInto(db, { path, collection: 'many' })
    expect((await idsOf({ query: 'report 152 ccccc', collection: 'many', mode: 'vector', topK: 3 }))[0]).toBe('d152')
    const many = await getCollection(db, 'default', 'many')
    await removeDocuments({ db, signal: never, step: (_, effect) => db.transaction(effect) }, many, ['d152'])
    expect(await idsOf({ query: 'report 152 ccccc', collection: 'many', mode: 'vector' })).not.toContain('d152')
    expect(await countVectors(db, await spaceNow())).toBe(159)
  })

  it('finds nothing for a query without words', async () => {
    expect(await idsOf({ query: '?!' })).toEqual([])
    expect(await idsOf({ query: 'quagga', mode: 'keyword' })).toEqual([])
  })
})
