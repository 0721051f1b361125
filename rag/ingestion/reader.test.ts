import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { deflateSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { temporaryFolder } from '../../platform/testing/harness.ts'
import { never } from '../testing.ts'
import type { Skip } from './document.ts'
import { listFiles, type SourceFile } from './files.ts'
import { endlessPdf, pdfOf } from './fixtures.ts'
import { charsetOf } from './formats.ts'
import { openReader, type ReaderOptions } from './reader.ts'
import type { PreparedDocument } from './reader.worker.ts'

let folder: Awaited<ReturnType<typeof temporaryFolder>>
beforeAll(async () => {
  folder = await temporaryFolder()
})
afterAll(() => folder.remove())

interface Everything {
  readonly ids: readonly string[]
  readonly documents: readonly PreparedDocument[]
  readonly skips: readonly Skip[]
  readonly batches: readonly number[]
}

async function readAll(files: readonly SourceFile[], options: ReaderOptions = {}): Promise<Everything> {
  await using reader = openReader(files, never, options)
  const ids: string[] = []
  const documents: PreparedDocument[] = []
  const skips: Skip[] = []
  const batches: number[] = []
  for (let last = false; !last; ) {
    const batch = await reader.next()
    last = batch.last
    skips.push(...batch.skipped)
    batches.push(batch.documents.length)
    for (const [at, { id }] of batch.documents.entries()) {
      ids.push(id)
      documents.push(await reader.chunks(at, 0, 1000))
    }
  }
  return { ids, documents, skips, batches }
}

const jsonl = (ids: readonly string[]): string =>
  ids.map((id) => `${JSON.stringify({ _id: id, text: `This is the text of ${id}.` })}\n`).join('')

async function folderOf(name: string, files: Readonly<Record<string, string | Buffer>>): Promise<readonly SourceFile[]> {
  await mkdir(join(folder.path, name))
  for (const [file, content] of Object.entries(files)) await writeFile(join(folder.path, name, file), content)
  return (await listFiles(join(folder.path, name))).files
}

describe('openReader', () => {
  it('leaves out what never ends, names it, and loses nothing else', { timeout: 120_000 }, async () => {
    const files = await folderOf('endless', {
      'a.jsonl': jsonl(['a1', 'a2', 'a3', 'a4', 'a5']),
      'b.pdf': endlessPdf(),
      'c.md': '# C\n\nText of c.',
      'd.jsonl': jsonl(['d1', 'a1', 'd2']),
    })
    const { ids, skips } = await readAll(files, { batchDocuments: 2, documentMs: 5000 })
    expect(ids).toEqual(['a1', 'a2', 'a3', 'a4', 'a5', 'c.md', 'd1', 'd2'])
    expect(skips).toEqual([
      { source: 'b.pdf', reason: 'takes more than 5 s to read' },
      { source: 'd.jsonl', reason: "has the id 'a1' a second time; the first one counts" },
    ])
  })

  it('leaves out what grows without bound, names it, and loses nothing else', { timeout: 120_000 }, async () => {
    const files = await folderOf('growing', {
      'a.md': '# A\n\nText of a.',
      'b.pdf': pdfOf({ pages: [['']], content: deflateSync(Buffer.alloc(400_000_000, ' '), { level: 1 }) }),
      'c.md': '# C\n\nText of c.',
    })
    const { ids, skips } = await readAll(files, { memoryBytes: 250 * 1024 * 1024, documentMs: 100_000 })
    expect(ids).toEqual(['a.md', 'c.md'])
    expect(skips).toEqual([{ source: 'b.pdf', reason: 'takes more than 250 MB of memory to read' }])
  })

  it('cuts a document by its lines where its parser does not come back', { timeout: 120_000 }, async () => {
    const files = await folderOf('nested', {
      'a.jsonl': jsonl(['a1', 'a2']),
      'b.md': `# Quotes\n\n${'>'.repeat(150_000)} the end`,
      'c.md': '# C\n\nText of c.',
    })
    const { ids, documents, skips } = await readAll(files, { documentMs: 5000 })
    expect([ids, skips]).toEqual([['a1', 'a2', 'b.md', 'c.md'], []])
    expect(documents.map(({ title }) => title)).toEqual(['', '', 'Quotes', 'C'])
    expect(documents[2]?.chunks.at(-1)?.text).toMatch(/the end$/)
  })

  it('names what is too large, and reads on', async () => {
    const line = 'x'.repeat(21 * 1024 * 1024)
    const files = await folderOf('large', {
      'a.txt': line,
      'b.jsonl': `${line}\n${jsonl(['b1'])}`,
      'c.csv': `a,b\n1,2\n${line}`,
      'd.html': line,
      'e.pdf': '',
    })
    const { ids, skips } = await readAll(files)
    expect(ids).toEqual(['b1', 'c.csv'])
    expect(skips.map(({ source, reason }) => `${source} ${reason}`)).toEqual([
      'a.txt is larger than 20 MB; split it',
      'b.jsonl is longer than 20 MB; split it',
      'c.csv has a row near line 3 that is longer than 1,000,000 characters; what follows it is left out',
      'd.html is larger than 20 MB; split it',
      'e.pdf is empty',
    ])
  })

  it('closes batches by number and by length, as it is told', async () => {
    const files = await folderOf('batches', { 'a.jsonl': jsonl(['1', '2', '3', '4', '5', '6', '7']), 'long.txt': 'Long. '.repeat(100) })
    expect((await readAll(files, { batchDocuments: 3 })).batches).toEqual([3, 3, 2])
    expect((await readAll(files, { batchCharacters: 50 })).batches).toEqual([2, 2, 2, 1, 1])
    expect((await readAll(files)).batches).toEqual([8])
  })

  it('tells the file, the readers, the page and the language of a document', async () => {
    const german =
      'Die Verteidigung der Mannschaft war eine der besten in der Liga und sie ließ nicht viele Punkte zu, was auch am Trainer lag.'
    const records = [
      { _id: 'open', text: 'This is seen by everyone in the workspace.' },
      { _id: 'closed', text: german, readers: ['ada', 'role:owner'] },
    ]
    const files = await folderOf('described', {
      'book.pdf': pdfOf({ title: 'The Book', pages: [['Of whales.'], ['Of ships.'], ['Of storms.']] }),
      'notes.jsonl': records.map((record) => `${JSON.stringify(record)}\n`).join(''),
    })
    await using reader = openReader(files, never)
    const { documents } = await reader.next()
    expect(documents).toMatchObject([
      { id: 'book.pdf', file: 'book.pdf' },
      { id: 'open', file: 'notes.jsonl' },
      { id: 'closed', file: 'notes.jsonl', readers: ['ada', 'role:owner'] },
    ])
    expect(documents[1]).not.toHaveProperty('readers')
    const book = await reader.chunks(0, 0, 10)
    expect(book.chunks.map(({ title, text, page }) => [title, text, page])).toEqual([
      ['The Book', 'Of whales.', 1],
      ['The Book', 'Of ships.', 2],
      ['The Book', 'Of storms.', 3],
    ])
    expect((await reader.chunks(1, 0, 1)).language).toBeUndefined()
    expect((await reader.chunks(2, 0, 1)).language).toBe('german')
  })

  it('ends when the caller gives up', async () => {
    const files = await folderOf('abandoned', { 'endless.pdf': endlessPdf() })
    const abort = new AbortController()
    await using reader = openReader(files, abort.signal)
    const reading = reader.next()
    abort.abort(new Error('enough'))
    await expect(reading).rejects.toThrow('enough')
  })

  it('says so when every file is gone', async () => {
    expect((await readAll([{ path: join(folder.path, 'gone.md'), name: 'gone.md', format: 'markdown', bytes: 5 }])).skips).toEqual([
      { source: 'gone.md', reason: 'cannot be opened' },
    ])
  })
})

describe('received files', () => {
  it('are taken by their type, else by their first bytes, in the encoding they were said to be in', async () => {
    const received = async (name: string, bytes: Buffer, said: Partial<SourceFile> = {}): Promise<SourceFile> => {
      const path = join(folder.path, `received-${name}`)
      await writeFile(path, bytes)
      return { path, name, format: 'unknown', bytes: bytes.length, ...said }
    }
    const page = Buffer.from('<html><title>Kr\xf6ten</title><p>Fr\xf6sche</p></html>', 'latin1')
    const { documents } = await readAll([
      await received('c.pdf', page, { format: 'html', charset: charsetOf('text/html; charset="ISO-8859-1"') ?? '' }),
      await received('nameless', Buffer.from(pdfOf({ pages: [['From a PDF.']] }))),
      await received('page', Buffer.from('<!DOCTYPE html><p>From a page.')),
    ])
    expect(documents).toMatchObject([
      { title: 'Kröten', text: 'Frösche', metadata: { encoding: 'windows-1252' } },
      { text: 'From a PDF.', metadata: { pages: 1 } },
      { text: 'From a page.' },
    ])
  })
})
