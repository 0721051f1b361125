import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Caller } from '../caller.ts'
import type { Database } from '../database/database.ts'
import { createEvents, type PlatformEvent } from '../events.ts'
import { Fault } from '../fault.ts'
import { newId } from '../id.ts'
import type { Log } from '../platform.ts'
import { testDatabases } from '../testing/harness.ts'
import { createRuns, type RunsOptions } from './queue.ts'
import type { Delivery, NewRun, Run, Runs } from './runs.ts'

const quiet: Log = { info: () => undefined, warn: () => undefined, error: () => undefined }
const caller: Caller = { id: 'local:owner', name: 'owner', kind: 'person', role: 'admin', workspace: 'default', channel: 'terminal' }
const workspace = 'default'
const quick = { pollMs: 50, sweepMs: 50, leaseMs: 500 }

describe.each(testDatabases)('on the $kind database', (home) => {
  let db: Database
  const opened: Runs[] = []

  beforeAll(async () => {
    db = await home.open()
  })
  afterAll(() => db.close())
  beforeEach(async () => {
    await Promise.all(opened.splice(0).map((runs) => runs.stop(0)))
    await db.query('delete from approvals; delete from runs')
  })

  interface World {
    readonly runs: Runs
    readonly seen: PlatformEvent[]
    enqueue(more?: Partial<NewRun>): Promise<string>
    ended(id: string): Promise<Run>
  }

  function open(options: Partial<RunsOptions> = {}): World {
    const events = createEvents()
    const seen: PlatformEvent[] = []
    events.subscribe((event) => seen.push(event))
    const runs = createRuns({ db, events, log: quiet, now: () => new Date(), owner: newId('worker'), ...quick, ...options })
    opened.push(runs)
    return {
      runs,
      seen,
      enqueue: async (more = {}) => {
        const id = newId('run')
        await db.transaction((tx) => runs.create(tx, { id, tool: 'train_model', input: { rows: 3 }, caller, ...more }))
        runs.wake()
        return id
      },
      ended: (id) => runs.settled(id, workspace, { ms: Number.POSITIVE_INFINITY }),
    }
  }

  const succeed = (runs: Runs) => (delivery: Delivery) =>
    db.transaction((tx) => runs.succeed(tx, delivery.run.id, { content: 'done', data: delivery.run.input }))

  /** Performs until told to stop. */
  const untilAborted = ({ signal }: Delivery): Promise<void> =>
    new Promise((_, reject) => {
      if (signal.aborted) reject(signal.reason)
      signal.addEventListener('abort', () => reject(signal.reason))
    })

  const running = async (world: World, id: string): Promise<void> => {
    while ((await world.runs.get(id, workspace)).state !== 'running') await new Promise((resolve) => setTimeout(resolve, 5))
  }

  test('a queued run is performed at once and ends with its result', async () => {
    // The poll would not come within the test: what this process queued it starts itself.
    const world = open({ pollMs: 600_000, sweepMs: 600_000 })
    await world.runs.work(succeed(world.runs))
    const run = await world.ended(await world.enqueue())
    expect(run).toMatchObject({ state: 'succeeded', attempt: 1, result: { content: 'done', data: { rows: 3 } }, error: null })
    expect(run.startedAt).toBeInstanceOf(Date)
    expect(run.endedAt).toBeInstanceOf(Date)
    expect(world.seen.filter(({ type }) => type === 'run')).toMatchObject([
      { state: 'queued' },
      { state: 'running' },
      { state: 'succeeded' },
    ])
  })

  test('a run and its ticket exist only if the transaction that made them commits', async () => {
    const world = open()
    await world.runs.work(succeed(world.runs))
    const id = newId('run')
    const undone = db.transaction(async (tx) => {
      await world.runs.create(tx, { id, tool: 'train_model', input: {}, caller })
      throw new Error('no')
    })
    await expect(undone).rejects.toThrow('no')
    world.runs.wake()
    await expect(world.runs.get(id, workspace)).rejects.toMatchObject({ code: 'not_found' })
    expect((await db.query('select 1 from queue.job')).rowCount).toBe(0)
  })

  test('no ticket is left once every run has ended', async () => {
    const world = open({ concurrency: 3 })
    await world.runs.work(succeed(world.runs))
    const ids = await Promise.all(Array.from({ length: 20 }, () => world.enqueue()))
    const states = await Promise.all(ids.map(async (id) => (await world.ended(id)).state))
    expect(states).toEqual(ids.map(() => 'succeeded'))
    expect((await db.query("select 1 from queue.job where name = 'runs'")).rowCount).toBe(0)
  })

  test('no more runs are performed at a time than there are slots', async () => {
    const world = open({ concurrency: 2 })
    let now = 0
    let most = 0
    const both = Promise.withResolvers<void>()
    await world.runs.work(async (delivery) => {
      most = Math.max(most, ++now)
      if (now === 2) both.resolve()
      await both.promise
      await new Promise((resolve) => setTimeout(resolve, 10))
      now--
      await succeed(world.runs)(delivery)
    })
    const ids = await Promise.all(Array.from({ length: 7 }, () => world.enqueue()))
    await Promise.all(ids.map(world.ended))
    expect(most).toBe(2)
  })

  test('a run queued by another process is found through the queue', async () => {
    const [here, there] = [open(), open()]
    await there.runs.work(succeed(there.runs))
    const id = await here.enqueue()
    expect(await here.ended(id)).toMatchObject({ state: 'succeeded' })
    expect(here.seen.some((event) => event.type === 'run' && event.state === 'running')).toBe(false)
  })

  test('a Fault ends the run as failed in its own words, anything else without them', async () => {
    const world = open()
    await world.runs.work(async ({ run }) => {
      throw run.tool === 'train_model' ? new Fault('invalid_input', "Column 'age' is missing.") : new Error('password=hunter2')
    })
    expect(await world.ended(await world.enqueue())).toMatchObject({
      state: 'failed',
      error: { code: 'invalid_input', message: "Column 'age' is missing." },
    })
    const run = await world.ended(await world.enqueue({ tool: 'tune_model' }))
    expect(run).toMatchObject({ state: 'failed', error: { code: 'internal' } })
    expect(JSON.stringify(run)).not.toContain('hunter2')
  })

  test('code that ends without a result fails its run', async () => {
    const world = open()
    await world.runs.work(async () => undefined)
    expect(await world.ended(await world.enqueue())).toMatchObject({ state: 'failed', error: { code: 'internal' } })
  })

  test('cancelling ends a queued and a waiting run at once, and their code never runs', async () => {
    const world = open()
    const queued = await world.enqueue()
    const waiting = await world.enqueue({ approval: 'approval_1' })
    expect(await world.runs.cancel(queued, workspace)).toMatchObject({ state: 'cancelled', error: { code: 'cancelled' } })
    expect(await world.runs.cancel(waiting, workspace)).toMatchObject({ state: 'cancelled' })
    const performed: string[] = []
    await world.runs.work(async ({ run }) => {
      performed.push(run.id)
      await succeed(world.runs)({ run, signal: new AbortController().signal, progress: () => undefined })
    })
    await world.ended(await world.enqueue())
    expect(performed).not.toContain(queued)
    expect(performed).not.toContain(waiting)
  })

  test('a running run hears that it was cancelled, here and in another process', async () => {
    const [here, there] = [open(), open()]
    await there.runs.work(untilAborted)
    for (const asking of [there, here]) {
      const id = await there.enqueue()
      await running(there, id)
      await asking.runs.cancel(id, workspace)
      expect(await asking.ended(id)).toMatchObject({ state: 'cancelled', error: { code: 'cancelled' } })
    }
  })

  test('a run that ended stays as it ended', async () => {
    const world = open()
    await world.runs.work(succeed(world.runs))
    const id = await world.enqueue()
    await world.ended(id)
    expect(await world.runs.cancel(id, workspace)).toMatchObject({ state: 'succeeded' })
    await db.transaction((tx) => world.runs.fail(tx, id, new Fault('internal', 'late')))
    expect(await world.runs.get(id, workspace)).toMatchObject({ state: 'succeeded', error: null })
    await expect(db.transaction((tx) => world.runs.succeed(tx, id, 'again'))).rejects.toMatchObject({ code: 'cancelled' })
  })

  test('a waiting run starts when it is released, once', async () => {
    const world = open()
    await world.runs.work(succeed(world.runs))
    const id = await world.enqueue({ approval: 'approval_2' })
    expect(await world.ended(id)).toMatchObject({ state: 'waiting', approval: 'approval_2', attempt: 0 })
    await db.transaction((tx) => world.runs.release(tx, id))
    world.runs.wake()
    const run = await new Promise<Run>((resolve) => {
      const look = (): void => void world.ended(id).then((found) => (found.state === 'waiting' ? look() : resolve(found)))
      look()
    })
    expect(run).toMatchObject({ state: 'succeeded', attempt: 1 })
    await expect(db.transaction((tx) => world.runs.release(tx, id))).rejects.toMatchObject({ code: 'conflict' })
  })

  test('settled answers with the run as it is when the time is up or the asker goes away', async () => {
    const world = open()
    const id = await world.enqueue()
    expect(await world.runs.settled(id, workspace, { ms: 0 })).toMatchObject({ state: 'queued' })
    expect(await world.runs.settled(id, workspace, { ms: 60_000, signal: AbortSignal.abort() })).toMatchObject({ state: 'queued' })
    await expect(world.runs.settled('run_none', workspace, { ms: 0 })).rejects.toMatchObject({ code: 'not_found' })
  })

  test('runs of another workspace are not found, listed or cancelled', async () => {
    const world = open()
    const id = await world.enqueue({ caller: { ...caller, workspace: 'other' } })
    const mine = await world.enqueue()
    await expect(world.runs.get(id, workspace)).rejects.toMatchObject({ code: 'not_found' })
    await expect(world.runs.cancel(id, workspace)).rejects.toMatchObject({ code: 'not_found' })
    expect((await world.runs.list(workspace)).map((run) => run.id)).toEqual([mine])
    expect(await world.runs.get(id, 'other')).toMatchObject({ state: 'queued' })
  })

  test('runs are listed newest first, by tool and by state', async () => {
    const world = open()
    const first = await world.enqueue()
    const second = await world.enqueue({ tool: 'tune_model' })
    const ids = async (options: Parameters<Runs['list']>[1]): Promise<string[]> =>
      (await world.runs.list(workspace, options)).map((run) => run.id)
    expect(await ids({})).toEqual([second, first])
    expect(await ids({ limit: 1 })).toEqual([second])
    expect(await ids({ tool: 'train_model' })).toEqual([first])
    expect(await ids({ state: 'failed' })).toEqual([])
  })

  test('progress is told at once and kept in the row', async () => {
    const world = open()
    await world.runs.work(async (delivery) => {
      delivery.progress({ fraction: 0.25, message: 'Fold 1 of 4' })
      delivery.progress({ fraction: 0.5, message: 'Fold 2 of 4' })
      while ((await world.runs.get(delivery.run.id, workspace)).progress?.fraction !== 0.5) await new Promise((go) => setTimeout(go, 20))
      await succeed(world.runs)(delivery)
    })
    expect(await world.ended(await world.enqueue())).toMatchObject({ progress: { fraction: 0.5, message: 'Fold 2 of 4' } })
    expect(world.seen.flatMap((event) => (event.type === 'run' && event.progress ? [event.progress.fraction] : []))).toEqual([0.25, 0.5])
  })

  test('what a caller sent must be storable; what code found is repaired', async () => {
    const world = open()
    await expect(world.enqueue({ input: { name: 'a\0b' } })).rejects.toMatchObject({ code: 'invalid_input' })
    await world.runs.work(({ run }) => db.transaction((tx) => world.runs.succeed(tx, run.id, { content: 'a\0b', data: null })))
    expect(await world.ended(await world.enqueue())).toMatchObject({ result: { content: 'a\ufffdb' } })
  })
})
