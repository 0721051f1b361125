import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { exportDataTool } from './export-data.ts'
import { getLineageTool } from './get-lineage.ts'
import { ingestDataTool } from './ingest-data.ts'
import { prepareDataTool } from './prepare-data.ts'
import { queryDataTool } from './query-data.ts'
import { splitDataTool } from './split-data.ts'
import { openTestMillrace, type TestMillrace } from './testing.ts'
import { validateDataTool } from './validate-data.ts'

let millrace: TestMillrace
beforeAll(async () => {
  millrace = await openTestMillrace([
    exportDataTool,
    getLineageTool,
    ingestDataTool,
    prepareDataTool,
    queryDataTool,
    splitDataTool,
    validateDataTool,
  ])
  await ingest('people', 'name,age,city,since\nAnn,30,Rome,01/02/2020\nBob,,Oslo,03/04/2021\nCid,50,,05/06/2022\nAnn,30,Rome,01/02/2020\n')
  await ingest(
    'many',
    `id,kind,day\n${Array.from({ length: 500 }, (_, i) => `${i},${i % 5 === 0 ? 'rare' : 'usual'},${new Date(Date.UTC(2020, 0, 1 + ((i * 7) % 500))).toISOString().slice(0, 10)}`).join('\n')}\n`,
  )
})
afterAll(() => millrace.close())

async function ingest(name: string, text: string): Promise<void> {
  const source = join(millrace.folder, `${name}.csv`)
  await writeFile(source, text)
  await millrace.call('ingest_data', { source })
}
const rows = async (sql: string): Promise<readonly unknown[]> =>
  (await millrace.call<{ rows: unknown[][] }>('query_data', { sql, limit: 1000 })).rows
const prepare = (steps: unknown, name = 'prepared') =>
  millrace.call<{ rows: number; version: number; columns: { name: string; type: string }[] }>('prepare_data', {
    dataset: 'people',
    steps,
    name,
  })

describe('prepare_data', () => {
  it('performs its steps in order and leaves the source alone', async () => {
    const made = await prepare([
      { step: 'drop_duplicates' },
      { step: 'fill_missing', columns: ['age'], method: 'mean' },
      { step: 'fill_missing', columns: ['city'], value: 'unknown' },
      { step: 'cast', column: 'since', type: 'date', format: '%d/%m/%Y' },
      { step: 'derive', column: 'decades', expression: 'age / 10' },
      { step: 'rename', column: 'name', to: 'who' },
      { step: 'filter', where: "who <> 'Nobody'" },
    ])
    expect(made.columns).toContainEqual({ name: 'since', type: 'date' })
    expect(await rows('select who, age, city, since, decades from prepared')).toEqual([
      ['Ann', 30, 'Rome', '2020-02-01', 3],
      ['Bob', 40, 'Oslo', '2021-04-03', 4],
      ['Cid', 50, 'unknown', '2022-06-05', 5],
    ])
    expect(await rows('select count(*) from people')).toEqual([[4]])
  })

  it('drops and keeps columns, drops rows with gaps, and makes 0/1 columns', async () => {
    await prepare(
      [
        { step: 'drop_missing', columns: ['city'] },
        { step: 'one_hot', column: 'city' },
        { step: 'drop_columns', columns: ['since'] },
      ],
      'hot',
    )
    expect(await rows('select * from hot')).toEqual([
      ['Ann', 30, 0, 1],
      ['Bob', null, 1, 0],
      ['Ann', 30, 0, 1],
    ])
  })

  it.each([
    [[{ step: 'filter', where: 'agee > 3' }], /Step 1 \(filter\).*agee/],
    [
      [
        { step: 'filter', where: 'true' },
        { step: 'rename', column: 'nme', to: 'x' },
      ],
      /Step 2 \(rename\).*Did you mean 'name'/,
    ],
    [[{ step: 'cast', column: 'city', type: 'integer' }], /2|3 values of 'city' are no integer, for example/],
    [[{ step: 'filter', where: 'age > 1000' }], /leave no row/],
    [[{ step: 'filter', where: 'age in (select id from many)' }], /reads a table/],
    [[{ step: 'filter', where: "(select count(*) from read_csv('/etc/hostname')) > 0" }], /read_csv/],
    [[{ step: 'filter', where: 'true); drop table dataset; --' }], /Step 1 \(filter\)/],
    [[{ step: 'derive', column: 'x', expression: "current_setting('temp_directory')" }], /not allowed/],
    [[{ step: 'fill_missing', columns: ['city'], method: 'mean' }], /is text and has no mean/],
    [[{ step: 'rename', column: 'name', to: 'AGE' }], /There is a column 'AGE' already/],
  ])('refuses %j and leaves nothing', async (steps, message) => {
    await expect(prepare(steps, 'never')).rejects.toThrow(message)
    await expect(rows('select * from never')).rejects.toMatchObject({ code: 'not_found' })
  })
})

