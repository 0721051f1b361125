import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { temporaryFolder } from '../../platform/testing/harness.ts'
import { documentDigest } from './document.ts'
import { listFiles } from './files.ts'
import { describeSkip } from './ingest.ts'
import { readLines } from './lines.ts'
import { readDocuments } from './read.ts'

let folder: Awaited<ReturnType<typeof temporaryFolder>>
beforeAll(async () => {
  folder = await temporaryFolder()
})
afterAll(() => folder.remove())

async function read(path: string): Promise<{ ids: string[]; skips: string[] }> {
  const { files, skipped } = await listFiles(path)
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

describe('a folder', () => {
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
    for (const change of [{ title: 'U' }, { text: 'y' }, { metadata: { k: 2 } }])
      expect(documentDigest({ ...document, ...change })).not.toBe(digest)
  })
})
