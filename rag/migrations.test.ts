import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type EmbeddedDatabase, openEmbedded } from '../platform/database/embedded.ts'
import { getCollection } from './index/collections.ts'
import { listSpaces } from './index/spaces.ts'
import { scopeOf } from './search/scope.ts'
import { searchVector } from './search/vector.ts'

/** A vector of 384 numbers that are 0 but for one. */
const axis = (at: number): Float32Array => Float32Array.from({ length: 384 }, (_, place) => (place === at ? 1 : 0))

describe('a database of the first version', () => {
  let db: EmbeddedDatabase
  beforeAll(async () => {
    db = await openEmbedded({})
    const folder = join(import.meta.dirname, 'migrations')
    const [first = '', ...later] = (await readdir(folder)).filter((name) => name.endsWith('.sql')).sort()
    await db.query(await readFile(join(folder, first), 'utf8'))
    await db.query(`
      insert into collections (workspace, name, language, embedder, dimensions, documents, chunks, terms, graph)
      values ('default', 'old', 'english', 'subword', 384, 2, 3, 9, true), ('default', 'empty', 'simple', 'subword', 384, 0, 0, 0, false);
      insert into documents (workspace, collection, id, title, metadata, digest, characters, chunks, state, ingestion)
      values ('default', 1, 'one', 'One', '{"year": 2020}', 'x', 10, 2, 'live', 'run'), ('default', 1, 'two', 'Two', '{}', 'y', 10, 1, 'live', 'run')`)
    for (const [document, ordinal, at] of [
      [1, 0, 5],
      [1, 1, 6],
      [2, 0, undefined],
    ]) {
      await db.query(
        `insert into chunks (workspace, collection, document, ordinal, start_offset, end_offset, title, text, embedding)
         values ('default', 1, $1, $2, 0, 5, '', 'words', $3::vector)`,
        [document, ordinal, at === undefined ? null : JSON.stringify([...axis(at)])],
      )
    }
    for (const name of later) await db.query(await readFile(join(folder, name), 'utf8'))
  })
  afterAll(() => db.close())

  it('keeps its vectors, one space for each collection', async () => {
    const old = await getCollection(db, 'default', 'old')
    expect(await listSpaces(db, old)).toMatchObject([
      { embedder: 'subword', dimensions: 384, state: 'live', graph: 'none', complete: true },
    ])
    expect(await listSpaces(db, await getCollection(db, 'default', 'empty'))).toMatchObject([{ embedder: 'subword', state: 'live' }])
    const found = await searchVector(db, old, { vector: axis(6), limit: 5, group: 'chunk', scope: scopeOf({ filter: { year: 2020 } }) })
    expect(found).toEqual([
      { document: 1, ordinal: 1, score: 1 },
      { document: 1, ordinal: 0, score: 0 },
    ])
    expect((await db.query('select 1 from vectors')).rowCount).toBe(3)
  })
})
