import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Database } from '../../platform/database/database.ts'
import { testDatabases } from '../../platform/testing/harness.ts'
import type { Collection } from '../index/collections.ts'
import { dropStrayGraphs, graphOf, growGraph } from '../index/graph.ts'
import { countVectors, type EmbeddingSpace, listSpaces } from '../index/spaces.ts'
import { insertVectors } from '../index/vectors.ts'
import { never } from '../testing.ts'
import type { Filter } from './filter.ts'
import { plant } from './planted.ts'
import { scopeOf } from './scope.ts'
import { scoreChunks, searchVector } from './vector.ts'

const dimensions = 24
const documents = 600

/** Mulberry32: the same numbers every time. */
function randomOf(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

function vectorFrom(random: () => number, length = dimensions): Float32Array {
  const vector = Float32Array.from({ length }, () => random() + random() + random() - 1.5)
  const norm = Math.hypot(...vector)
  return vector.map((value) => value / norm)
}

const cosine = (left: Float32Array, right: Float32Array): number => left.reduce((sum, value, at) => sum + value * (right[at] ?? 0), 0)

interface Planted {
  readonly id: string
  readonly metadata: { readonly group: number; readonly part: number; readonly name: string }
  readonly readers?: readonly string[]
  readonly vectors: readonly Float32Array[]
}

describe.each(testDatabases)('vector search on the $kind database', ({ open }) => {
  let db: Database
  let collection: Collection
  let keys: readonly number[]
  const random = randomOf(7)
  const planted: readonly Planted[] = Array.from({ length: documents }, (_, at) => ({
    id: `d${at}`,
    metadata: { group: Math.floor(random() * 10), part: at, name: `doc ${at}` },
    ...(at % 10 === 3 ? { readers: ['role:operator', 'ann'] } : at % 10 === 4 ? { readers: ['bob'] } : {}),
    vectors: [vectorFrom(random), vectorFrom(random)],
  }))
  beforeAll(async () => {
    db = await open()
    ;({ collection, keys } = await plant(db, { name: 'many', dimensions, documents: planted }))
    await plant(db, { name: 'many', workspace: 'other', dimensions, documents: planted.slice(0, 50) })
  })
  afterAll(() => db.close())

  const spaceOf = async (of: Collection): Promise<EmbeddingSpace> => {
    const [space] = await listSpaces(db, of)
    if (!space) throw new Error('The collection has no space.')
    return space
  }
  const search = async (
    vector: Float32Array,
    {
      limit = 10,
      group = 'document',
      ...scope
    }: { limit?: number; group?: 'document' | 'chunk'; filter?: Filter; principals?: string[] } = {},
  ): Promise<readonly (readonly [string, number])[]> => {
    const found = await searchVector(db, collection, { vector, limit, group, scope: scopeOf(scope) })
    return found.map(({ document, score }) => [planted[keys.indexOf(document)]?.id ?? `foreign ${document}`, score])
  }
  /** By brute force in JavaScript. */
  const nearest = (vector: Float32Array, fits: (document: Planted) => boolean, limit = 10): readonly string[] =>
    planted
      .filter(fits)
      .map(({ id, vectors }) => ({ id, score: Math.max(...vectors.map((own) => cosine(own, vector))) }))
      .toSorted((left, right) => right.score - left.score)
      .slice(0, limit)
      .map(({ id }) => id)

  const cases: readonly {
    readonly says: string
    readonly filter?: Filter
    readonly principals?: string[]
    readonly fits: (d: Planted) => boolean
  }[] = [
    { says: 'no condition', fits: () => true },
    { says: 'a tenth of the documents', filter: { group: 3 }, fits: ({ metadata }) => metadata.group === 3 },
    { says: 'twelve documents', filter: { part: { lt: 12 } }, fits: ({ metadata }) => metadata.part < 12 },
    { says: 'one document', filter: { name: 'doc 700' }, fits: ({ metadata }) => metadata.part === 700 },
    { says: 'none', filter: { name: 'no such' }, fits: () => false },
    { says: 'nearly all', filter: { not: { group: 1 } }, fits: ({ metadata }) => metadata.group !== 1 },
    { says: 'a reader', principals: ['ann'], fits: ({ readers }) => !readers || readers.includes('ann') },
    {
      says: 'a reader and a filter',
      principals: ['bob', 'role:viewer'],
      filter: { group: { in: [1, 2] }, part: { gte: 100 } },
      fits: ({ readers, metadata }) => (!readers || readers.includes('bob')) && [1, 2].includes(metadata.group) && metadata.part >= 100,
    },
  ]

  const agrees = async (atLeast: number): Promise<void> => {
    const queries = randomOf(99)
    for (const { says, fits, filter, principals } of cases) {
      let hit = 0
      let wanted = 0
      for (let at = 0; at < 5; at++) {
        const vector = vectorFrom(queries)
        const right = nearest(vector, fits)
        const found = (await search(vector, { ...(filter ? { filter } : {}), ...(principals ? { principals } : {}) })).map(([id]) => id)
        expect(found, says).toHaveLength(right.length)
        for (const id of found)
          expect(
            planted.filter(fits).map((document) => document.id),
            says,
          ).toContain(id)
        hit += found.filter((id) => right.includes(id)).length
        wanted += right.length
      }
      expect(hit, says).toBeGreaterThanOrEqual(atLeast * wanted)
    }
  }

  it('finds exactly the nearest that may be found, by a scan', async () => {
    await agrees(1)
    const [own] = planted[17]?.vectors ?? []
    if (!own) throw new Error('no vector')
    expect((await search(own))[0]).toEqual(['d17', expect.closeTo(1, 4)])
    const chunks = await search(own, { group: 'chunk', limit: 2 * documents + 1 })
    expect(chunks).toHaveLength(2 * documents)
  })

  it('finds them through the graph as well, as many as exist', async () => {
    const space = await spaceOf(collection)
    await growGraph(db, space, never)
    expect(await spaceOf(collection)).toMatchObject({ graph: 'grown', state: 'live', embedder: 'planted' })
    await agrees(0.97)
    expect(await search(vectorFrom(randomOf(1)), { limit: documents })).toHaveLength(documents)
  })

  it('finds what is written after the graph has grown, and growing again changes nothing', async () => {
    const vector = vectorFrom(randomOf(1234))
    const { keys: more } = await plant(db, { name: 'many', dimensions, documents: [{ id: 'late', vectors: [vector] }] })
    const [first] = await searchVector(db, collection, { vector, limit: 1, group: 'chunk', scope: scopeOf({}) })
    expect(first).toEqual({ document: more[0], ordinal: 0, score: expect.closeTo(1, 4) })
    await growGraph(db, await spaceOf(collection), never)
    expect((await searchVector(db, collection, { vector, limit: 1, group: 'chunk', scope: scopeOf({}) }))[0]?.document).toBe(more[0])
    expect(await countVectors(db, await spaceOf(collection))).toBe(2 * documents + 1)
  })

  it('searches while the graph is still growing', async () => {
    const { collection: half } = await plant(db, { name: 'half', dimensions, documents: planted })
    const controller = new AbortController()
    const growing = growGraph(db, await spaceOf(half), controller.signal)
    setTimeout(() => controller.abort(new Error('killed')), 60)
    await growing.catch(() => undefined)
    const vector = vectorFrom(randomOf(5))
    const found = await searchVector(db, half, { vector, limit: 20, group: 'document', scope: scopeOf({}) })
    const scores = nearest(vector, () => true, 20).map((id) =>
      Math.max(...(planted.find((each) => each.id === id)?.vectors ?? []).map((own) => cosine(own, vector))),
    )
    expect(found.map(({ score }) => score)).toEqual(scores.map((score) => expect.closeTo(score, 3)))
    await growGraph(db, await spaceOf(half), never)
    expect((await spaceOf(half)).graph).toBe('grown')
  })

  it('scores the chunks another leg found, those that may be seen', async () => {
    const vector = vectorFrom(randomOf(3))
    const chunks = [3, 4, 5].map((at) => ({ document: keys[at] ?? 0, ordinal: 1, score: 0 }))
    const all = await scoreChunks(db, collection, { vector, chunks })
    expect(all.map(({ score }) => score)).toEqual(
      [3, 4, 5].map((at) => expect.closeTo(cosine(planted[at]?.vectors[1] ?? vector, vector), 4)),
    )
    const seen = await scoreChunks(db, collection, { vector, chunks, scope: scopeOf({ principals: ['bob'] }) })
    expect(seen.map(({ document }) => document)).toEqual([keys[4], keys[5]])
  })

  it('leaves out texts without words', async () => {
    const zeros = new Float32Array(dimensions)
    const { collection: blank } = await plant(db, { name: 'blank', dimensions, documents: [{ id: 'blank', vectors: [zeros] }] })
    expect(await searchVector(db, blank, { vector: vectorFrom(random), limit: 5, group: 'chunk', scope: scopeOf({}) })).toEqual([])
    expect(await searchVector(db, collection, { vector: zeros, limit: 5, group: 'chunk', scope: scopeOf({}) })).toEqual([])
  })

  it('names both lengths of a vector that does not fit', async () => {
    const short = new Float32Array(3).fill(1)
    await expect(search(short)).rejects.toThrow(/3 numbers.*'many' have 24/)
    await expect(db.transaction((tx) => insertVectors(tx, collection, [{ document: 1, ordinal: 99, vector: short }]))).rejects.toThrow(
      /3 numbers.*'planted'.* makes 24/,
    )
  })

  it('takes vectors of any length, with a graph where pgvector can index them', async () => {
    for (const length of [1, 768, 2500, 5000]) {
      const vectors = Array.from({ length: 6 }, () => vectorFrom(random, length))
      const { collection: long } = await plant(db, {
        name: `long ${length}`,
        dimensions: length,
        documents: vectors.map((vector, at) => ({ id: `v${at}`, vectors: [vector] })),
      })
      const space = await spaceOf(long)
      await growGraph(db, space, never)
      expect((await spaceOf(long)).graph).toBe(graphOf(db.kind, space) ? 'grown' : 'none')
      const [best] = await searchVector(db, long, {
        vector: vectors[4] ?? new Float32Array(),
        limit: 1,
        group: 'chunk',
        scope: scopeOf({}),
      })
      expect(best?.score).toBeCloseTo(1, 3)
    }
  })

  it('drops the graph of a collection that is gone', async () => {
    const graphs = async (): Promise<number> =>
      (await db.query("select 1 from pg_indexes where tablename = 'vectors' and indexname like 'vectors_graph_%'")).rowCount
    const { collection: gone } = await plant(db, { name: 'gone', dimensions, documents: [{ id: 'one', vectors: [vectorFrom(random)] }] })
    await growGraph(db, await spaceOf(gone), never)
    const before = await graphs()
    await db.query('delete from documents where collection = $1', [gone.key])
    await db.query('delete from collections where key = $1', [gone.key])
    await dropStrayGraphs(db)
    expect(await graphs()).toBe(before - 1)
  })
})
