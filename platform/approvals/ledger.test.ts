import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Audit } from '../audit/audit.ts'
import { createAudit } from '../audit/chain.ts'
import type { Caller } from '../caller.ts'
import { digestOf } from '../canonical.ts'
import type { Database } from '../database/database.ts'
import { createEvents, type PlatformEvent } from '../events.ts'
import { newId } from '../id.ts'
import type { Log } from '../platform.ts'
import { createRuns } from '../runs/queue.ts'
import type { Runs } from '../runs/runs.ts'
import { testDatabases } from '../testing/harness.ts'
import type { Approvals } from './approvals.ts'
import { createApprovals } from './ledger.ts'

const quiet: Log = { info: () => undefined, warn: () => undefined, error: () => undefined }
const agent: Caller = { id: 'token:bot', name: 'bot', kind: 'agent', role: 'builder', workspace: 'default', channel: 'mcp' }
const person: Caller = { id: 'local:owner', name: 'owner', kind: 'person', role: 'admin', workspace: 'default', channel: 'browser' }
const tool = 'delete_model'
const input = { model: 'churn' }
const digest = digestOf({ tool, input })
const mayCall = (): boolean => true
const day = 24 * 60 * 60 * 1000

describe.each(testDatabases)('on the $kind database', (home) => {
  let db: Database
  let runs: Runs
  let audit: Audit
  let approvals: Approvals
  let clock: Date
  let seen: PlatformEvent[]

  beforeAll(async () => {
    db = await home.open()
  })
  afterAll(() => db.close())
  beforeEach(async () => {
    await db.query('delete from approvals; delete from runs; truncate audit')
    clock = new Date('2026-01-01T00:00:00Z')
    const now = (): Date => clock
    const events = createEvents()
    seen = []
    events.subscribe((event) => seen.push(event))
    runs = createRuns({ db, events, log: quiet, now, owner: newId('worker') })
    audit = createAudit({ db, now, log: quiet })
    approvals = createApprovals({ db, runs, halts: { current: () => undefined }, events, audit, now })
  })

  async function ask(askedBy: Caller = agent): Promise<{ readonly id: string; readonly run: string }> {
    const [id, run] = [newId('approval'), newId('run')]
    await db.transaction(async (tx) => {
      await runs.create(tx, { id: run, tool, input, caller: askedBy, approval: id })
      await approvals.ask(tx, { id, run, tool, input, digest, origins: {}, reason: 'delete_model removes something for good.', askedBy })
    })
    return { id, run }
  }

  const use = (id: string, used = digest): Promise<void> => db.transaction((tx) => approvals.use(tx, { id, digest: used }))

  test('an approval shows what was asked and is pending for seven days', async () => {
    const { id, run } = await ask()
    expect(await approvals.get(id, 'default')).toMatchObject({
      run,
      tool,
      input,
      digest,
      state: 'pending',
      askedBy: agent,
      decidedBy: null,
      expiresAt: new Date(clock.getTime() + 7 * day),
    })
    expect(await approvals.list('default', { state: 'pending' })).toMatchObject([{ id }])
    expect(await approvals.list('default', { state: 'used' })).toEqual([])
  })

  test('a yes queues the run, is used once, and both are told and audited', async () => {
    const { id, run } = await ask()
    const decided = await approvals.decide({ id, decision: 'approve', caller: person, mayCall })
    expect(decided).toMatchObject({ state: 'approved', decidedBy: person })
    expect(await runs.get(run, 'default')).toMatchObject({ state: 'queued' })
    expect(seen).toMatchObject([
      { type: 'approval', approval: id, state: 'approved' },
      { type: 'run', run, state: 'queued' },
    ])
    expect(await audit.list('default')).toMatchObject([
      { call: run, outcome: 'approval approved', caller: person, detail: { approval: id } },
    ])
    await use(id)
    expect(await approvals.get(id, 'default')).toMatchObject({ state: 'used' })
    await expect(use(id)).rejects.toMatchObject({ code: 'not_allowed', message: expect.stringContaining('is used') })
  })

  test('a use that rolls back leaves the yes usable', async () => {
    const { id } = await ask()
    await approvals.decide({ id, decision: 'approve', caller: person, mayCall })
    const undone = db.transaction(async (tx) => {
      await approvals.use(tx, { id, digest })
      throw new Error('no')
    })
    await expect(undone).rejects.toThrow('no')
    await use(id)
  })

  test('a no fails the run', async () => {
    const { id, run } = await ask()
    expect(await approvals.decide({ id, decision: 'reject', caller: person, mayCall })).toMatchObject({ state: 'rejected' })
    expect(await runs.get(run, 'default')).toMatchObject({ state: 'failed', error: { code: 'not_allowed' } })
    await expect(use(id)).rejects.toMatchObject({ code: 'not_allowed' })
  })

  test('what was decided is not decided again, even when two decide at once', async () => {
    const { id } = await ask()
    const both = await Promise.allSettled([
      approvals.decide({ id, decision: 'approve', caller: person, mayCall }),
      approvals.decide({ id, decision: 'reject', caller: { ...person, channel: 'terminal' }, mayCall }),
    ])
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    expect(both.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { code: 'conflict' } })
    expect(await audit.list('default')).toHaveLength(1)
  })

  test.each([
    ['an agent in a browser', { ...person, kind: 'agent' }],
    ['an automation at a terminal', { ...person, kind: 'automation', channel: 'terminal' }],
    ['a person over HTTP', { ...person, channel: 'http' }],
    ['a person over MCP', { ...person, channel: 'mcp' }],
    ['a person in the chat', { ...person, channel: 'chat' }],
  ] as const)('%s cannot decide', async (_who, caller) => {
    const { id, run } = await ask()
    await expect(approvals.decide({ id, decision: 'approve', caller, mayCall })).rejects.toMatchObject({ code: 'not_allowed' })
    expect(await runs.get(run, 'default')).toMatchObject({ state: 'waiting' })
  })

  test('a person whose role may not call the tool cannot decide about it', async () => {
    const { id } = await ask()
    const refused = approvals.decide({ id, decision: 'approve', caller: person, mayCall: (name) => name !== tool })
    await expect(refused).rejects.toMatchObject({ code: 'not_allowed' })
    expect(await approvals.get(id, 'default')).toMatchObject({ state: 'pending' })
  })

  test('another workspace does not see an approval, let alone decide it', async () => {
    const { id } = await ask()
    const other = { ...person, workspace: 'other' }
    await expect(approvals.decide({ id, decision: 'approve', caller: other, mayCall })).rejects.toMatchObject({ code: 'not_found' })
    await expect(approvals.get(id, 'other')).rejects.toMatchObject({ code: 'not_found' })
    expect(await approvals.list('other')).toEqual([])
  })

  test('a yes is for these arguments and no others', async () => {
    const { id } = await ask()
    await expect(use(id)).rejects.toMatchObject({ code: 'not_allowed', message: expect.stringContaining('is pending') })
    await approvals.decide({ id, decision: 'approve', caller: person, mayCall })
    const other = digestOf({ tool, input: { model: 'fraud' } })
    await expect(use(id, other)).rejects.toMatchObject({ code: 'not_allowed', message: expect.stringContaining('other arguments') })
    await expect(use('approval_none')).rejects.toMatchObject({ code: 'not_allowed' })
    await use(id)
  })

  test('after seven days a pending approval expires and its run ends; a yes that old is no longer one', async () => {
    const [pending, given] = [await ask(), await ask()]
    await approvals.decide({ id: given.id, decision: 'approve', caller: person, mayCall })
    clock = new Date(clock.getTime() + 7 * day)
    const late = approvals.decide({ id: pending.id, decision: 'approve', caller: person, mayCall })
    await expect(late).rejects.toMatchObject({ code: 'conflict', message: expect.stringContaining('expired') })
    expect(await approvals.get(pending.id, 'default')).toMatchObject({ state: 'expired' })
    expect(await runs.get(pending.run, 'default')).toMatchObject({ state: 'failed', error: { code: 'not_allowed' } })
    await expect(use(given.id)).rejects.toMatchObject({ code: 'not_allowed', message: expect.stringContaining('has expired') })
  })

  test('cancelling the run takes its question back', async () => {
    const { id, run } = await ask()
    await runs.cancel(run, 'default')
    expect(await approvals.get(id, 'default')).toMatchObject({ state: 'expired' })
    await expect(approvals.decide({ id, decision: 'approve', caller: person, mayCall })).rejects.toMatchObject({ code: 'conflict' })
  })
})
