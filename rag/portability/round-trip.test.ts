import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Blobs, openBlobFolder } from '../../platform/blobs.ts'
import type { Database, Queryable } from '../../platform/database/database.ts'
import { temporaryFolder, testDatabases } from '../../platform/testing/harness.ts'
import { getCollection, listCollections } from '../index/collections.ts'
import { scopeOf } from '../search/scope.ts'
import type { SearchMode } from '../search/search.ts'
import { countRows, ingestInto, never, openJournal, searchIn } from '../testing.ts'
import { type Exported, exportCollection } from './export.ts'
import { importCollection, reveal } from './import.ts'

const words = 'river lantern copper engine harbour window meadow ledger pilot granite violin compass orchard signal turbine anchor'.split(
  ' ',
)
const sentence = (seed: number): string =>
  `${Array.from({ length: 12 }, (_, at) => words[(seed * 7 + at * at * 3 + at * seed) % words.length]).join(' ')} ${seed}.`

/** Short ones, one in parts, one longer than a page of chunks, and what is awkward in JSON. */
const documents: readonly Readonly<Record<string, unknown>>[] = [
  ...Array.from({ length: 45 }, (_, at) => ({
    _id: `notes/${at}`,
    title: `Note ${at}`,
    text: `${sentence(at)} ${sentence(at + 50)}`,
    metadata: { number: at, tags: [words[at % 5], 'note'] },
    ...(at % 9 === 0 ? { readers: ['ada', 'role:operator'] } : {}),
  })),
  { _id: 'long', title: 'Long', text: Array.from({ length: 1200 }, (_, at) => sentence(at)).join('\n\n') },
  { _id: 'späße 🙂 "quoted"', title: '', text: 'Zwölf Boxkämpfer\u2028jagen Viktor 🙂 quer über den großen Sylter Deich.\u202e' },
]
const queries = [
  'copper lantern',
  'granite',
  'violin compass orchard',
  'Boxkämpfer',
  'engines and harbours',
  'note 17',
  'signal turbine anchor 1199',
]
const modes: readonly SearchMode[] = ['hybrid', 'keyword', 'vector']

interface Place {
  readonly db: Database
  readonly blobs: Blobs
}

const exportFrom = async ({ db, blobs }: Place, name: string, principals?: readonly string[]): Promise<Exported> =>
  exportCollection(
    { db, blobs, signal: never, progress: () => undefined },
    await getCollection(db, 'default', name),
    scopeOf(principals ? { principals } : {}),
  )

interface ImportCall {
  readonly path: string
  readonly name?: string
  readonly journal?: ReturnType<typeof openJournal>
}

async function importInto(db: Database, { path, name, journal = openJournal() }: ImportCall): Promise<void> {
  const step = async <T>(label: string, effect: (tx: Queryable) => Promise<T>): Promise<T> => {
    if (journal.steps.has(label)) return JSON.parse(JSON.stringify(journal.steps.get(label)))
    if (journal.dieAfter-- <= 0) throw new Error('killed')
    const output = await db.background.transaction(effect)
    journal.steps.set(label, output)
    return output
  }
  // A killed process cleans nothing up; an aborted signal stands for it.
  const killed = new AbortController()
  const ground = { db, step, id: 'run_9', signal: killed.signal, progress: () => undefined }
  const guarded = { ...ground, step: async <T>(label: string, effect: (tx: Queryable) => Promise<T>) => step(label, effect).catch(dying) }
  const dying = (error: unknown): never => {
    killed.abort()
    throw error
  }
  const imported = await importCollection(guarded, { workspace: 'default', path, nameFor: ({ collection }) => name ?? collection })
  await db.transaction((tx) => reveal(tx, imported))
}

interface Findings {
  /** All of every hit but its score. */
  readonly hits: readonly unknown[]
  readonly scores: readonly number[]
}

const found = async (db: Database, collection: string): Promise<Findings> => {
  const all: unknown[] = []
  const scores: number[] = []
  for (const mode of modes)
    for (const query of queries) {
      const hits = await searchIn(db, { query, mode, collection, topK: 20, group: 'chunk' })
      if (hits.length === 0) throw new Error(`Nothing was found for '${query}'.`)
      all.push(hits.map(({ collection: _, score: __, ...hit }) => hit))
      scores.push(...hits.map(({ score }) => score))
    }
  return { hits: all, scores }
}

