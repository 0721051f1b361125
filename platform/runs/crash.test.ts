import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Caller } from '../caller.ts'
import type { Database } from '../database/database.ts'
import { createEvents } from '../events.ts'
import { newId } from '../id.ts'
import type { Log } from '../platform.ts'
import { testDatabases } from '../testing/harness.ts'
import { createRuns, type RunsOptions } from './queue.ts'
import type { Delivery, Run, Runs } from './runs.ts'

/* A crash is a process that goes silent: its lease runs out, its code may still be running, and its writes come too late. */

const quiet: Log = { info: () => undefined, warn: () => undefined, error: () => undefined }
const caller: Caller = { id: 'local:owner', name: 'owner', kind: 'person', role: 'admin', workspace: 'default', channel: 'terminal' }
const workspace = 'default'

describe.each(testDatabases)('on the $kind database', (home) => {
  let db: Database
  /** The same database, taken for a server that several processes use: only leases tell who holds what. */
  let shared: Database
  const opened: Runs[] = []

  beforeAll(async () => {
    db = await home.open()
    shared = { ...db, kind: 'server', background: db.background }
    await db.query('create table effects (run text, step text)')
  })
  afterAll(() => db.close())
  beforeEach(async () => {
    await Promise.all(opened.splice(0).map((runs) => runs.stop(0)))
    await db.query('delete from runs; delete from effects')
  })

  function open(options: Partial<RunsOptions> = {}): Runs {
    const runs = createRuns({
      db: shared,
      events: createEvents(),
      log: quiet,
      now: () => new Date(),
      owner: newId('worker'),
      pollMs: 30,
      sweepMs: 50,
      lastMs: 50,
      // Longer than the test: a silent process is made by ending its lease.
      leaseMs: 600_000,
      ...options,
    })
    opened.push(runs)
    return runs
  }

  async function enqueue(runs: Runs): Promise<string> {
    const id = newId('run')
    await db.transaction((tx) => runs.create(tx, { id, tool: 'train_model', input: {}, caller }))
    runs.wake()
    return id
  }

  const ended = (runs: Runs, id: string): Promise<Run> => runs.settled(id, workspace, { ms: Number.POSITIVE_INFINITY })
  const endLease = (id: string): Promise<unknown> =>
    db.query("update runs set lease_until = now() - interval '1 second' where id = $1", [id])

  /** One step as tools do them: read from the journal, or done together with its entry. */
  async function step(runs: Runs, { run }: Delivery, name: string): Promise<void> {
    if (await runs.recall(run.id, name)) return
    await db.transaction(async (tx) => {
      await tx.query('insert into effects values ($1, $2)', [run.id, name])
      await runs.journal(tx, { run: run.id, step: name, attempt: run.attempt, output: { done: name } })
    })
  }

  const effectsOf = async (id: string): Promise<unknown[]> =>
    (await db.query<{ step: string }>('select step from effects where run = $1 order by step', [id])).rows.map((row) => row.step)

  test('a run whose process went silent is done by another one, and its journalled effects are not doubled', async () => {
    // One slot, and it is taken: the first process cannot start the run again.
    const [first, second] = [open({ concurrency: 1 }), open()]
    const stuck = Promise.withResolvers<void>()
    const late: unknown[] = []
    await first.work(async (delivery) => {
      await step(first, delivery, 'a')
      await endLease(delivery.run.id)
      await stuck.promise
      // Back from the dead: neither the step nor the success of the older delivery is kept.
      await step(first, delivery, 'b').catch((error: unknown) => late.push(error))
      await db.transaction((tx) => first.succeed(tx, delivery.run.id, 'first')).catch((error: unknown) => late.push(error))
    })
    const id = await enqueue(first)
    const taken = Promise.withResolvers<void>()
    const mayEnd = Promise.withResolvers<void>()
    await second.work(async (delivery) => {
      await step(second, delivery, 'a')
      taken.resolve()
      await mayEnd.promise
      await step(second, delivery, 'b')
      await db.transaction((tx) => second.succeed(tx, delivery.run.id, 'second'))
    })
    await taken.promise
    stuck.resolve()
    while (late.length < 2) await new Promise((resolve) => setTimeout(resolve, 5))
    mayEnd.resolve()
    expect(await ended(second, id)).toMatchObject({ state: 'succeeded', attempt: 2, result: 'second' })
    expect(late).toMatchObject([{ code: 'cancelled' }, { code: 'cancelled' }])
    expect(await effectsOf(id)).toEqual(['a', 'b'])
  })

  test('a run with a live lease is left to its holder', async () => {
    const [first, second] = [open(), open()]
    const mayEnd = Promise.withResolvers<void>()
    await first.work(async ({ run }) => {
      await mayEnd.promise
      await db.transaction((tx) => first.succeed(tx, run.id, 'first'))
    })
    const id = await enqueue(first)
    let stolen = 0
    await second.work(async ({ run }) => {
      if (run.id === id) stolen++
      else await db.transaction((tx) => second.succeed(tx, run.id, 'second'))
    })
    // A ticket delivered twice, as at-least-once allows.
    await db.query("insert into queue.job (name, data) values ('runs', $1)", [JSON.stringify({ run: id })])
    while ((await db.query("select 1 from queue.job where name = 'runs'")).rowCount > 0)
      await new Promise((resolve) => setTimeout(resolve, 10))
    mayEnd.resolve()
    expect(await ended(first, id)).toMatchObject({ state: 'succeeded', attempt: 1, result: 'first' })
    expect(stolen).toBe(0)
  })

  test('what an embedded database calls running at its start has no holder, and goes on at once', async () => {
    const gone = open({ concurrency: 1, db: { ...db, kind: 'embedded', background: db.background } })
    await gone.work(async (delivery) => {
      await step(gone, delivery, 'a')
      await new Promise(() => undefined)
    })
    const id = await enqueue(gone)
    while ((await effectsOf(id)).length === 0) await new Promise((resolve) => setTimeout(resolve, 5))
    // No sweep comes within the test: the run is taken at the start.
    const next = open({ db: { ...db, kind: 'embedded', background: db.background }, sweepMs: 600_000, pollMs: 600_000 })
    await next.work(async (delivery) => {
      await step(next, delivery, 'a')
      await db.transaction((tx) => next.succeed(tx, delivery.run.id, delivery.run.attempt))
    })
    expect(await ended(next, id)).toMatchObject({ state: 'succeeded', result: 2 })
    expect(await effectsOf(id)).toEqual(['a'])
  })

  test('a shutdown gives its runs back, and they are done after it', async () => {
    const first = open()
    await first.work(
      ({ signal }) =>
        new Promise((_, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason))
        }),
    )
    const id = await enqueue(first)
    while ((await first.get(id, workspace)).state !== 'running') await new Promise((resolve) => setTimeout(resolve, 5))
    await first.stop(0)
    expect(await first.get(id, workspace)).toMatchObject({ state: 'queued', attempt: 1 })
    const second = open()
    await second.work(({ run }) => db.transaction((tx) => second.succeed(tx, run.id, 'second')))
    expect(await ended(second, id)).toMatchObject({ state: 'succeeded', attempt: 2 })
  })

  test('a shutdown lets work that is nearly done end', async () => {
    const runs = open()
    await runs.work(async ({ run }) => {
      await new Promise((resolve) => setTimeout(resolve, 50))
      await db.transaction((tx) => runs.succeed(tx, run.id, 'done'))
    })
    const id = await enqueue(runs)
    while ((await runs.get(id, workspace)).state !== 'running') await new Promise((resolve) => setTimeout(resolve, 5))
    await runs.stop(60_000)
    expect(await runs.get(id, workspace)).toMatchObject({ state: 'succeeded' })
  })

  test('a run that keeps ending its process is failed with a sentence that says so', async () => {
    const runs = open({ mostCrashes: 3 })
    let deliveries = 0
    await runs.work(async ({ run, signal }) => {
      deliveries++
      await db.query("update runs set lease_until = now() - interval '1 second', lease_owner = 'dead' where id = $1", [run.id])
      await new Promise((resolve) => signal.addEventListener('abort', resolve))
    })
    const killer = open({ mostCrashes: 3 })
    await killer.work(async ({ run }) => {
      deliveries++
      await db.query("update runs set lease_until = now() - interval '1 second', lease_owner = 'dead' where id = $1", [run.id])
      await new Promise(() => undefined)
    })
    const run = await ended(runs, await enqueue(runs))
    expect(run).toMatchObject({ state: 'failed', error: { code: 'internal', message: expect.stringContaining('3 times') } })
    expect(deliveries).toBe(3)
  })

  test('a run cancelled while its process was silent ends instead of starting again', async () => {
    const first = open()
    await first.work(() => new Promise(() => undefined))
    const id = await enqueue(first)
    while ((await first.get(id, workspace)).state !== 'running') await new Promise((resolve) => setTimeout(resolve, 5))
    await db.query("update runs set cancel_requested = true, lease_until = now() - interval '1 second' where id = $1", [id])
    const second = open()
    await second.work(() => Promise.reject(new Error('it was delivered again')))
    expect(await ended(second, id)).toMatchObject({ state: 'cancelled' })
  })

  test('a queued run whose ticket went missing is found by the sweep', async () => {
    const unqueued = open()
    // This process has no queue open, so it writes the row only.
    const id = await enqueue(unqueued)
    expect((await db.query("select 1 from queue.job where name = 'runs'")).rowCount).toBe(0)
    const runs = open()
    await runs.work(({ run }) => db.transaction((tx) => runs.succeed(tx, run.id, 'found')))
    const later = await enqueue(unqueued)
    expect(await ended(runs, id)).toMatchObject({ state: 'succeeded' })
    expect(await ended(runs, later)).toMatchObject({ state: 'succeeded' })
  })
})
