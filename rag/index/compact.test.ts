import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Database } from '../../platform/database/database.ts'
import { temporaryFolder, testDatabases } from '../../platform/testing/harness.ts'
import { countRows, ingestInto, never, searchIn } from '../testing.ts'
import { clearReplaced } from './clear.ts'
import { type Collection, getCollection } from './collections.ts'
import { compactPostings } from './compact.ts'
import { replaceDocuments } from './documents.ts'
import { indexTerms, stemWords } from './stems.ts'
import { loadVocabulary } from './vocabulary.ts'

describe.each(testDatabases)('the index on the $kind database', ({ open }) => {
  let db: Database
  let folder: Awaited<ReturnType<typeof temporaryFolder>>
  let collection: Collection
  const query = { query: 'river otter heron', collection: 'c', mode: 'keyword', topK: 100 } as const
  beforeAll(async () => {
    db = await open()
    folder = await temporaryFolder()
    // Twelve ingestions, so that common words gather twelve rows.
    for (let part = 0; part < 12; part++) {
      const lines = Array.from({ length: 3 }, (_, at) => ({
        _id: `d${part}-${at}`,
        text: `The ${['otter', 'heron', 'lynx'][at]} of part ${part} lives at the river${' and in the reeds'.repeat((part + at) % 4)}.`,
      }))
      const path = join(folder.path, `part${part}.jsonl`)
      await writeFile(path, lines.map((line) => JSON.stringify(line)).join('\n'))
      await ingestInto(db, { path, collection: 'c' })
    }
    collection = await getCollection(db, 'default', 'c')
  })
  afterAll(async () => {
    await db.close()
    await folder.remove()
  })
  const rowsOf = async (term: string): Promise<number> =>
    (await db.query<{ count: number }>('select count(*)::int as count from postings where term = $1', [term])).rows[0]?.count ?? 0

  it('ranks the same before and after rows are merged', async () => {
    const before = await searchIn(db, query)
    expect(before).toHaveLength(36)
    expect(await rowsOf('river')).toBe(12)
    await compactPostings(db, collection, never)
    expect(await rowsOf('river')).toBe(1)
    expect(await searchIn(db, query)).toEqual(before)
    expect((await getCollection(db, 'default', 'c')).segments).toBe(0)
  })

  it('knows its words and the chunks that hold them, without documents that went out of sight', async () => {
    const holding = async (): Promise<Record<string, number>> => {
      const { terms, chunks } = await loadVocabulary(db, collection, never)
      expect(terms).toEqual(terms.toSorted())
      return Object.fromEntries(terms.map((term, at) => [term, chunks[at] ?? 0]))
    }
    expect(await holding()).toMatchObject({ river: 36, otter: 12, reed: 27 })
    await db.transaction((tx) => replaceDocuments(tx, collection, ['d3-0', 'd4-0', 'd5-1']))
    expect(await holding()).toMatchObject({ river: 33, otter: 10, heron: 11 })
  })

  it('forgets what was cleared, wholly', async () => {
    const before = await searchIn(db, query)
    await clearReplaced(db, collection, never)
    expect(await searchIn(db, query)).toEqual(before)
    expect((await countRows(db)).documents).toBe(36)
    await compactPostings(db, collection, never)
    expect((await countRows(db)).documents).toBe(33)
    expect(await searchIn(db, query)).toEqual(before)
    const { rows } = await db.query<{ chunks: number }>("select sum(chunks)::int as chunks from postings where term = 'river'")
    expect(rows).toEqual([{ chunks: 33 }])
  })

  it('finds words written without their accents, and drops them first where they are foreign', async () => {
    expect(Object.fromEntries(await indexTerms(db, 'spanish', ['información', 'casa', 'él']))).toEqual({
      información: ['inform', 'informacion'],
      casa: ['cas'],
    })
    expect((await stemWords(db, 'spanish', ['informacion', 'informaciones'])).get('informacion')).toBe('informacion')
    const english = await stemWords(db, 'english', ['résumé', 'resume', 'the'])
    expect([...english.values()]).toEqual(['resum', 'resum'])
  })
})
