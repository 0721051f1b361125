/** Runs being performed in this process: each under a lease, until its code ends and its end is written. */
import { AsyncLocalStorage } from 'node:async_hooks'
import type { Database } from '../database/database.ts'
import type { Events } from '../events.ts'
import { asFault, Fault } from '../fault.ts'
import type { Log } from '../platform.ts'
import type { TicketQueue } from './boss.ts'
import { renewLeases } from './leases.ts'
import { createProgressReport } from './progress.ts'
import { failHeldRun, findRun, giveBackRun, type Hold, writeProgress } from './record.ts'
import type { Delivery, Run } from './runs.ts'

export type Perform = (delivery: Delivery) => Promise<void>

export interface DeliveryParts {
  readonly db: Database
  readonly queue: TicketQueue
  readonly events: Events
  readonly log: Log
  readonly now: () => Date
  readonly owner: string
  readonly leaseMs: number
  /** How long code may take to end after it was told to, before its run is given back without it. */
  readonly lastMs: number
  /** A run ended and its slot is free. */
  readonly onFree: () => void
}

export interface Deliveries {
  count(): number
  /** Takes a run this process has just claimed. */
  deliver(run: Run, perform: Perform): void
  /** Tells the code of a run to stop, if it is performed here. */
  abort(id: string): void
  renew(): Promise<void>
  /** Lets what runs end for `graceMs`; then aborts it and gives it back to the queue. */
  drain(graceMs: number): Promise<void>
}

type Reason = 'cancel' | 'shutdown' | 'lost'

interface Held extends Hold {
  readonly run: Run
  readonly controller: AbortController
  renewedAt: number
  reason: Reason | undefined
  ended: Promise<void>
}

export function createDeliveries(parts: DeliveryParts): Deliveries {
  const { log, onFree, owner, leaseMs, lastMs, db } = parts
  const held = new Map<string, Held>()

  return {
    count: () => held.size,
    deliver: (run, perform) => {
      const hold = holdOf(run, owner)
      held.set(run.id, hold)
      publish(parts.events, run)
      hold.ended = performHeld(parts, hold, perform)
        .catch((error: unknown) => log.error({ run: run.id, error }, 'The end of a run could not be written; its lease will run out.'))
        .finally(() => {
          if (held.get(run.id) === hold) held.delete(run.id)
          onFree()
        })
    },
    abort: (id) => {
      const hold = held.get(id)
      if (hold) abort(hold, 'cancel')
    },
    renew: async () => {
      const all = [...held.values()]
      if (all.length === 0) return
      try {
        await renewAll(parts, all)
      } finally {
        for (const hold of all) if (db.kind === 'server' && performance.now() - hold.renewedAt > leaseMs) abort(hold, 'lost')
      }
    },
    drain: async (graceMs) => {
      await allEnded(held, graceMs)
      for (const hold of held.values()) abort(hold, 'shutdown')
      await allEnded(held, lastMs)
      for (const hold of held.values()) await giveBack(parts, hold)
    },
  }
}

function holdOf(run: Run, owner: string): Held {
  return {
    id: run.id,
    attempt: run.attempt,
    owner,
    run,
    controller: new AbortController(),
    renewedAt: performance.now(),
    reason: undefined,
    ended: Promise.resolve(),
  }
}

async function performHeld(parts: DeliveryParts, hold: Held, perform: Perform): Promise<void> {
  const { db, events, log } = parts
  const { run, controller } = hold
  // Progress may be told inside a transaction, and is written outside of it.
  const outside = AsyncLocalStorage.snapshot()
  const progress = createProgressReport(run, {
    publish: ({ id, workspace, tool, state }, told) => events.publish({ type: 'run', workspace, run: id, tool, state, progress: told }),
    write: (told) => outside(() => writeProgress(db, hold, told)),
  })
  const unended = new Fault('internal', `Run ${run.id} of ${run.tool} ended without a result.`)
  const fault = await perform({ run, signal: controller.signal, progress: progress.report }).then(
    () => unended,
    (error: unknown) => {
      if (!(error instanceof Fault)) log.error({ run: run.id, tool: run.tool, error }, 'A run failed unexpectedly.')
      return asFault(error)
    },
  )
  progress.close()
  await conclude(parts, hold, fault)
}

/** A run that succeeded is not touched by any of this: its row is not running any more. */
async function conclude(parts: DeliveryParts, hold: Held, fault: Fault): Promise<void> {
  const { db, events, now } = parts
  if (hold.reason === 'lost') return
  if (hold.reason === 'shutdown') await giveBack(parts, hold)
  else await failHeldRun(db, hold, { fault: hold.reason === 'cancel' ? cancelled(hold.run) : fault, now: now() })
  publish(events, await findRun(db, hold.id, hold.run.workspace))
}

async function giveBack({ db, queue }: DeliveryParts, hold: Held): Promise<void> {
  await db.transaction(async (tx) => {
    if (await giveBackRun(tx, hold)) await queue.push(tx, hold.id, hold.attempt)
  })
}

async function renewAll({ db, leaseMs }: DeliveryParts, all: readonly Held[]): Promise<void> {
  const asked = performance.now()
  const { kept, cancelled: toCancel } = await renewLeases(db, all, { leaseMs })
  for (const hold of all) {
    if (toCancel.has(hold.id)) abort(hold, 'cancel')
    else if (!kept.has(hold.id)) abort(hold, 'lost')
    hold.renewedAt = asked
  }
}

function abort(hold: Held, reason: Reason): void {
  hold.reason ??= reason
  hold.controller.abort(new Fault('cancelled', `Run ${hold.id} of ${hold.run.tool} has to stop: ${words[hold.reason]}.`))
}

const words: Readonly<Record<Reason, string>> = {
  cancel: 'it was cancelled',
  shutdown: 'this process is going down, and the run goes back to the queue',
  lost: 'another process has taken it over, or it has ended',
}

const cancelled = (run: Run): Fault => new Fault('cancelled', `Run ${run.id} of ${run.tool} was cancelled.`)

/** Tells listeners what state a run is in now. */
export function publish(events: Events, run: Pick<Run, 'id' | 'workspace' | 'tool' | 'state'>): void {
  events.publish({ type: 'run', workspace: run.workspace, run: run.id, tool: run.tool, state: run.state })
}

async function allEnded(held: ReadonlyMap<string, Held>, ms: number): Promise<void> {
  const late = Promise.withResolvers<void>()
  const timer = setTimeout(late.resolve, ms)
  await Promise.race([Promise.all([...held.values()].map((hold) => hold.ended)), late.promise])
  clearTimeout(timer)
}
