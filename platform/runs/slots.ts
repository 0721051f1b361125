/** Slots for runs at once: a queued run is claimed only when there is a slot for it, and a slot that gets free is filled. */
import type { Database, Queryable } from '../database/database.ts'
import { ticketId } from './boss.ts'
import { createDeliveries, type Deliveries, type Perform } from './deliveries.ts'
import { claimRun } from './record.ts'
import type { Run } from './runs.ts'
import type { WorkerParts } from './work.ts'

export interface Slots {
  readonly deliveries: Deliveries
  free(): number
  /** Claims these as slots get free. */
  enlist(ids: readonly string[]): void
  /** Asks the queue for as many as there are free slots. */
  poll(): Promise<void>
  open(perform: Perform): void
  /** No more claims; resolves when those under way have ended. */
  close(): Promise<void>
}

export function createSlots(parts: WorkerParts): Slots {
  const { queue, log, rhythm } = parts
  const enlisted = new Set<string>()
  let perform: Perform | undefined
  /** The queue gave as many tickets as it was asked for, so it has more. */
  let backlog = false

  const deliver = (run: Run): void => {
    if (perform) deliveries.deliver(run, perform)
  }
  const claims = createClaims(parts.db, deliver)
  const free = (): number => (perform === undefined ? 0 : rhythm.concurrency - deliveries.count() - claims.slots())
  const complain = (error: unknown): void => log.warn({ error }, 'A run could not be claimed; the sweep will find it.')

  const poll = async (): Promise<void> => {
    const count = free()
    backlog = false
    if (count <= 0) return
    await claims.make(count, async (tx) => {
      const tickets = await queue.take(tx, count)
      backlog = tickets.length === count
      const runs: Run[] = []
      for (const { run } of tickets) runs.push(...(await claim(parts, tx, run)))
      await queue.tearUp(
        tx,
        tickets.map(({ id }) => id),
      )
      return runs
    })
  }
  const pump = (): void => {
    for (const id of enlisted) {
      if (free() <= 0) return
      enlisted.delete(id)
      claims
        .make(1, (tx) => claim(parts, tx, id))
        .catch(complain)
        .finally(pump)
    }
    if (backlog && free() > 0) poll().catch(complain)
  }
  const deliveries = createDeliveries({ ...parts, leaseMs: rhythm.leaseMs, lastMs: rhythm.lastMs, onFree: pump })
  return {
    deliveries,
    free,
    poll,
    enlist: (ids) => {
      if (perform === undefined) return
      for (const id of ids) enlisted.add(id)
      pump()
    },
    open: (given) => {
      perform = given
    },
    close: async () => {
      enlisted.clear()
      await claims.ended()
      perform = undefined
    },
  }
}

interface Claims {
  /** Slots kept for claims under way. */
  slots(): number
  /** Keeps `count` slots while `claim` finds runs for them. */
  make(count: number, claim: (tx: Queryable) => Promise<readonly Run[]>): Promise<void>
  ended(): Promise<void>
}

function createClaims(db: Database, deliver: (run: Run) => void): Claims {
  const underWay = new Set<Promise<void>>()
  let slots = 0
  return {
    slots: () => slots,
    make: async (count, claim) => {
      slots += count
      const made = db.transaction(claim).then((runs) => {
        for (const run of runs) deliver(run)
      })
      underWay.add(made)
      try {
        await made
      } finally {
        underWay.delete(made)
        slots -= count
      }
    },
    ended: async () => {
      await Promise.allSettled(underWay)
    },
  }
}

/** The run, now held here; none when it is not queued (any more). Its ticket is torn up with the claim. */
async function claim({ queue, owner, now, rhythm }: WorkerParts, tx: Queryable, id: string): Promise<readonly Run[]> {
  const run = await claimRun(tx, id, { owner, leaseMs: rhythm.leaseMs, now: now() })
  if (!run) return []
  await queue.tearUp(tx, [ticketId(id, run.attempt - 1)])
  return [run]
}
