import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Database } from '../../platform/database/database.ts'
import { testDatabases } from '../../platform/testing/harness.ts'
import { type Collection, getCollection } from '../index/collections.ts'
import { compileFilter, type Filter } from './filter.ts'
import { plant } from './planted.ts'
import { scopeOf } from './scope.ts'

const hostile = 'a.b$"\'); drop table documents; --'
const metadata: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  cats: { year: 2020, tags: ['pets', 'small'], open: true, name: 'Cats' },
  dogs: { year: 2021, tags: ['pets'], [hostile]: 'x', name: 'dogs', sizes: [3, 40] },
  fish: { year: 2022, name: 'sea', open: false, note: null },
  owls: { year: '2020', tags: 'pets', born: '2001-05-03', deep: { year: 2020 } },
  none: {},
}

describe.each(testDatabases)('filters on the $kind database', ({ open }) => {
  let db: Database
  let collection: Collection
  beforeAll(async () => {
    db = await open()
    const documents = Object.entries(metadata).map(([id, own]) => ({ id, metadata: own, vectors: [] }))
    await plant(db, { name: 'zoo', dimensions: 2, documents })
    collection = await getCollection(db, 'default', 'zoo')
  })
  afterAll(() => db.close())

  const found = async (filter: Filter): Promise<string> => {
    const { sql, parameters } = compileFilter(filter)
    const { rows } = await db.query<{ id: string; fits: boolean | null }>(
      `select d.id, ${sql(2)} as fits from documents d where collection = $1 order by d.id`,
      [collection.key, ...parameters],
    )
    expect(rows.filter(({ fits }) => fits === null)).toEqual([])
    return rows.flatMap(({ id, fits }) => (fits ? id : [])).join(' ')
  }

  it('compares with values, lists, items of lists and bounds of the same type', async () => {
    expect(await found({ year: 2020 })).toBe('cats')
    expect(await found({ year: '2020' })).toBe('owls')
    expect(await found({ year: [2020, 2022] })).toBe('cats fish')
    expect(await found({ year: { eq: 2020 } })).toBe('cats')
    expect(await found({ year: { in: [2020, '2020'] } })).toBe('cats owls')
    expect(await found({ year: [] })).toBe('')
    expect(await found({ tags: 'pets' })).toBe('cats dogs owls')
    expect(await found({ tags: 'pets', open: true })).toBe('cats')
    expect(await found({ open: false })).toBe('fish')
    expect(await found({ year: { gte: 2000, lte: 2021 } })).toBe('cats dogs')
    expect(await found({ year: { gt: 2020 } })).toBe('dogs fish')
    expect(await found({ year: { lt: 2021 } })).toBe('cats')
    expect(await found({ year: { range: { gt: 2020, lt: 2022 } } })).toBe('dogs')
    expect(await found({ born: { gte: '2001-01-01', lt: '2002' } })).toBe('owls')
    expect(await found({})).toBe('cats dogs fish none owls')
  })

  it('wants both bounds of one and the same item of a list', async () => {
    expect(await found({ sizes: { gt: 10, lt: 50 } })).toBe('dogs')
    expect(await found({ sizes: { gt: 5, lt: 30 } })).toBe('')
  })

  it('compares beginnings by code point, and looks whether a key is there', async () => {
    expect(await found({ name: { prefix: 'd' } })).toBe('dogs')
    expect(await found({ tags: { prefix: 'pe' } })).toBe('cats dogs owls')
    expect(await found({ year: { prefix: '20' } })).toBe('owls')
    expect(await found({ name: { prefix: '%' } })).toBe('')
    expect(await found({ name: { gte: 'a' } })).toBe('dogs fish')
    expect(await found({ note: { exists: true } })).toBe('')
    expect(await found({ name: { exists: true } })).toBe('cats dogs fish')
    expect(await found({ name: { exists: false } })).toBe('none owls')
  })

  it('joins filters in any nesting; what a document lacks does not hold', async () => {
    expect(await found({ not: { tags: 'pets' } })).toBe('fish none')
    expect(await found({ or: [{ year: 2022 }, { and: [{ tags: 'pets' }, { not: { year: 2020 } }] }] })).toBe('dogs fish owls')
    expect(await found({ year: { gte: 2020 }, or: [{ open: true }, { open: false }] })).toBe('cats fish')
    expect(await found({ not: { not: { open: true } } })).toBe('cats')
    expect(await found({ not: { year: { gte: 2021 }, open: false } })).toBe('cats dogs none owls')
  })

  it('takes keys and values as data, whatever they hold', async () => {
    expect(await found({ [hostile]: 'x' })).toBe('dogs')
    for (const value of ["' or 1=1 --", '$1', '\\', '"', '%', '{}', ']]>']) {
      expect(await found({ [hostile]: value })).toBe('')
      expect(await found({ [value]: { prefix: value } })).toBe('')
      expect(await found({ name: { gte: value, lt: value } })).toBe('')
    }
    for (const key of ['constructor', 'toString', 'deep.year', 'deep -> year', '{deep,year}']) expect(await found({ [key]: 2020 })).toBe('')
    expect(await found(JSON.parse('{"__proto__": "x"}'))).toBe('')
    expect((await db.query('select 1 from documents')).rowCount).toBe(5)
  })

  it('joins with what the caller may read, its parameters in order', async () => {
    await db.query(`update documents set readers = array['ann'] where id = 'cats' and collection = $1`, [collection.key])
    const seen = async (request: Parameters<typeof scopeOf>[0]): Promise<string> => {
      const scope = scopeOf(request)
      const { rows } = await db.query<{ id: string }>(
        `select d.id from documents d where collection = $1 and ${scope.sql(2)} order by d.id`,
        [collection.key, ...scope.parameters],
      )
      return rows.map(({ id }) => id).join(' ')
    }
    const filter: Filter = { or: [{ tags: 'pets' }, { year: 2022 }] }
    expect(await seen({ filter })).toBe('cats dogs fish owls')
    expect(await seen({ filter, principals: ['bob', 'workspace:default'] })).toBe('dogs fish owls')
    expect(await seen({ filter, principals: ['ann'] })).toBe('cats dogs fish owls')
    expect(await seen({ principals: [] })).toBe('dogs fish none owls')
    expect(scopeOf({ filter: {} }).everything).toBe(true)
    expect(scopeOf({ filter: {}, principals: [] }).everything).toBe(false)
  })
})

