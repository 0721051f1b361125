import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Database } from '../../platform/database/database.ts'
import { testDatabases } from '../../platform/testing/harness.ts'
import { readPostings } from './postings.ts'

const migration = async (name: string): Promise<string> => readFile(new URL(`../migrations/${name}`, import.meta.url), 'utf8')

/** The tables as the first release had them, in a schema that hides today's. */
describe.each(testDatabases)('the postings of a former release, on the $kind database', ({ open }) => {
  let db: Database
  beforeAll(async () => {
    db = await open()
  })
  afterAll(() => db.close())

  it('are packed with nothing lost, whatever the size of their numbers', async () => {
    const numbers = [1, 127, 128, 16_383, 16_384, 2_097_151, 2_097_152, 268_435_455, 268_435_456, 2_147_483_000]
    await db.transaction(async (tx) => {
      await tx.query('create schema former; set local search_path to former, public')
      await tx.query(await migration('0001_documents.sql'))
      await tx.query(
        "insert into collections (workspace, name, language, embedder, dimensions, chunks) values ('w', 'c', 'french', 'e', 3, 10)",
      )
      for (const [at, document] of numbers.entries()) {
        await tx.query(
          `insert into documents (key, workspace, collection, id, title, metadata, digest, characters, chunks, state, ingestion)
           overriding system value values ($1, 'w', 1, $2, '', '{}', 'd', 1, 1, 'live', 'i')`,
          [document, `d${at}`],
        )
        await tx.query('insert into postings values ($1, 1, $2, $3, $4, $5, $6)', ['w', document, at * 40, at + 1, 100 * at + 3, 'chat'])
      }
      await tx.query("insert into postings values ('w', 1, 1, 0, 2, 3, 'café'), ('w', 1, 1, 0, 1, 3, 'cafe'), ('w', 1, 1, 9, 1, 3, 'йод')")
      await tx.query(await migration('0002_postings.sql'))

      const postings = await readPostings(tx, { workspace: 'w', key: 1 }, [
        { language: 'french', term: 'chat' },
        { language: 'french', term: 'cafe' },
        { language: 'french', term: 'йод' },
      ])
      const chat = postings.get('french chat')
      expect(chat && [...chat.documents]).toEqual(numbers)
      expect(chat && [...chat.ordinals]).toEqual(numbers.map((_, at) => at * 40))
      expect(chat && [...chat.frequencies]).toEqual(numbers.map((_, at) => at + 1))
      expect(chat && [...chat.lengths]).toEqual(numbers.map((_, at) => 100 * at + 3))
      expect(postings.get('french cafe')).toMatchObject({ size: 1, frequencies: Int32Array.of(3) })
      expect(postings.get('french йод')).toMatchObject({ size: 1, ordinals: Int32Array.of(9) })
      const { rows } = await tx.query('select language, languages from collections')
      expect(rows).toEqual([{ language: 'french', languages: ['french'] }])
    })
  })
})
