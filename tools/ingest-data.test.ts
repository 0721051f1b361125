import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openDuck } from '../ml/data/duckdb.ts'
import { ingestDataTool } from './ingest-data.ts'
import { listDatasetsTool } from './list-datasets.ts'
import { profileDataTool } from './profile-data.ts'
import { openTestMillrace, type TestMillrace } from './testing.ts'

let millrace: TestMillrace
beforeAll(async () => {
  millrace = await openTestMillrace([ingestDataTool, listDatasetsTool, profileDataTool])
})
afterAll(() => millrace.close())

async function file(name: string, text: string | Uint8Array): Promise<string> {
  const path = join(millrace.folder, name)
  await writeFile(path, text)
  return path
}

const ingest = (source: string, options: Record<string, unknown> = {}) => millrace.call('ingest_data', { source, ...options })
const names = async (): Promise<readonly string[]> => {
  const { datasets } = await millrace.call<{ datasets: { name: string; version: number }[] }>('list_datasets', { versions: 'all' })
  return datasets.map(({ name, version }) => `${name}@${version}`)
}

describe('ingest_data', () => {
  it('makes a dataset named after its file, with typed columns', async () => {
    expect(await ingest(await file('Bank Churn (2).csv', 'id,balance,city\n1,2.5,Rome\n2,,\n'))).toEqual({
      name: 'Bank-Churn-2',
      version: 1,
      rows: 2,
      columns: [
        { name: 'id', type: 'integer' },
        { name: 'balance', type: 'number' },
        { name: 'city', type: 'text' },
      ],
    })
  })

  it('gives changed rows the next version, and the same rows the version they have', async () => {
    const path = await file('versions.csv', 'a\n1\n')
    expect(await ingest(path)).toMatchObject({ version: 1 })
    expect(await ingest(path)).toMatchObject({ version: 1 })
    await file('versions.csv', 'a\n2\n')
    expect(await ingest(path)).toMatchObject({ version: 2 })
    expect(await names()).toEqual(expect.arrayContaining(['versions@1', 'versions@2']))
  })

  it('reads JSON, JSON Lines, TSV and Parquet', async () => {
    const rows = [
      { a: 1, b: 'x', nested: { c: [1, 2] } },
      { a: 2, b: 'y', nested: null },
    ]
    const columns = [
      { name: 'a', type: 'integer' },
      { name: 'b', type: 'text' },
      { name: 'nested', type: 'text' },
    ]
    expect(await ingest(await file('j.json', JSON.stringify(rows, null, 2)))).toMatchObject({ rows: 2, columns })
    expect(await ingest(await file('l.jsonl', rows.map((row) => JSON.stringify(row)).join('\n')))).toMatchObject({ rows: 2, columns })
    expect(await ingest(await file('t.tsv', 'a\tb\n1\tx\n2\ty\n'))).toMatchObject({ rows: 2, columns: columns.slice(0, 2) })
    const parquet = join(millrace.folder, 'p.parquet')
    await using duck = await openDuck()
    await duck.run(`copy (select 1::hugeint as a, timestamptz '2020-01-01 00:00:00Z' as t, [1] as l) to '${parquet}'`)
    expect(await ingest(parquet)).toMatchObject({ rows: 1, columns: [{ type: 'number' }, { type: 'timestamp' }, { type: 'text' }] })
  })

  it('reads a file without a header when told so', async () => {
    const path = await file('bare.csv', '1,2\n3,4\n')
    expect(await ingest(path, { header: false, name: 'bare' })).toMatchObject({ rows: 2, columns: [{ name: 'c1' }, { name: 'c2' }] })
    expect(await ingest(path, { names: ['x', 'y'], name: 'bare' })).toMatchObject({ version: 2, columns: [{ name: 'x' }, { name: 'y' }] })
  })

  it('reads latin-1 when told so', async () => {
    const path = await file('latin.csv', Buffer.from('city\nMálaga\nRome\n', 'latin1'))
    await expect(ingest(path)).rejects.toThrow("'latin.csv' is not UTF-8: the byte at offset 6 begins no character")
    expect(await ingest(path, { encoding: 'latin-1' })).toMatchObject({ rows: 2 })
    const { columns } = await millrace.call<{ columns: { top: { value: string }[] }[] }>('profile_data', { dataset: 'latin' })
    expect(columns[0]?.top.map(({ value }) => value)).toEqual(['Málaga', 'Rome'])
  })

  it.each([
    ['empty.csv', '', /is empty/],
    ['header.csv', 'a,b\n', /has a header but no rows/],
    ['twice.csv', 'a,b,A\n1,2,3\n', /Columns 1 and 3 .* are both called 'A'/],
    ['unnamed.csv', 'a,,c\n1,2,3\n', /Column 2 .* has no name/],
    ['no-header.csv', '5.1,3.5,setosa\n4.9,3.0,setosa\n', /looks like data.*header: false/],
    ['ragged.csv', 'a,b\n1,2\n3\n4,5,6\n7,8\n', /1 row has too few fields \(row 2\).*1 row has too many fields \(row 3\)/],
    ['open-quote.csv', 'a,b\n1,2\n3,"4\n5,6\n', /Row 2 .* opens a quote that is never closed/],
    ['after-quote.csv', 'a,b\n1,"x"y\n', /text after a closing quote \(row 1\)/],
    ['long.csv', `a,b\n1,2\n3,${'x'.repeat(3_000_000)}`, /Row 2 .* longer than 2000000 bytes/],
    ['binary.csv', new Uint8Array([0x61, 0, 0x0a, 1]), /zero bytes/],
    ['torn.json', '[{"a":1},', /is cut off/],
    ['scalars.json', '[1,2]', /cannot be read as JSON/],
    ['torn.jsonl', '{"a":1}\n{"a":', /cannot be read as JSON.*line/],
    ['fake.parquet', 'hello', /is not a Parquet file/],
    ['torn.parquet', 'PAR1hello', /cannot be read as Parquet/],
  ])('refuses %s, saying what is wrong, and leaves nothing', async (name, text, message) => {
    const before = await names()
    const path = await file(name, text)
    await expect(ingest(path)).rejects.toThrow(message)
    await expect(ingest(path)).rejects.not.toThrow(millrace.folder)
    expect(await names()).toEqual(before)
    expect(await readdir(join(millrace.folder, 'blobs', 'scratch'))).toEqual([])
  })

  it.each(['../x', "'; drop table datasets; --", '', '.hidden', 'a/b', 'x'.repeat(101)])('refuses the name %j', async (name) => {
    const path = await file('fine.csv', 'a\n1\n')
    await expect(ingest(path, { name })).rejects.toMatchObject({ code: 'invalid_input' })
  })

  it('refuses files outside the allowed folders, folders and what is no address', async () => {
    await expect(ingest('/etc/hostname')).rejects.toMatchObject({ code: 'not_allowed' })
    await expect(ingest(join(millrace.folder, 'absent.csv'))).rejects.toMatchObject({ code: 'not_found' })
    await expect(ingest('file:///etc/hostname')).rejects.toThrow(/'file:' are not fetched/)
    await mkdir(join(millrace.folder, 'folder.csv'), { recursive: true })
    await expect(ingest(join(millrace.folder, 'folder.csv'))).rejects.toThrow(/'folder.csv' is not a file/)
  })
})

