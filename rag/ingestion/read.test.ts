import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { temporaryFolder } from '../../platform/testing/harness.ts'
import { documentDigest } from './document.ts'
import { listFiles, splitGlob } from './files.ts'
import { docxOf, pdfOf, wordParagraph } from './fixtures.ts'
import { describeSkip } from './ingest.ts'
import { readLines } from './lines.ts'
import { readDocuments } from './read.ts'

let folder: Awaited<ReturnType<typeof temporaryFolder>>
beforeAll(async () => {
  folder = await temporaryFolder()
})
afterAll(() => folder.remove())

async function read(path: string, pattern?: string): Promise<{ ids: string[]; skips: string[] }> {
  const { files, skipped } = await listFiles(path, pattern)
  const ids: string[] = []
  const skips = skipped.map(describeSkip)
  for await (const reading of readDocuments(files)) {
    if ('document' in reading) ids.push(reading.document.id)
    else skips.push(describeSkip(reading.skip))
  }
  return { ids, skips }
}

describe('JSONL', () => {
  it('skips what it cannot read and says in which line and why', async () => {
    const path = join(folder.path, 'mixed.jsonl')
    const lines = [
      '{"_id": "a", "title": "A", "text": "First."}',
      '{"_id": "b", "text": ',
      '',
      '[1, 2]',
      '{"text": "no id"}',
      '{"_id": "c", "text": "  "}',
      '{"_id": 7, "text": "A number for an id."}',
      '{"_id": "a", "text": "Again."}',
      '{"_id": "d", "text": "x", "metadata": "not an object"}',
      `{"_id": "e", "text": "x", "metadata": ${'['.repeat(50)}${']'.repeat(50)}}`,
      `{"_id": "f", "text": "x", "metadata": {"deep": ${'['.repeat(50)}${']'.repeat(50)}}}`,
    ]
    const bad = Buffer.concat([
      Buffer.from(`${lines.join('\n')}\n`),
      Buffer.from([0x7b, 0xff, 0xfe, 0x0a]),
      Buffer.from('{"_id": "z", "text": "last"}'),
    ])
    await writeFile(path, bad)
    expect(await read(path)).toEqual({
      ids: ['a', '7', 'z'],
      skips: [
        'mixed.jsonl, line 2, is not JSON',
        'mixed.jsonl, line 4, is not a JSON object',
        "mixed.jsonl, line 5, has no '_id'",
        "mixed.jsonl, line 6, has an empty 'text'",
        "mixed.jsonl has the id 'a' a second time; the first one counts",
        "mixed.jsonl, line 9, has 'metadata' that is not an object",
        "mixed.jsonl, line 10, has 'metadata' that is not an object",
        "mixed.jsonl, line 11, has 'metadata' nested deeper than 32 levels",
        'mixed.jsonl, line 12, is not UTF-8; convert it',
      ],
    })
  })

  it('reads text that Postgres cannot hold with replacement characters of the same length', async () => {
    const path = join(folder.path, 'nul.jsonl')
    await writeFile(path, '{"_id": "n", "text": "a\\u0000b\\ud800c", "metadata": {"k\\u0000": "v\\u0000"}}')
    const { files } = await listFiles(path)
    for await (const reading of readDocuments(files)) {
      expect(reading).toMatchObject({ document: { text: 'a\uFFFDb\uFFFDc', metadata: { 'k\uFFFD': 'v\uFFFD' } } })
    }
  })
})

