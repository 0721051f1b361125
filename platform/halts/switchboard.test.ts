import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Caller } from '../caller.ts'
import type { Database } from '../database/database.ts'
import { createEvents, type PlatformEvent } from '../events.ts'
import type { Log } from '../platform.ts'
import { testDatabases } from '../testing/harness.ts'
import { haltFault, type OpenHalts, openHalts } from './switchboard.ts'

const quiet: Log = { info: () => undefined, warn: () => undefined, error: () => undefined }
const person: Caller = { id: 'token:ann', name: 'ann', kind: 'person', role: 'operator', workspace: 'default', channel: 'http' }
const since = new Date('2026-01-01T00:00:00Z')

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })

describe.each(testDatabases)('on the $kind database', (home) => {
  let db: Database
  let seen: PlatformEvent[]
  const open: OpenHalts[] = []

  beforeAll(async () => {
    db = await home.open()
  })
  afterAll(() => db.close())
  beforeEach(() => db.query('delete from halts'))
  afterEach(async () => {
    await Promise.all(open.splice(0).map((one) => one.close()))
  })

  /** As another process on the same Postgres would: it looks for rows that it did not write. */
  async function start(database: Database = { ...db, kind: 'server' }): Promise<OpenHalts> {
    const events = createEvents()
    seen = []
    events.subscribe((event) => seen.push(event))
    const halts = await openHalts({ db: database, events, log: quiet, now: () => since, lookMs: 20 })
    open.push(halts)
    return halts
  }

  test('a halt aborts the signal of its workspace and of no other, and says who and why', async () => {
    const halts = await start()
    const signal = halts.signal('default')
    const elsewhere = halts.signal('other')
    const halt = await halts.halt(person, 'It loops')
    expect(halt).toEqual({ workspace: 'default', by: 'ann', reason: 'It loops', since })
    expect(halts.current('default')).toEqual(halt)
    expect(signal.aborted).toBe(true)
    expect(signal.reason).toMatchObject({ code: 'cancelled', message: expect.stringContaining('by ann ("It loops")') })
    expect(elsewhere.aborted).toBe(false)
    expect(halts.current('other')).toBeUndefined()
    expect(seen).toEqual([{ type: 'halt', workspace: 'default', halted: true }])
  })

  test('to stop twice keeps who stopped first; to resume gives a new signal', async () => {
    const halts = await start()
    await halts.halt(person, 'first')
    expect(await halts.halt({ ...person, name: 'bob' }, 'second')).toMatchObject({ by: 'ann', reason: 'first' })
    await halts.resume(person)
    expect(halts.current('default')).toBeUndefined()
    expect(halts.signal('default').aborted).toBe(false)
    await halts.resume(person)
    await halts.halt(person, 'again')
    expect(halts.signal('default').aborted).toBe(true)
  })

  test('another process notices both, and a new one begins halted', async () => {
    const [one, other] = [await start(), await start()]
    const signal = other.signal('default')
    await one.halt(person, 'It loops')
    await aborted(signal)
    expect(other.current('default')).toMatchObject({ by: 'ann' })
    expect((await start()).signal('default').aborted).toBe(true)
    await one.resume(person)
    await expect.poll(() => other.current('default')).toBeUndefined()
  })

  test('the only process of an embedded database does not look again', async () => {
    let reads = 0
    const counting: Database = {
      ...db,
      kind: 'embedded',
      query: (sql, params) => {
        reads += 1
        return db.query(sql, params)
      },
    }
    const halts = await start(counting)
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(reads).toBe(1)
    await halts.halt(person, 'now')
    expect(halts.current('default')).toBeDefined()
  })

  test.each(['agent', 'automation'] as const)('an %s can neither stop nor resume', async (kind) => {
    const halts = await start()
    await expect(halts.halt({ ...person, kind }, 'x')).rejects.toMatchObject({ code: 'not_allowed' })
    await halts.halt(person, 'x')
    await expect(halts.resume({ ...person, kind })).rejects.toMatchObject({ code: 'not_allowed' })
    expect(halts.current('default')).toBeDefined()
  })
})

test('what a refused agent reads names the workspace, the person, the reason and the way out', () => {
  const fault = haltFault({ workspace: 'lab', by: 'ann', reason: 'It loops', since })
  expect(fault.code).toBe('not_allowed')
  expect(fault.message).toBe(
    'Agents are stopped in workspace \'lab\' since 2026-01-01 00:00 UTC, by ann ("It loops"). A person can let them go on with resume_agents.',
  )
})
