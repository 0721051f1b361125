/** Durable runs, put together: the record, the journal, the queue and the worker behind one face. */
import type { Database } from '../database/database.ts'
import type { Events } from '../events.ts'
import type { Log } from '../platform.ts'
import { createTicketQueue } from './boss.ts'
import { publish } from './deliveries.ts'
import { journalStep, recallStep } from './journal.ts'
import { failRun, findRun, insertRun, listRuns, parkRun, releaseRun, requestCancel, succeedRun } from './record.ts'
import type { NewRun, Runs } from './runs.ts'
import { createSchedules, runsDue } from './schedules.ts'
import { untilSettled } from './settled.ts'
import { createWorker, type Rhythm } from './work.ts'

export interface RunsOptions extends Partial<Rhythm> {
  readonly db: Database
  readonly events: Events
  readonly log: Log
  readonly now: () => Date
  /** Names this process among those that hold runs; never the same twice. */
  readonly owner: string
}

const defaultRhythm: Rhythm = { concurrency: 4, leaseMs: 15_000, pollMs: 1_000, sweepMs: 5_000, lastMs: 3_000, mostCrashes: 20 }

export function createRuns({ db, events, log, now, owner, ...given }: RunsOptions): Runs {
  const queue = createTicketQueue({ db, log })
  /** Queued by this process and perhaps not committed yet. */
  const fresh: Pick<NewRun, 'id' | 'tool' | 'caller'>[] = []
  const create: Runs['create'] = async (tx, run) => {
    await insertRun(tx, run, now())
    if (run.approval !== undefined) return
    await queue.push(tx, run.id, 0)
    fresh.push(run)
  }
  const createDue: Parameters<typeof createWorker>[0]['createDue'] = async (tx) => {
    const due = await runsDue(tx, queue)
    for (const run of due) await insertRun(tx, run, now())
    return due.map(({ id }) => id)
  }
  const worker = createWorker({ db, queue, events, log, now, owner, createDue, rhythm: { ...defaultRhythm, ...given } })
  const get: Runs['get'] = (id, workspace) => findRun(db, id, workspace)

  return {
    create,
    schedules: createSchedules(queue),
    wake: () => {
      const made = fresh.splice(0)
      for (const { id, tool, caller } of made) publish(events, { id, tool, workspace: caller.workspace, state: 'queued' })
      worker.enlist(made.map(({ id }) => id))
    },
    release: async (tx, id) => {
      const { tool, caller, attempt } = await releaseRun(tx, id)
      await queue.push(tx, id, attempt)
      fresh.push({ id, tool, caller })
    },
    park: (tx, id, approval) => parkRun(tx, { id, owner, approval }),
    succeed: (tx, id, result) => succeedRun(tx, { id, owner, result, now: now() }),
    fail: async (tx, id, fault) => {
      await failRun(tx, id, { fault, now: now() })
    },
    get,
    list: (workspace, options = {}) => listRuns(db, workspace, options),
    cancel: async (id, workspace) => {
      const before = await db.transaction((tx) => requestCancel(tx, { id, workspace, now: now() }))
      if (before?.state === 'running') worker.abort(id)
      const run = await get(id, workspace)
      if (before) publish(events, run)
      return run
    },
    settled: (id, workspace, { ms, signal }) =>
      untilSettled({ id, events, ms, signal, read: () => get(id, workspace), lookMs: db.kind === 'embedded' ? 2_000 : 500 }),
    recall: (id, step) => recallStep(db, id, step),
    journal: journalStep,
    work: (perform) => worker.start(perform),
    stop: (graceMs = 2_000) => worker.stop(graceMs),
  }
}
