import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Caller } from '../caller.ts'
import type { Database } from '../database/database.ts'
import { testDatabases } from '../testing/harness.ts'
import { createTaints, type Taints, taintLastsMs } from './taints.ts'

const agent: Caller = { id: 'token:bot', name: 'bot', kind: 'agent', role: 'builder', workspace: 'default', channel: 'mcp' }
const source = 'search_documents'
const tainted = { '': { trust: 'untrusted', source: 'an earlier result of search_documents' } }

describe.each(testDatabases)('on the $kind database', (home) => {
  let db: Database
  let clock: Date
  let queries: number
  beforeAll(async () => {
    db = await home.open()
  })
  afterAll(() => db.close())
  beforeEach(async () => {
    await db.query('delete from tainted_callers')
    clock = new Date('2026-01-01T00:00:00Z')
    queries = 0
  })
  const open = (): Taints =>
    createTaints({
      now: () => clock,
      db: {
        ...db,
        query: (sql, params) => {
          queries += 1
          return db.query(sql, params)
        },
        transaction: (work) => {
          queries += 1
          return db.transaction(work)
        },
      },
    })

  test('what an agent read counts in its later calls, in every process, and in nobody else’s', async () => {
    const taints = open()
    expect(await taints.originsOf(agent, undefined)).toEqual({})
    await taints.mark(agent, undefined, source)
    expect(await taints.originsOf(agent, undefined)).toEqual(tainted)
    expect(await open().originsOf(agent, undefined)).toEqual(tainted)
    expect(await taints.originsOf({ ...agent, id: 'token:other' }, undefined)).toEqual({})
    expect(await taints.originsOf({ ...agent, workspace: 'other' }, undefined)).toEqual({})
  })

  test('a session keeps it to itself; without one it counts in all', async () => {
    const taints = open()
    await taints.mark(agent, 's1', source)
    expect(await taints.originsOf(agent, 's1')).toEqual(tainted)
    expect(await taints.originsOf(agent, 's2')).toEqual({})
    await taints.mark(agent, undefined, source)
    expect(await taints.originsOf(agent, 's2')).toEqual(tainted)
    expect(await open().originsOf(agent, 's3')).toEqual(tainted)
  })

  test.each([0.1, 0.4, 0.6, 0.9])(
    'holds for an hour after the last reading, %d of an hour after the first, and ends within another',
    async (apart) => {
      const taints = open()
      await taints.mark(agent, undefined, source)
      clock = new Date(clock.getTime() + apart * taintLastsMs)
      await taints.mark(agent, undefined, source)
      clock = new Date(clock.getTime() + 0.99 * taintLastsMs)
      expect(await taints.originsOf(agent, undefined)).toEqual(tainted)
      expect(await open().originsOf(agent, undefined)).toEqual(tainted)
      clock = new Date(clock.getTime() + 0.6 * taintLastsMs)
      expect(await taints.originsOf(agent, undefined)).toEqual({})
      expect(await open().originsOf(agent, undefined)).toEqual({})
    },
  )

  test('a second reading costs no statement, nor does asking about one that is known', async () => {
    const taints = open()
    await taints.mark(agent, undefined, source)
    const before = queries
    for (let again = 0; again < 10; again++) {
      await taints.mark(agent, undefined, source)
      await taints.originsOf(agent, undefined)
    }
    expect(queries).toBe(before)
  })

  test.each([
    ['a person', { ...agent, kind: 'person' }],
    ['an automation', { ...agent, kind: 'automation' }],
  ] as const)('%s is not remembered', async (_, caller) => {
    const taints = open()
    await taints.mark(caller, undefined, source)
    expect(await taints.originsOf(caller, undefined)).toEqual({})
    expect(queries).toBe(0)
  })
})
