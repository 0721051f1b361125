import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openTestDatabase } from '../testing/harness.ts'
import type { EmbeddedDatabase } from './embedded.ts'
import { isUniqueViolation } from './sql-error.ts'

describe('the embedded database', () => {
  let db: EmbeddedDatabase
  beforeAll(async () => {
    db = await openTestDatabase()
    await db.query('create table fruit (name text primary key, weight double precision)')
  })
  afterAll(() => db.close())

  it('binds values and counts rows read and written', async () => {
    const written = await db.query('insert into fruit values ($1, $2), ($3, $4)', ['apple', 0.2, "o'range; drop table fruit", 0.3])
    expect(written.rowCount).toBe(2)
    const { rows } = await db.query<{ name: string }>('select name from fruit order by name')
    expect(rows.map((row) => row.name)).toEqual(['apple', "o'range; drop table fruit"])
  })

  it('rolls a failed transaction back whole', async () => {
    const attempt = db.transaction(async (tx) => {
      await tx.query("insert into fruit values ('pear', 1)")
      await tx.query("insert into fruit values ('pear', 1)")
    })
    await expect(attempt).rejects.toSatisfy(isUniqueViolation)
    expect((await db.query("select 1 from fruit where name = 'pear'")).rowCount).toBe(0)
  })

  it('keeps statements of others out of a transaction', async () => {
    const order: string[] = []
    const first = db.transaction(async (tx) => {
      await tx.query('select 1')
      await new Promise((resolve) => setTimeout(resolve, 20))
      await tx.query('select 2')
      order.push('transaction')
    })
    const second = db.query('select 3').then(() => order.push('query'))
    await Promise.all([first, second])
    expect(order).toEqual(['transaction', 'query'])
  })

  it('lets interactive statements overtake background ones', async () => {
    const order: string[] = []
    const hold = db.transaction(async (tx) => {
      await new Promise((resolve) => setTimeout(resolve, 20))
      await tx.query('select 1')
    })
    const late = db.background.query('select 1').then(() => order.push('background'))
    const early = db.query('select 1').then(() => order.push('interactive'))
    await Promise.all([hold, late, early])
    expect(order).toEqual(['interactive', 'background'])
  })

  it('refuses the database inside a transaction instead of waiting for itself', async () => {
    await expect(db.transaction(() => db.query('select 1'))).rejects.toThrow('inside a transaction')
    expect((await db.query('select 1 as one')).rows).toEqual([{ one: 1 }])
  })

  it('has pgvector', async () => {
    await db.query('create extension if not exists vector')
    const { rows } = await db.query<{ distance: number }>('select $1::vector <-> $2::vector as distance', ['[0,0]', '[3,4]'])
    expect(rows).toEqual([{ distance: 5 }])
  })
})
