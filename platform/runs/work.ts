/**
 * The worker's rhythm. What this process queued it starts at once; the rest it finds by asking the queue, and by a sweep
 * for what fell through: runs whose process died, and rows whose ticket went missing.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import type { Database, Queryable } from '../database/database.ts'
import type { Events } from '../events.ts'
import type { Log } from '../platform.ts'
import type { TicketQueue } from './boss.ts'
import { type Perform, publish } from './deliveries.ts'
import { endUnapproved, reclaimRuns } from './leases.ts'
import { queuedRuns } from './record.ts'
import { type Repeating, repeat } from './repeat.ts'
import { createSlots } from './slots.ts'

export interface Rhythm {
  /** Runs at once in this process. */
  readonly concurrency: number
  /** How long a silent holder keeps its run; it is renewed five times in that time. */
  readonly leaseMs: number
  readonly pollMs: number
  readonly sweepMs: number
  /** How long code may take to end after it was told to stop. */
  readonly lastMs: number
  /** Processes one run may take down before it is failed. */
  readonly mostCrashes: number
}

export interface WorkerParts {
  readonly db: Database
  readonly queue: TicketQueue
  readonly events: Events
  readonly log: Log
  readonly now: () => Date
  readonly owner: string
  readonly rhythm: Rhythm
  /** Makes runs of what the clock has sent; their ids. */
  readonly createDue: (tx: Queryable) => Promise<readonly string[]>
}

export interface Worker {
  start(perform: Perform): Promise<void>
  /** Claims these as slots get free. */
  enlist(ids: readonly string[]): void
  abort(id: string): void
  stop(graceMs: number): Promise<void>
}

export function createWorker(parts: WorkerParts): Worker {
  const { db, queue, now, rhythm, createDue } = parts
  // Work belongs to no call: it starts outside of whatever transaction or span happened to wake it.
  const atRoot = AsyncLocalStorage.snapshot()
  const slots = createSlots(parts)
  const complain = (error: unknown): void => parts.log.warn({ error }, 'The queue of runs could not be read or written; it is tried again.')
  const claiming: Repeating[] = []
  let renewing: Repeating | undefined

  const sweep = async (): Promise<void> => {
    await reclaim(parts, false)
    slots.enlist(await db.transaction(createDue))
    const before = new Date(now().getTime() - rhythm.sweepMs)
    if (slots.free() > 0) slots.enlist(await queuedRuns(db, { before, most: rhythm.concurrency * 4 }))
  }
  return {
    start: (perform) =>
      atRoot(async () => {
        await queue.open()
        slots.open(perform)
        await reclaim(parts, db.kind === 'embedded')
        slots.enlist(await queuedRuns(db, { before: now(), most: 1_000 }))
        claiming.push(repeat(rhythm.pollMs, slots.poll, complain), repeat(rhythm.sweepMs, sweep, complain))
        renewing = repeat(rhythm.leaseMs / 5, slots.deliveries.renew, complain)
      }),
    enlist: (ids) => atRoot(() => slots.enlist(ids)),
    abort: slots.deliveries.abort,
    stop: (graceMs) =>
      atRoot(async () => {
        await Promise.all(claiming.map((one) => one.stop()))
        await slots.close()
        await slots.deliveries.drain(graceMs)
        await renewing?.stop()
        if (queue.isOpen()) await queue.close()
      }),
  }
}

async function reclaim(parts: WorkerParts, everyone: boolean): Promise<void> {
  const { db, queue, owner, now, rhythm, events } = parts
  const reclaimed = await db.transaction(async (tx) => {
    const moved = await reclaimRuns(tx, { owner, everyone, mostCrashes: rhythm.mostCrashes, now: now() })
    for (const { id, state, attempt } of moved) if (state === 'queued') await queue.push(tx, id, attempt)
    return moved
  })
  const unapproved = await db.transaction((tx) => endUnapproved(tx, now()))
  for (const run of [...reclaimed, ...unapproved]) publish(events, run)
  if (everyone && reclaimed.length > 0) await reclaim(parts, everyone)
}