describe('profile_data', () => {
  it('counts, measures and warns', async () => {
    const rows = Array.from(
      { length: 200 },
      (_, i) =>
        `${i},${i % 7},same,${i % 2 ? 'yes' : 'no'},${i % 2},2020-01-${String((i % 28) + 1).padStart(2, '0')},${i % 40 === 0 ? 'rare' : 'usual'}`,
    )
    await ingest(await file('profiled.csv', `id,seven,constant,answer,hint,day,odd\n${rows.join('\n')}\n`))
    const profile = await millrace.call<{
      columns: Record<string, unknown>[]
      warnings: { kind: string; columns: string[] }[]
      correlations: unknown[]
    }>('profile_data', { dataset: 'profiled', target: 'answer' })
    expect(profile.columns[1]).toMatchObject({ name: 'seven', type: 'integer', missing: 0, distinct: 7 })
    expect(profile.columns[0]).toMatchObject({ spread: { mean: 99.5, quantiles: expect.arrayContaining([{ q: 0.5, value: 99.5 }]) } })
    expect(profile.columns[3]).toMatchObject({
      top: [
        { value: 'no', count: 100 },
        { value: 'yes', count: 100 },
      ],
    })
    expect(profile.warnings.map(({ kind, columns }) => `${kind} ${columns}`)).toEqual(
      expect.arrayContaining(['constant constant', 'id_like id', 'leak hint,answer', 'time_order day', 'imbalance odd']),
    )
  })

  it('says which dataset is missing and what there is', async () => {
    await expect(millrace.call('profile_data', { dataset: 'profild' })).rejects.toThrow(
      /No dataset is called 'profild'. Did you mean 'profiled'/,
    )
    await expect(millrace.call('profile_data', { dataset: 'profiled@9' })).rejects.toThrow(/no version 9; its newest is 1/)
    await expect(millrace.call('profile_data', { dataset: 'profiled', target: 'anser' })).rejects.toThrow(/Did you mean 'answer'/)
  })
})
