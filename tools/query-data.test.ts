import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ingestDataTool } from './ingest-data.ts'
import { queryDataTool } from './query-data.ts'
import { openTestMillrace, type TestMillrace } from './testing.ts'

let millrace: TestMillrace
let secret: string
beforeAll(async () => {
  millrace = await openTestMillrace([ingestDataTool, queryDataTool])
  const source = join(millrace.folder, 'people.csv')
  secret = join(millrace.folder, 'secret.csv')
  await writeFile(source, 'name,age,born\nAnn,30,1990-01-02\nBob,40,1980-03-04\nCid,,\n')
  await writeFile(secret, 'word\nhush\n')
  await millrace.call('ingest_data', { source })
  await millrace.call('ingest_data', { source, name: 'my-people' })
})
afterAll(() => millrace.close())

const query = (sql: string, limit?: number) =>
  millrace.call<{ rows: unknown[][]; truncated: boolean; columns: { name: string; type: string }[] }>('query_data', {
    sql,
    ...(limit && { limit }),
  })

describe('query_data', () => {
  it('answers with typed columns and plain values', async () => {
    expect(await query('select * from people order by age desc nulls last')).toEqual({
      columns: [
        { name: 'name', type: 'VARCHAR' },
        { name: 'age', type: 'BIGINT' },
        { name: 'born', type: 'DATE' },
      ],
      rows: [
        ['Bob', 40, '1980-03-04'],
        ['Ann', 30, '1990-01-02'],
        ['Cid', null, null],
      ],
      truncated: false,
    })
  })

  it('joins, groups, names versions and takes names of its own', async () => {
    expect(
      (await query('with old as (select * from people where age > 35) select count(*) as n from old join "my-people" using (name)')).rows,
    ).toEqual([[1]])
    expect((await query('select avg(age) from "people@1"')).rows).toEqual([[35]])
    expect((await query('select sum(i) from range(10) as r(i)')).rows).toEqual([[45]])
  })

  it('says when there were more rows', async () => {
    expect(await query('select name from people', 2)).toMatchObject({ rows: [['Ann'], ['Bob']], truncated: true })
  })

  it.each([
    ['a file', () => `select * from '${secret}'`],
    ['read_csv', () => `select * from read_csv('${secret}')`],
    ['read_text', () => `select * from read_text('/etc/hostname')`],
    ['a scan hidden in a subquery', () => `select (select count(*) from read_csv('${secret}')) from people`],
    ['glob', () => "select * from glob('/*')"],
    ['settings', () => "select current_setting('temp_directory')"],
    ['the table of settings', () => 'select * from duckdb_settings()'],
    ['the view of settings', () => 'select * from pg_settings'],
    ['the catalogue', () => 'select sql from duckdb_views()'],
    ['information_schema', () => 'select * from information_schema.tables'],
    ['a statement in a string', () => "select * from query('select 1')"],
    ['two statements', () => 'select 1; select 2'],
    ['copy', () => `copy (select 1) to '${secret}.out'`],
    ['attach', () => "attach ':memory:' as other"],
    ['set', () => 'set enable_external_access = true'],
    ['pragma', () => 'pragma database_list'],
    ['describe', () => 'describe people'],
    ['insert', () => "insert into people values ('x', 1, null)"],
    ['install', () => 'install httpfs'],
  ])('refuses %s', async (_, sql) => {
    await expect(query(sql())).rejects.toMatchObject({ code: expect.stringMatching(/^(invalid_input|not_found)$/) })
    await expect(query(sql())).rejects.not.toThrow(/hush/)
  })

  it('does not see the datasets of another workspace', async () => {
    const stranger = { ...millrace.owner, workspace: 'elsewhere' }
    await expect(millrace.invoke({ tool: 'query_data', input: { sql: 'select * from people' }, caller: stranger })).rejects.toThrow(
      /No dataset is called 'people'/,
    )
  })

  it('explains mistakes without naming places on the machine', async () => {
    await expect(query('select agee from people')).rejects.toThrow(/agee/)
    await expect(query('select agee from people')).rejects.not.toThrow(millrace.folder)
    await expect(query('selec 1')).rejects.toThrow(/syntax error/i)
    await expect(query('select * from peeple')).rejects.toThrow(/Did you mean 'people'/)
  })

  it('ends when its caller gives up', async () => {
    const controller = new AbortController()
    const sql = 'select count(*) from range(1000000) a, range(1000000) b where a.range * b.range % 7 = 3'
    const asked = millrace.invoke({ tool: 'query_data', input: { sql }, caller: millrace.owner, signal: controller.signal })
    setTimeout(() => controller.abort(), 100)
    await expect(asked).rejects.toMatchObject({ code: 'cancelled' })
  })
})

it('refuses an answer too long for anybody to read', async () => {
  await expect(millrace.call('query_data', { sql: "select repeat('a', 9000000) as x" })).rejects.toMatchObject({ code: 'too_large' })
})