describe('JSON', () => {
  const documentsIn = async (name: string, text: string): Promise<unknown[]> => {
    await writeFile(join(folder.path, name), text)
    const found: unknown[] = []
    for await (const reading of readDocuments((await listFiles(join(folder.path, name))).files)) {
      found.push('document' in reading ? reading.document : describeSkip(reading.skip))
    }
    return found
  }

  it('is a list of documents, each with its readers', async () => {
    const list = [
      { _id: 'a', text: 'One.', readers: ['ada'] },
      { _id: 'b' },
      { _id: 'c', text: 'Three.', readers: 'ada' },
      { _id: 'd', text: 'Four.' },
    ]
    expect(await documentsIn('list.json', JSON.stringify(list))).toEqual([
      { id: 'a', title: '', text: 'One.', metadata: {}, format: 'text', readers: ['ada'] },
      "list.json[1] has no 'text'",
      "list.json[2] has 'readers' that are not a list of names",
      { id: 'd', title: '', text: 'Four.', metadata: {}, format: 'text' },
    ])
  })

  it('is a text where it holds anything else, laid out over lines', async () => {
    expect(await documentsIn('settings.json', '{"port": 7788, "hosts": ["a"]}')).toMatchObject([
      { id: 'settings.json', title: 'settings', text: '{\n  "port": 7788,\n  "hosts": [\n    "a"\n  ]\n}' },
    ])
    expect(await documentsIn('laid-out.json', '{\n"port":7788}')).toMatchObject([{ text: '{\n"port":7788}' }])
    expect(await documentsIn('cut.json', '{"port": ')).toMatchObject([expect.stringMatching(/^cut.json is not JSON: /)])
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`
    expect(await documentsIn('deep.json', deep)).toHaveLength(1)
  })
})

describe('a folder', () => {
  it('gives every kind of document its text and what is known of it', async () => {
    const root = join(folder.path, 'kinds')
    await mkdir(root)
    await writeFile(join(root, 'a.html'), '<html lang="en"><title>Page</title><p>From HTML.')
    await writeFile(join(root, 'b.pdf'), pdfOf({ title: 'Book', author: 'Ada', pages: [['From PDF.']] }))
    await writeFile(join(root, 'c.docx'), docxOf(wordParagraph('From Word.')))
    await writeFile(join(root, 'd.csv'), 'name,age\nAda,36\n')
    await writeFile(join(root, 'e.py'), 'def f():\n    return 1\n')
    await writeFile(join(root, 'f.yaml'), 'port: 7788\n')
    await writeFile(join(root, 'g.docx'), 'no archive')
    await writeFile(join(root, 'h.txt'), Buffer.from('Gru\u00df', 'latin1'))
    await writeFile(join(root, 'README'), 'Read me.')
    const { files } = await listFiles(root)
    const found: unknown[] = []
    for await (const reading of readDocuments(files)) {
      if ('skip' in reading) found.push(describeSkip(reading.skip))
      else
        found.push([reading.document.id, reading.document.format, reading.document.title, reading.document.text, reading.document.metadata])
    }
    expect(found).toEqual([
      ['README', 'text', 'README', 'Read me.', {}],
      ['a.html', 'html', 'Page', 'From HTML.', { format: 'html', lang: 'en' }],
      ['b.pdf', 'pdf', 'Book', 'From PDF.', { format: 'pdf', pages: 1, title: 'Book', author: 'Ada' }],
      ['c.docx', 'docx', 'c', 'From Word.', { format: 'docx' }],
      ['d.csv', 'csv', 'd', 'name: Ada; age: 36', { format: 'csv', columns: ['name', 'age'], rows: 1 }],
      ['e.py', 'code', 'e.py', 'def f():\n    return 1\n', { format: 'code', language: 'python' }],
      ['f.yaml', 'text', 'f', 'port: 7788\n', {}],
      'g.docx is a truncated archive, or none',
      ['h.txt', 'text', 'h', 'Gru\u00df', { encoding: 'windows-1252' }],
    ])
  })

  it('gives what a pattern names', async () => {
    const root = join(folder.path, 'patterns')
    await mkdir(join(root, 'guide', 'deep'), { recursive: true })
    for (const name of ['a.md', 'b.txt', 'guide/c.md', 'guide/deep/d.md', 'guide/deep/e.png'])
      await writeFile(join(root, name), `Text of ${name}`)
    expect(await read(root, '**/*.md')).toEqual({ ids: ['a.md', 'guide/c.md', 'guide/deep/d.md'], skips: [] })
    expect(await read(root, '*.{md,txt}')).toEqual({ ids: ['a.md', 'b.txt'], skips: [] })
    expect(await read(root, 'guide/**')).toMatchObject({ ids: ['guide/c.md', 'guide/deep/d.md'] })
    expect(await read(root, '../**')).toEqual({ ids: [], skips: [] })
  })

  it('is told from the pattern in its path', () => {
    expect(splitGlob('docs/guide')).toEqual({ root: 'docs/guide' })
    expect(splitGlob('docs/**/*.md')).toEqual({ root: 'docs', pattern: '**/*.md' })
    expect(splitGlob('/data/v[12]/a/*.txt')).toEqual({ root: '/data', pattern: 'v[12]/a/*.txt' })
    expect(splitGlob('*.md')).toEqual({ root: '.', pattern: '*.md' })
    expect(splitGlob('/*.md')).toEqual({ root: '/', pattern: '*.md' })
  })

  it('goes on from any place as if it had never stopped', async () => {
    const { files } = await listFiles(join(folder.path, 'kinds'))
    const all: { file: number; item: number }[] = []
    for await (const reading of readDocuments(files)) all.push(reading)
    for (const [at, { file, item }] of all.entries()) {
      const rest: unknown[] = []
      for await (const reading of readDocuments(files, { from: { file, item: item + 1 } })) rest.push(reading)
      expect(rest).toEqual(all.slice(at + 1))
    }
  })

  it('is read in order of names, below it only, following no links', async () => {
    const root = join(folder.path, 'tree')
    await mkdir(join(root, 'b', 'node_modules'), { recursive: true })
    await writeFile(join(folder.path, 'secret.txt'), 'outside')
    await writeFile(join(root, 'b', 'two.md'), '# Two')
    await writeFile(join(root, 'b', 'node_modules', 'x.md'), 'left out')
    await writeFile(join(root, 'a.txt'), 'One')
    await writeFile(join(root, 'empty.txt'), ' \n')
    await writeFile(join(root, 'latin.txt'), Buffer.from([0x63, 0x61, 0x66, 0xe9]))
    await writeFile(join(root, 'picture.png'), 'x')
    await writeFile(join(root, 'zero.txt'), 'a\0b')
    await symlink(join(folder.path, 'secret.txt'), join(root, 'link.txt'))
    await symlink(root, join(root, 'circle'))
    const { ids, skips } = await read(root)
    expect(ids).toEqual(['a.txt', 'b/two.md', 'latin.txt'])
    expect(skips.toSorted()).toEqual([
      'circle is a symbolic link',
      'empty.txt is empty',
      'link.txt is a symbolic link',
      "picture.png has the type '.png'; Markdown, text, HTML, PDF, DOCX, CSV, TSV, JSON, JSONL and source code are read",
      'zero.txt holds NUL bytes, so it is not text',
    ])
  })
})

describe('readLines', () => {
  it('leaves an endless line out and goes on after it', async () => {
    async function* blocks(): AsyncGenerator<Uint8Array> {
      for (const part of ['one\r\ntw', 'o\n', 'x'.repeat(50), 'x'.repeat(50), '\nlast']) yield Buffer.from(part)
    }
    const lines: unknown[] = []
    for await (const { number, bytes } of readLines(blocks(), 20)) lines.push([number, bytes && Buffer.from(bytes).toString()])
    expect(lines).toEqual([
      [1, 'one'],
      [2, 'two'],
      [3, undefined],
      [4, 'last'],
    ])
  })
})

describe('documentDigest', () => {
  it('changes with text, title and metadata, and with nothing else', () => {
    const document = { id: 'a', title: 'T', text: 'x', metadata: { k: 1 }, format: 'text' as const }
    const digest = documentDigest(document)
    expect(documentDigest({ ...document, id: 'b' })).toBe(digest)
    for (const change of [{ title: 'U' }, { text: 'y' }, { metadata: { k: 2 } }, { readers: ['ada'] }, { pages: [0] }])
      expect(documentDigest({ ...document, ...change })).not.toBe(digest)
  })
})