/** A file like the exported one, with its lines changed. */
async function changed(place: Place, digest: string, change: (lines: string[]) => readonly string[]): Promise<string> {
  const lines = gunzipSync(await place.blobs.get(digest))
    .toString()
    .trimEnd()
    .split('\n')
  return writeBytes(place, gzipSync(`${change(lines).join('\n')}\n`))
}

async function writeBytes({ blobs }: Place, bytes: Uint8Array): Promise<string> {
  const path = await blobs.scratch('gz')
  await writeFile(path, bytes)
  return path
}

describe.each(testDatabases)('a collection as a file ($kind)', ({ open }) => {
  let place: Place
  let folder: Awaited<ReturnType<typeof temporaryFolder>>
  let file: Exported
  let path: string
  let before: Readonly<Record<string, number>>
  beforeAll(async () => {
    folder = await temporaryFolder()
    place = { db: await open(), blobs: await openBlobFolder(join(folder.path, 'blobs')) }
    const source = join(folder.path, 'documents.jsonl')
    await writeFile(source, documents.map((document) => JSON.stringify(document)).join('\n'))
    await ingestInto(place.db, { path: source, collection: 'papers', language: 'english' })
    file = await exportFrom(place, 'papers')
    path = await place.blobs.path(file.digest)
    before = await countRows(place.db)
  })
  afterAll(async () => {
    await place.db.close()
    await folder.remove()
  })

  it('is the same bytes for the same documents', async () => {
    expect(file.documents).toBe(documents.length)
    expect(await exportFrom(place, 'papers')).toEqual(file)
  })

  it('gives the same search results where it is imported, on either database', async () => {
    const expected = await found(place.db, 'papers')
    await importInto(place.db, { path, name: 'again' })
    expect(await found(place.db, 'again')).toEqual(expected)
    for (const other of testDatabases) {
      await using elsewhere = await disposable(other.open())
      await importInto(elsewhere.value, { path })
      const there = await found(elsewhere.value, 'papers')
      expect(there.hits, other.kind).toEqual(expected.hits)
      // Two databases add up floats in their own order.
      for (const [at, score] of there.scores.entries()) expect(score).toBeCloseTo(expected.scores[at] ?? Number.NaN, 4)
    }
  })

  it('keeps who may read what, and the text to the letter', async () => {
    const { rows } = await place.db.query(
      `select d.id, d.readers, d.metadata, string_agg(p.text, '' order by p.start) as text
       from documents d join document_parts p on p.document = d.key join collections c on c.key = d.collection
       where c.name = 'again' and d.state = 'live' group by d.key order by d.key`,
    )
    expect(rows).toEqual(documents.map(({ _id: id, text, metadata = {}, readers = null }) => ({ id, text, metadata, readers })))
  })

  it('is exported only by who may read all of it', async () => {
    await expect(exportFrom(place, 'papers', ['bob', 'role:viewer'])).rejects.toMatchObject({ code: 'not_allowed' })
    expect(await exportFrom(place, 'papers', ['bob', 'role:operator'])).toMatchObject({ digest: file.digest })
  })

  it('takes no name that is taken', async () => {
    await expect(importInto(place.db, { path })).rejects.toMatchObject({ code: 'conflict', message: expect.stringContaining("'papers'") })
  })

  it('is imported whole after being killed at any step, and seen by nobody before', async () => {
    const journal = openJournal()
    for (let kills = 0; ; kills++) {
      journal.dieAfter = 3
      const done = await importInto(place.db, { path, name: 'survivor', journal }).then(
        () => true,
        () => false,
      )
      if (done) break
      expect(kills).toBeLessThan(100)
      expect((await listCollections(place.db, 'default')).map(({ name }) => name)).not.toContain('survivor')
    }
    expect(await found(place.db, 'survivor')).toEqual(await found(place.db, 'papers'))
  })

  const bad: readonly (readonly [string, (lines: string[]) => readonly string[]])[] = [
    ['without its trailer', (lines) => lines.slice(0, -1)],
    ['with a line missing', (lines) => lines.toSpliced(5, 1)],
    ['with a letter changed', (lines) => lines.with(2, lines[2]?.replace('river', 'raver') ?? '')],
    ['with something after the trailer', (lines) => [...lines, lines[1] ?? '']],
    ['with a document twice', (lines) => [...lines.slice(0, 4), ...lines.slice(1, 4), ...lines.slice(4)]],
    ['with an empty line', (lines) => lines.toSpliced(3, 0, '')],
    ['with an unknown field', (lines) => lines.with(1, lines[1]?.replace('{', '{"state":"live",') ?? '')],
    ['with a vector too short', (lines) => lines.map((line) => line.replace(/"vector":"[^"]*"/, '"vector":"AAAA"'))],
    [
      'with a vector that is not finite',
      (lines) =>
        lines.map((line) => line.replace(/"vector":"[^"]{4}/, '"vector":"AADA').replace(/"vector":"[^"]{8}/, '"vector":"AADAf/8A')),
    ],
    ['with a NUL in a text', (lines) => lines.map((line) => line.replace('granite', 'gran\\u0000ite'))],
    ['with half a surrogate pair', (lines) => lines.map((line) => line.replace('granite', 'gran\\ud800ite'))],
    [
      'with metadata without a bottom',
      (lines) => lines.with(1, lines[1]?.replace(/"metadata":\{/, `"metadata":{"x":${'['.repeat(5000)}${']'.repeat(5000)},`) ?? ''),
    ],
    ['of a later version', (lines) => lines.with(0, lines[0]?.replace('"version":1', '"version":2') ?? '')],
    ['of another kind', () => ['{"_id":"1","text":"x"}']],
    ['with nothing in it', () => []],
    ['with dimensions beyond all bounds', (lines) => lines.with(0, lines[0]?.replace('"dimensions":384', '"dimensions":1000000000') ?? '')],
  ]

  it.each(bad)('%s is refused and leaves nothing', async (_, change) => {
    const broken = await changed(place, file.digest, change)
    await expect(importInto(place.db, { path: broken, name: 'broken' })).rejects.toMatchObject({
      code: 'invalid_input',
      message: expect.stringMatching(/\./),
    })
    expect((await listCollections(place.db, 'default')).map(({ name }) => name)).not.toContain('broken')
  })

  it('cut off, not packed, or packed to burst is refused', async () => {
    const bytes = await place.blobs.get(file.digest)
    const refused = (part: Uint8Array): Promise<unknown> =>
      writeBytes(place, part).then((cut) =>
        expect(importInto(place.db, { path: cut, name: 'broken' })).rejects.toMatchObject({ name: 'Fault' }),
      )
    for (const share of [0, 0.3, 0.9]) await refused(bytes.subarray(0, Math.floor(bytes.length * share)))
    await refused(bytes.with(Math.floor(bytes.length / 2), (bytes[Math.floor(bytes.length / 2)] ?? 0) ^ 255))
    await refused(gunzipSync(bytes))
    await refused(Buffer.from('PK\u0003\u0004 not a collection'))
    const header = gunzipSync(bytes).toString().split('\n', 1)[0] ?? ''
    const bomb = gzipSync(Buffer.concat([Buffer.from(`${header}\n`), Buffer.alloc(80 * 1024 * 1024, '{"kind":"text","text":" "}\n')]))
    await refused(bomb)
    await refused(gzipSync(Buffer.alloc(80 * 1024 * 1024, ' ')))
  })

  it('leaves no row of what was refused', async () => {
    const hidden = await place.db.query("select 1 from collections where starts_with(name, '.')")
    expect(hidden.rowCount).toBe(0)
    const after = await countRows(place.db)
    // Two more collections than before, with what the first has.
    expect(after.chunks).toBe(3 * (before.chunks ?? 0))
    expect(after.vectors).toBe(3 * (before.vectors ?? 0))
  })
})

async function disposable(opening: Promise<Database>): Promise<AsyncDisposable & { readonly value: Database }> {
  const value = await opening
  return { value, [Symbol.asyncDispose]: () => value.close() }
}