describe('a filter that cannot be', () => {
  const deep = (levels: number): Filter => (levels === 0 ? { a: 1 } : { not: deep(levels - 1) })
  const cases: readonly (readonly [string, unknown, RegExp])[] = [
    ['says nothing', { year: {} }, /'year' says nothing/],
    ['has an unknown word', { year: { about: 3 } }, /has 'about'; it takes eq, in/],
    ['is no object', 'year', /object of conditions, not year/],
    ['compares with null', { year: null }, /not null/],
    ['compares with no number', { year: Number.NaN }, /not null/],
    ['joins no list', { or: { year: 1 } }, /'or' takes a list/],
    ['joins nothing', { and: [] }, /'and' takes a list/],
    ['denies a value', { not: 'x' }, /'not' takes a filter/],
    ['denies nothing', { not: {} }, /is empty/],
    ['has bounds of two types', { year: { gt: 1, lt: 'b' } }, /different types/],
    ['is nested too deep', deep(20), /deeper than 8/],
    ['has too many conditions', { or: Array.from({ length: 101 }, () => ({ a: 1 })) }, /more than 100 conditions/],
    ['lists too many values', { year: Array.from({ length: 1001 }, (_, at) => at) }, /up to 1000 values/],
    ['has a key of 10,000 characters', { ['k'.repeat(10_000)]: 1 }, /10000 characters; 200 is the most/],
    ['has NUL in a key', { 'a\0b': 1 }, /NUL/],
    ['has NUL in a value', { a: { prefix: 'x\0' } }, /NUL/],
    ['has half a character', { a: '\ud800' }, /half a character/],
    ['lists lists', { a: [[1]] }, /texts, numbers and true or false/],
  ]
  it.each(cases)('%s: it is refused with the reason', (_, filter, reason) => {
    expect(() => compileFilter(filter)).toThrow(reason)
  })
})
