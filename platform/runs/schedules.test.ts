import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Database } from '../database/database.ts'
import { createEvents } from '../events.ts'
import { newId } from '../id.ts'
import type { Log } from '../platform.ts'
import { testDatabases } from '../testing/harness.ts'
import { createRuns } from './queue.ts'
import type { Runs } from './runs.ts'

const quiet: Log = { info: () => undefined, warn: () => undefined, error: () => undefined }
const nightly = {
  name: 'nightly',
  cron: '30 2 * * *',
  tool: 'check_drift',
  input: { model: 'churn' },
  workspace: 'default',
  role: 'builder',
} as const

describe.each(testDatabases)('on the $kind database', (home) => {
  let db: Database
  let runs: Runs

  beforeAll(async () => {
    db = await home.open()
    runs = createRuns({ db, events: createEvents(), log: quiet, now: () => new Date(), owner: newId('worker'), sweepMs: 30 })
    await runs.work(({ run }) => db.transaction((tx) => runs.succeed(tx, run.id, run.input)))
  })
  afterAll(async () => {
    await runs.stop(0)
    await db.close()
  })

  test('a schedule is kept with the transaction that sets it, replaced by its name, and removed', async () => {
    const undone = db.transaction(async (tx) => {
      await runs.schedules.set(tx, nightly)
      throw new Error('no')
    })
    await expect(undone).rejects.toThrow('no')
    expect(await runs.schedules.list('default')).toEqual([])
    await db.transaction((tx) => runs.schedules.set(tx, nightly))
    await db.transaction((tx) => runs.schedules.set(tx, { ...nightly, cron: '0 3 * * *', timezone: 'Europe/Berlin' }))
    expect(await runs.schedules.list('default')).toEqual([{ ...nightly, cron: '0 3 * * *', timezone: 'Europe/Berlin' }])
    expect(await runs.schedules.list('other')).toEqual([])
    await expect(db.transaction((tx) => runs.schedules.remove(tx, 'nightly', 'other'))).rejects.toMatchObject({ code: 'not_found' })
    await db.transaction((tx) => runs.schedules.remove(tx, 'nightly', 'default'))
    expect(await runs.schedules.list('default')).toEqual([])
  })

  test.each([
    ['a cron line that is none', { cron: 'whenever' }],
    ['a minute that does not exist', { cron: '61 * * * *' }],
    ['a place that is no timezone', { timezone: 'Europe/Atlantis' }],
    ['a name that is a path', { name: '../x' }],
  ])('%s is refused and says so', async (_what, wrong) => {
    await expect(db.transaction((tx) => runs.schedules.set(tx, { ...nightly, ...wrong }))).rejects.toMatchObject({ code: 'invalid_input' })
    expect(await runs.schedules.list('default')).toEqual([])
  })

  test('what the clock sends becomes one run of an automation', async () => {
    // As the clock sends it: the schedule's data in the queue for what is due.
    const { cron: _cron, ...call } = nightly
    await db.query("insert into queue.job (name, data) values ('due', $1)", [JSON.stringify(call)])
    let found = await runs.list('default')
    while (found.length === 0) {
      await new Promise((resolve) => setTimeout(resolve, 10))
      found = await runs.list('default')
    }
    const [due] = found
    const run = await runs.settled(due?.id ?? '', 'default', { ms: Number.POSITIVE_INFINITY })
    expect(run).toMatchObject({
      state: 'succeeded',
      tool: 'check_drift',
      result: { model: 'churn' },
      caller: { id: 'schedule:nightly', kind: 'automation', role: 'builder', channel: 'run' },
    })
    expect(await runs.list('default')).toHaveLength(1)
    expect((await db.query("select 1 from queue.job where name = 'due'")).rowCount).toBe(0)
  })
})
