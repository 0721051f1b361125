import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Database } from '../../platform/database/database.ts'
import { temporaryFolder, testDatabases } from '../../platform/testing/harness.ts'
import { getCollection } from '../index/collections.ts'
import { readPassage } from '../index/passage.ts'
import { readPostings } from '../index/postings.ts'
import { removeDocuments } from '../index/remove.ts'
import { loadVocabulary } from '../index/vocabulary.ts'
import { countRows, ingestInto, never, openJournal, searchIn } from '../testing.ts'

const animals = ['otter', 'badger', 'heron', 'lynx', 'stork', 'viper', 'marten', 'beaver', 'falcon', 'hare']
const sentence = (at: number): string => `The ${animals[at % 10]} of place ${at} was seen near the river in the year ${1900 + at}.`
const lines = (documents: readonly object[]): string => documents.map((document) => `${JSON.stringify(document)}\n`).join('')
const longText = (sentences: number): string =>
  Array.from({ length: sentences }, (_, at) => `${sentence(at)}${at % 10 === 9 ? '\n\n' : ' '}`).join('')

describe.each(testDatabases)('ingestion on the $kind database', ({ open }) => {
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
  const write = async (name: string, text: string): Promise<string> => {
    await writeFile(join(folder.path, name), text)
    return join(folder.path, name)
  }
  const sumFrequencies = async (name: string): Promise<number> => {
    const collection = await getCollection(db, 'default', name)
    const { terms } = await loadVocabulary(db, collection, never)
    const postings = await readPostings(
      db,
      collection,
      terms.flatMap((term) => collection.languages.map((language) => ({ language, term }))),
    )
    return [...postings.values()].reduce((sum, { size, frequencies }) => sum + frequencies.slice(0, size).reduce((a, b) => a + b, 0), 0)
  }
  const remove = async (name: string, ids?: readonly string[]): Promise<unknown> =>
    removeDocuments({ db, signal: never, step: (_, effect) => db.transaction(effect) }, await getCollection(db, 'default', name), ids)

  it('adds, leaves unchanged, replaces what changed, and keeps the counts true', async () => {
    const documents = animals.map((animal, at) => ({ _id: animal, title: animal, text: sentence(at), metadata: { at } }))
    const path = await write('animals.jsonl', lines(documents))
    expect(await ingestInto(db, { path, collection: 'animals' })).toMatchObject({
      added: 10,
      changed: 0,
      unchanged: 0,
      chunks: 10,
      language: 'english',
    })
    const before = await countRows(db)
    expect(await ingestInto(db, { path, collection: 'animals' })).toMatchObject({ added: 0, changed: 0, unchanged: 10, chunks: 10 })
    expect(await countRows(db)).toEqual(before)

    await write('animals.jsonl', lines([{ _id: 'otter', title: 'otter', text: 'The otter moved to the sea.' }, ...documents.slice(1)]))
    expect(await ingestInto(db, { path, collection: 'animals' })).toMatchObject({ added: 0, changed: 1, unchanged: 9, chunks: 10 })
    expect((await searchIn(db, { query: 'otter', collection: 'animals', mode: 'keyword' })).map(({ text }) => text)).toEqual([
      'The otter moved to the sea.',
    ])
    expect((await countRows(db)).documents).toBe(10)
    const { documents: count, chunks, terms } = await getCollection(db, 'default', 'animals')
    expect({ count, chunks, terms }).toEqual({ count: 10, chunks: 10, terms: await sumFrequencies('animals') })
    await remove('animals')
    expect(await countRows(db)).toEqual({
      collections: 0,
      documents: 0,
      document_parts: 0,
      chunks: 0,
      postings: 0,
      embedding_spaces: 0,
      vectors: 0,
    })
  })

  it('goes on where it was killed, and never doubles', async () => {
    const documents = Array.from({ length: 130 }, (_, at) => ({ _id: `d${at}`, text: longText(4 + (at % 5)) }))
    const path = await write('many.jsonl', lines([...documents, { _id: 'long', text: longText(900) }]))
    const whole = await ingestInto(db, { path, collection: 'reference' })
    const reference = await countRows(db)
    await remove('reference')

    const journal = openJournal()
    let kills = 0
    let result: unknown
    for (let at = 0; result === undefined; at++) {
      journal.dieAfter = at % 4
      result = await ingestInto(db, { path, collection: 'many', journal }).catch(() => {
        kills++
        return undefined
      })
    }
    expect(kills).toBeGreaterThan(5)
    expect(result).toEqual(whole)
    expect(await countRows(db)).toEqual(reference)
    await remove('many')
  })

  it('shows a long document only when all of it is there', async () => {
    const path = await write('long.txt', longText(700))
    const journal = openJournal()
    journal.dieAfter = 4
    await expect(ingestInto(db, { path, collection: 'long', journal })).rejects.toThrow('killed')
    expect(await searchIn(db, { query: 'badger', collection: 'long' })).toEqual([])
    expect((await getCollection(db, 'default', 'long')).documents).toBe(0)
    journal.dieAfter = Number.POSITIVE_INFINITY
    expect(await ingestInto(db, { path, collection: 'long', journal })).toMatchObject({ added: 1, unchanged: 0 })
    expect((await searchIn(db, { query: 'badger', collection: 'long' })).map(({ document }) => document)).toEqual(['long.txt'])
    await remove('long')
  })

  it('keeps every passage an exact stretch of its source', async () => {
    const text = `Préface 😀 naïve.\n\n${longText(1500)}`
    const path = await write('exact.txt', text)
    await ingestInto(db, { path, collection: 'exact' })
    const collection = await getCollection(db, 'default', 'exact')
    expect(collection.chunks).toBeGreaterThan(40)
    const hits = await searchIn(db, { query: 'heron stork 1950', collection: 'exact', topK: 100, group: 'chunk' })
    expect(hits.length).toBeGreaterThan(40)
    for (const hit of hits) expect(text.slice(hit.start, hit.end)).toBe(hit.text)
    for (const chunk of [0, 17, collection.chunks - 1]) {
      const passage = await readPassage(db, [collection], { document: 'exact.txt', chunk, length: 1, context: 300 })
      expect(passage.text).toBe(text.slice(passage.start, passage.end))
      expect(passage.before).toBe(text.slice(Math.max(0, passage.start - 300), passage.start))
      expect(passage.after).toBe(text.slice(passage.end, passage.end + 300))
    }
    const stretch = await readPassage(db, [collection], { document: 'exact.txt', start: 32_000, length: 2000, context: 0 })
    expect(stretch.text).toBe(text.slice(32_000, 34_000))
    await expect(readPassage(db, [collection], { document: 'exact.txt', chunk: 999, length: 1, context: 0 })).rejects.toThrow(
      'no chunk 999',
    )
    await expect(readPassage(db, [collection], { document: 'nowhere', length: 1, context: 0 })).rejects.toThrow("no document 'nowhere'")
    await remove('exact')
  })

  it('removes single documents and leaves the rest', async () => {
    const path = await write('three.jsonl', lines(animals.slice(0, 3).map((animal, at) => ({ _id: animal, text: sentence(at) }))))
    await ingestInto(db, { path, collection: 'three' })
    expect(await remove('three', ['badger', 'unknown'])).toEqual({ documents: 1, chunks: 1 })
    expect((await searchIn(db, { query: 'river', collection: 'three' })).map(({ document }) => document).toSorted()).toEqual([
      'heron',
      'otter',
    ])
    expect((await countRows(db)).documents).toBe(2)
    await remove('three')
  })

  it('refuses what holds no document', async () => {
    const empty = await write('empty.jsonl', '{"_id": "a"}\n')
    await expect(ingestInto(db, { path: empty, collection: 'none' })).rejects.toThrow("line 1, has no 'text'")
    await expect(getCollection(db, 'default', 'none')).rejects.toThrow("no collection 'none'")
  })

  it('finds every document in its own language, whichever language asks', async () => {
    const english = 'The houses of the town are old and the streets that lead to them are not wide, but they were built by hand.'
    const german = 'Die Häuser der Stadt sind alt und die Straßen sind nicht breit, aber sie wurden von Hand gebaut und werden geliebt.'
    const path = await write(
      'mixed.jsonl',
      lines([
        { _id: 'en', text: english },
        { _id: 'de', text: german },
        { _id: 'short', text: 'Three houses.' },
      ]),
    )
    expect(await ingestInto(db, { path, collection: 'mixed' })).toMatchObject({ language: 'english', added: 3 })
    expect((await getCollection(db, 'default', 'mixed')).languages).toEqual(['english', 'german'])
    const found = async (query: string): Promise<string[]> =>
      (await searchIn(db, { query, collection: 'mixed', mode: 'keyword' })).map(({ document }) => document).toSorted()
    expect(await found('house')).toEqual(['en', 'short'])
    expect(await found('Haus')).toEqual(['de'])
    expect(await found('hauser')).toEqual(['de'])
    expect(await found('die')).toEqual([])
    expect(await ingestInto(db, { path, collection: 'mixed', language: 'german' })).toMatchObject({ changed: 2, unchanged: 1 })
    await remove('mixed')
  })
})
