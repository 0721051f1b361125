import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Database, Queryable } from '../../platform/database/database.ts'
import { Fault } from '../../platform/fault.ts'
import { temporaryFolder, testDatabases } from '../../platform/testing/harness.ts'
import type { Embedder } from '../embedding/embedder.ts'
import { subwordEmbedder } from '../embedding/subword.ts'
import { getCollection } from '../index/collections.ts'
import { removeDocuments } from '../index/remove.ts'
import { countRows, never, searchIn } from '../testing.ts'
import { type Ingested, type IngestRequest, ingest } from './ingest.ts'

describe.each(testDatabases)('what is ingested again, on the $kind database', ({ open }) => {
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

  const write = async (files: Readonly<Record<string, string>>): Promise<void> => {
    for (const [name, text] of Object.entries(files)) {
      await mkdir(join(folder.path, name, '..'), { recursive: true })
      await writeFile(join(folder.path, name), text)
    }
  }
  const step = <T>(_: string, effect: (tx: Queryable) => Promise<T>): Promise<T> => db.background.transaction(effect)
  type Rest = Partial<Omit<IngestRequest, 'path' | 'pattern' | 'files' | 'source'>>
  const take = async (
    collection: string,
    from: { readonly path: string; readonly pattern?: string },
    rest: Rest & { readonly embedder?: Embedder } = {},
  ): Promise<Ingested> => {
    const { embedder = subwordEmbedder, ...request } = rest
    const progress = (): void => undefined
    return ingest(
      { db, step, embedder, signal: never, ingestion: crypto.randomUUID(), progress },
      { workspace: 'default', collection, ...from, path: join(folder.path, from.path), ...request },
    )
  }
  const idsIn = async (collection: string): Promise<string[]> =>
    (
      await db.query<{ id: string }>(
        `select d.id from documents d join collections c on c.key = d.collection where c.name = $1 and d.state = 'live' order by d.id`,
        [collection],
      )
    ).rows.map(({ id }) => id)
  const drop = async (name: string): Promise<unknown> =>
    removeDocuments({ db, signal: never, step }, await getCollection(db, 'default', name), undefined)

  it('lets documents leave that their folder no longer has, and only those', async () => {
    await write({ 'a/one.md': 'The first page.', 'a/sub/two.md': 'The second page.', 'b/other.md': 'From elsewhere.' })
    await take('leaving', { path: 'a' })
    await take('leaving', { path: 'b' })
    await rm(join(folder.path, 'a/sub/two.md'))
    expect(await take('leaving', { path: 'a' })).toMatchObject({ unchanged: 1, removed: 1 })
    expect(await idsIn('leaving')).toEqual(['one.md', 'other.md'])
    expect(await searchIn(db, { query: 'second', collection: 'leaving', mode: 'keyword' })).toEqual([])
    await rm(join(folder.path, 'a/one.md'))
    await expect(take('leaving', { path: 'a' })).rejects.toThrow('Nothing was changed')
    expect(await idsIn('leaving')).toEqual(['one.md', 'other.md'])
    await drop('leaving')
  })

  it('keeps what vanished when told to, and for single files unless told otherwise', async () => {
    await write({
      'c/x.md': 'A page.',
      'c/y.md': 'Another one.',
      'lines.jsonl': '{"_id": "a", "text": "Alpha."}\n{"_id": "b", "text": "Beta."}\n',
    })
    await take('kept', { path: 'c' })
    await take('kept', { path: 'lines.jsonl' })
    await rm(join(folder.path, 'c/y.md'))
    await write({ 'lines.jsonl': '{"_id": "a", "text": "Alpha."}\n' })
    expect(await take('kept', { path: 'c' }, { prune: false })).toMatchObject({ removed: 0 })
    expect(await take('kept', { path: 'lines.jsonl' })).toMatchObject({ removed: 0 })
    expect(await take('kept', { path: 'lines.jsonl' }, { prune: true })).toMatchObject({ removed: 1 })
    expect(await idsIn('kept')).toEqual(['a', 'x.md', 'y.md'])
    await drop('kept')
  })

  it('keeps the former version of a file that cannot be read any more, and of the lines of one that is broken', async () => {
    await write({
      'd/good.md': 'Good.',
      'd/bad.md': 'Bad for now.',
      'd/rows.jsonl': '{"_id": "r1", "text": "Row one."}\n{"_id": "r2", "text": "Row two."}\n',
    })
    await take('broken', { path: 'd' })
    await write({ 'd/bad.md': '', 'd/rows.jsonl': '{"_id": "r1", "text": "Row one."}\n{"_id": "r2", "te' })
    expect(await take('broken', { path: 'd' })).toMatchObject({ removed: 0, skipped: 2 })
    expect(await idsIn('broken')).toEqual(['bad.md', 'good.md', 'r1', 'r2'])
    await drop('broken')
  })

  it('takes the files that fit a pattern, and lets go of those that left it', async () => {
    await write({ 'e/a.md': 'Marked down.', 'e/deep/b.md': 'Deeper down.', 'e/c.txt': 'Plain.' })
    expect(await take('pattern', { path: 'e', pattern: '**/*.md' })).toMatchObject({ added: 2 })
    await rm(join(folder.path, 'e/deep/b.md'))
    expect(await take('pattern', { path: 'e', pattern: '**/*.md' })).toMatchObject({ unchanged: 1, removed: 1 })
    await drop('pattern')
  })

  it('tells which documents repeat another one, and leaves them out when asked', async () => {
    const text = 'The same words in the same order.'
    await write({
      'f.jsonl': [
        { _id: 'first', text },
        { _id: 'again', title: 'Other title', text: `  ${text.replaceAll(' ', '\n')}` },
        { _id: 'private', text, readers: ['alice'] },
        { _id: 'else', text: 'Other words.' },
      ]
        .map((line) => JSON.stringify(line))
        .join('\n'),
    })
    expect(await take('twins', { path: 'f.jsonl' })).toMatchObject({
      added: 4,
      duplicates: 1,
      pairs: [{ document: 'again', same: 'first' }],
    })
    expect(await take('single', { path: 'f.jsonl' }, { duplicates: 'skip' })).toMatchObject({ added: 3, duplicates: 1 })
    expect(await idsIn('single')).toEqual(['else', 'first', 'private'])
    expect(await take('single', { path: 'f.jsonl' }, { duplicates: 'skip' })).toMatchObject({ added: 0, unchanged: 3, duplicates: 1 })
    await drop('twins')
    await drop('single')
  })

  it('notes who may read a document: its own readers, else those of the call', async () => {
    await write({ 'g.jsonl': '{"_id": "own", "text": "For Alice.", "readers": ["alice"]}\n{"_id": "all", "text": "For the rest."}\n' })
    await take('circles', { path: 'g.jsonl' }, { readers: ['role:builder'] })
    const { rows } = await db.query("select id, readers from documents where state = 'live' order by id")
    expect(rows).toEqual([
      { id: 'all', readers: ['role:builder'] },
      { id: 'own', readers: ['alice'] },
    ])
    await drop('circles')
  })

  it('names the documents that the embedder failed for and takes the rest', async () => {
    const lines = Array.from({ length: 12 }, (_, at) =>
      JSON.stringify({ _id: `d${at}`, text: at === 5 ? 'poison' : `Page ${at} of the book.` }),
    )
    await write({ 'h.jsonl': lines.join('\n') })
    const picky: Embedder = {
      ...subwordEmbedder,
      embed: async (texts, signal) => {
        if (texts.some((text) => text.includes('poison'))) throw new Fault('unavailable', 'The model timed out.')
        return subwordEmbedder.embed(texts, signal)
      },
    }
    const result = await take('picky', { path: 'h.jsonl' }, { embedder: picky })
    expect(result).toMatchObject({
      added: 11,
      skipped: 1,
      reasons: [{ source: 'd5', reason: 'could not be embedded: The model timed out.' }],
    })
    const rows = await countRows(db)
    expect(rows.chunks).toBe(11)
    expect(rows.vectors).toBe(11)
    expect(await take('picky', { path: 'h.jsonl' })).toMatchObject({ added: 1, unchanged: 11, skipped: 0 })
    await drop('picky')
  })

  it('fails when the embedder is gone, keeps what was written, and goes on from there', async () => {
    const lines = Array.from({ length: 120 }, (_, at) => JSON.stringify({ _id: `d${at}`, text: `Page ${at} of the book.` }))
    await write({ 'i.jsonl': lines.join('\n') })
    let calls = 0
    const gone: Embedder = {
      ...subwordEmbedder,
      embed: async (texts, signal) => {
        if (calls++ > 0) throw new Fault('unavailable', 'Nobody answers.')
        return subwordEmbedder.embed(texts, signal)
      },
    }
    await expect(take('gone', { path: 'i.jsonl' }, { embedder: gone })).rejects.toMatchObject({ code: 'unavailable' })
    const written = (await idsIn('gone')).length
    expect(written).toBeGreaterThan(0)
    expect(await take('gone', { path: 'i.jsonl' })).toMatchObject({ added: 120 - written, unchanged: written })
    await drop('gone')
    expect(await countRows(db)).toMatchObject({ collections: 0, documents: 0, chunks: 0, postings: 0, vectors: 0 })
  })
})