describe('split_data', () => {
  interface Parts {
    readonly train: { readonly name: string; readonly rows: number }
    readonly validation?: { readonly rows: number }
    readonly test: { readonly name: string; readonly rows: number }
  }
  const split = (options: Record<string, unknown>) => millrace.call<Parts>('split_data', { dataset: 'many', test_size: 0.2, ...options })

  it('puts every row in exactly one part, and the same seed gives the same rows', async () => {
    const first = await split({ validation_size: 0.1 })
    expect([first.train.rows, first.validation?.rows, first.test.rows]).toEqual([350, 50, 100])
    expect(
      await rows(
        'select id, count(*) from (from "many-train" union all from "many-validation" union all from "many-test") group by id having count(*) <> 1',
      ),
    ).toEqual([])
    expect(await split({ validation_size: 0.1 })).toEqual(first)
    const other = await split({ seed: 1, validation_size: 0.1 })
    expect(other.test).toMatchObject({ version: 2 })
  })

  it('keeps the shares of a column', async () => {
    await split({ stratify_by: 'kind', name: 'even' })
    expect(await rows('select kind, count(*) from "even-test" group by kind order by kind')).toEqual([
      ['rare', 20],
      ['usual', 80],
    ])
  })

  it('tests on what came later', async () => {
    await split({ time_column: 'day', name: 'later' })
    expect(await rows('select (select max(day) from "later-train") < (select min(day) from "later-test")')).toEqual([[true]])
  })

  it('refuses sizes and columns that cannot work', async () => {
    await expect(split({ test_size: 0.6, validation_size: 0.5 })).rejects.toThrow(/leaves no row to train on/)
    await expect(split({ time_column: 'kind' })).rejects.toThrow(/orders nothing in time/)
    await expect(millrace.call('split_data', { dataset: 'people', test_size: 0.01 })).rejects.toThrow(/test part .* would have no row/)
  })
})

describe('validate_data', () => {
  const validate = (suite?: unknown) =>
    millrace.call<{ passed: boolean; results: { passed: boolean; rows: number[]; found: string }[] }>('validate_data', {
      dataset: 'people',
      ...(suite ? { suite } : {}),
    })

  it('names the rows that break an expectation', async () => {
    const { passed, results } = await validate([
      { expect: 'not_null', column: 'age' },
      { expect: 'not_null', column: 'age', mostly: 0.7 },
      { expect: 'unique', column: 'name' },
      { expect: 'in_range', column: 'age', min: 35, max: 60 },
      { expect: 'in_set', column: 'city', values: ['Rome', 'Oslo'] },
      { expect: 'matches', column: 'since', pattern: '\\d\\d/\\d\\d/202[01]' },
      { expect: 'type', column: 'age', type: 'integer' },
      { expect: 'row_count', min: 1, max: 4 },
    ])
    expect(passed).toBe(false)
    expect(results.map((each) => [each.passed, each.rows])).toEqual([
      [false, [2]],
      [true, [2]],
      [false, [1, 4]],
      [false, [1, 4]],
      [true, []],
      [false, [3]],
      [true, []],
      [true, []],
    ])
  })

  it('checks the usual things when no suite is given', async () => {
    const { results } = await validate()
    expect(results.filter((each) => !each.passed)).toHaveLength(2)
  })

  it('refuses unknown columns and broken patterns', async () => {
    await expect(validate([{ expect: 'unique', column: 'nme' }])).rejects.toThrow(/Did you mean 'name'/)
    await expect(validate([{ expect: 'matches', column: 'name', pattern: '(' }])).rejects.toMatchObject({ code: 'invalid_input' })
    await expect(validate([{ expect: 'in_range', column: 'name', min: 1 }])).rejects.toThrow(/in_range needs numbers/)
  })
})

describe('export_data', () => {
  it('writes the rows in each format', async () => {
    for (const format of ['csv', 'jsonl', 'parquet']) {
      const { file, rows: written } = await millrace.call<{ file: string; rows: number }>('export_data', { dataset: 'people', format })
      expect(written).toBe(4)
      const bytes = await readFile(file)
      if (format === 'csv') expect(bytes.toString()).toMatch(/^name,age,city,since\nAnn,30,Rome,01\/02\/2020\n/)
      if (format === 'jsonl')
        expect(JSON.parse(bytes.toString().split('\n')[0] ?? '')).toEqual({ name: 'Ann', age: 30, city: 'Rome', since: '01/02/2020' })
      if (format === 'parquet') expect(bytes.subarray(0, 4).toString()).toBe('PAR1')
    }
  })
})

describe('get_lineage', () => {
  it('follows a dataset to what was made of it', async () => {
    await prepare([{ step: 'drop_duplicates' }], 'kept')
    const { edges } = await millrace.call<{ edges: { from: string; to: string }[] }>('get_lineage', { artifact: 'people' })
    expect(edges).toContainEqual({ from: 'dataset:people@1', to: 'dataset:kept@1', relation: 'derived' })
    await expect(millrace.call('get_lineage', { artifact: 'nothing' })).rejects.toMatchObject({ code: 'not_found' })
  })
})
