/** Runs only where a Postgres with pgvector is given: MILLRACE_TEST_DATABASE_URL. Each run uses a database of its own. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { allMigrations } from '../testing/all-migrations.ts'
import type { Database } from './database.ts'
import { migrate } from './migrate.ts'
import { openServer } from './server.ts'
import { isUniqueViolation } from './sql-error.ts'

const url = process.env.MILLRACE_TEST_DATABASE_URL

describe.skipIf(!url)('a Postgres server', () => {
  let db: Database
  beforeAll(async () => {
    db = await openServer(url ?? '')
    await db.query('drop table if exists fruit; create table fruit (name text primary key, weight bigint)')
  })
  afterAll(async () => {
    await db.query('drop table if exists fruit')
    await db.close()
  })

  it('answers like the embedded database: numbers as numbers, rows written counted', async () => {
    const written = await db.query('insert into fruit values ($1, $2), ($3, $4)', ['apple', 2, "o'range; drop table fruit", 3])
    expect(written.rowCount).toBe(2)
    expect((await db.query('select weight from fruit where name = $1', ['apple'])).rows).toEqual([{ weight: 2 }])
    expect((await db.query('select 1; select count(*) as n from fruit')).rows).toEqual([{ n: 2 }])
  })

  it('rolls a failed transaction back whole and names the violation', async () => {
    const attempt = db.transaction(async (tx) => {
      await tx.query("insert into fruit values ('pear', 1)")
      await tx.query("insert into fruit values ('pear', 1)")
    })
    await expect(attempt).rejects.toSatisfy(isUniqueViolation)
    expect((await db.query("select 1 from fruit where name = 'pear'")).rowCount).toBe(0)
  })

  it('refuses the pool inside a transaction', async () => {
    await expect(db.transaction(() => db.query('select 1'))).rejects.toThrow('inside a transaction')
  })

  it('says which server does not answer, without the password', async () => {
    const attempt = openServer('postgres://someone:hunter2@127.0.0.1:1/nowhere')
    await expect(attempt).rejects.toThrow('127.0.0.1:1/nowhere')
    await expect(attempt).rejects.not.toThrow('hunter2')
  })

  it('makes its schema once when several processes start together', async () => {
    await db.query('create database millrace_together')
    const own = new URL(url ?? '')
    own.pathname = '/millrace_together'
    const together = await Promise.all([1, 2, 3].map(() => openServer(own.href)))
    try {
      const applied = await Promise.all(together.map((each) => migrate(each, allMigrations())))
      expect(applied.filter((names) => names.length > 0)).toHaveLength(1)
    } finally {
      await Promise.all(together.map((each) => each.close()))
      await db.query('drop database millrace_together with (force)')
    }
  })
})
