import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Caller } from '../caller.ts'
import type { Database } from '../database/database.ts'
import type { Log } from '../platform.ts'
import { testDatabases } from '../testing/harness.ts'
import type { Audit, AuditEntry } from './audit.ts'
import { createAudit } from './chain.ts'

const quiet: Log = { info: () => undefined, warn: () => undefined, error: () => undefined }
const caller: Caller = { id: 'local:owner', name: 'owner', kind: 'person', role: 'admin', workspace: 'default', channel: 'terminal' }
const entry = (call: string, more: Partial<AuditEntry> = {}): AuditEntry => ({
  call,
  tool: 'train_model',
  effect: 'create',
  caller,
  outcome: 'ok',
  digest: 'd'.repeat(64),
  ...more,
})

describe.each(testDatabases)('on the $kind database', (home) => {
  let db: Database
  let audit: Audit

  beforeAll(async () => {
    db = await home.open()
  })
  afterAll(() => db.close())
  beforeEach(async () => {
    await db.query('truncate audit')
    audit = createAudit({ db, now: () => new Date(), log: quiet })
  })

  const fill = async (count: number): Promise<void> => {
    for (let index = 1; index <= count; index++) audit.later(entry(`call_${index}`, { detail: { index } }))
    await audit.flush()
  }

  test('an empty log is whole', async () => {
    expect(await audit.verify()).toEqual({ rows: 0, broken: null })
  })

  test('rows from appends and from batches form one chain', async () => {
    await db.transaction((tx) => audit.append(tx, entry('call_a')))
    await fill(450)
    await db.transaction((tx) =>
      audit.append(tx, entry('call_z', { detail: { big: 1e21, small: -0, text: 'a\0b', nested: { z: 1, a: [] } } })),
    )
    expect(await audit.verify()).toEqual({ rows: 452, broken: null })
  })

  test('an append is undone with the effect it records', async () => {
    const undone = db.transaction(async (tx) => {
      await audit.append(tx, entry('call_undone'))
      throw new Error('no')
    })
    await expect(undone).rejects.toThrow('no')
    await fill(1)
    expect(await audit.verify()).toEqual({ rows: 1, broken: null })
  })

  test.each([
    ['a changed outcome', "update audit set outcome = 'not_allowed' where seq = 5", 5],
    ['a changed detail', `update audit set detail = '{"index": 6}' where seq = 5`, 5],
    ['a changed caller', `update audit set caller = jsonb_set(caller, '{role}', '"viewer"') where seq = 5`, 5],
    ['a row moved to another workspace', "update audit set workspace = 'other' where seq = 5", 5],
    ['a changed time', "update audit set at = at - interval '1 day' where seq = 5", 5],
    ['a removed row', 'delete from audit where seq = 5', 6],
    ['a removed first row', 'delete from audit where seq = 1', 2],
    ['a row with the hash of another', "update audit set hash = repeat('0', 64) where seq = 5", 5],
  ])('%s is found at the first row that does not follow', async (_name, tamper, broken) => {
    await fill(10)
    await db.query(tamper)
    expect((await audit.verify()).broken).toBe(broken)
  })

  test('an inserted row is found, also one that carries the right previous hash', async () => {
    await fill(3)
    await db.query(`insert into audit select 4, at, workspace, 'call_forged', tool, effect, caller, outcome, digest, detail, hash, md5('x')
    from audit where seq = 3`)
    expect((await audit.verify()).broken).toBe(4)
  })

  test('the log is read by workspace, newest first, by actor and since a time', async () => {
    await db.transaction(async (tx) => {
      await audit.append(tx, entry('call_1'))
      await audit.append(tx, entry('call_2', { caller: { ...caller, id: 'token:ci', name: 'ci' } }))
      await audit.append(tx, entry('call_3', { caller: { ...caller, workspace: 'other' } }))
    })
    const calls = async (...request: Parameters<Audit['list']>): Promise<string[]> => (await audit.list(...request)).map(({ call }) => call)
    expect(await calls('default')).toEqual(['call_2', 'call_1'])
    expect(await calls('default', { limit: 1 })).toEqual(['call_2'])
    expect(await calls('default', { actor: 'token:ci' })).toEqual(['call_2'])
    expect(await calls('other')).toEqual(['call_3'])
    expect(await calls('default', { since: new Date(Date.now() + 60_000) })).toEqual([])
  })

  test('entries noted inside a transaction are written after it, once', async () => {
    await db.transaction(async () => audit.later(entry('call_inside')))
    await Promise.all([audit.flush(), audit.flush()])
    expect(await audit.verify()).toEqual({ rows: 1, broken: null })
  })

  test('what could not be written is kept for the next flush', async () => {
    let down = true
    const flaky: Database = {
      ...db,
      transaction: (work) => (down ? Promise.reject(new Error('away')) : db.transaction(work)),
    }
    const patient = createAudit({ db: flaky, now: () => new Date(), log: quiet })
    patient.later(entry('call_kept'))
    await expect(patient.flush()).rejects.toThrow('away')
    down = false
    await patient.flush()
    expect(await audit.list('default')).toMatchObject([{ call: 'call_kept' }])
  })
})
