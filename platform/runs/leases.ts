/** Leases: a running run belongs to a process only as long as that process says so every few seconds. */
import { expireApprovals, expirySentence } from '../approvals/expiry.ts'
import type { Queryable } from '../database/database.ts'
import { Fault } from '../fault.ts'
import { repairedJsonText } from '../json-text.ts'
import { failRun, type Hold } from './record.ts'
import type { RunState } from './runs.ts'

/** A run that changed state, as an event tells it. */
export interface Moved {
  readonly id: string
  readonly workspace: string
  readonly tool: string
  readonly state: RunState
  readonly attempt: number
}

export interface Renewed {
  /** Held still, and nobody asked to stop. */
  readonly kept: ReadonlySet<string>
  readonly cancelled: ReadonlySet<string>
}

/** Those not named in the answer are lost: ended elsewhere, or claimed by another process. */
export async function renewLeases(db: Queryable, holds: readonly Hold[], { leaseMs }: { readonly leaseMs: number }): Promise<Renewed> {
  const { rows } = await db.query<{ id: string; cancel_requested: boolean }>(
    `update runs set lease_until = now() + $4 * interval '1 millisecond'
     from unnest($1::text[], $2::integer[]) as hold (id, attempt)
     where runs.id = hold.id and runs.attempt = hold.attempt and runs.lease_owner = $3 and runs.state = 'running'
     returning runs.id, runs.cancel_requested`,
    [holds.map(({ id }) => id), holds.map(({ attempt }) => attempt), holds[0]?.owner ?? '', leaseMs],
  )
  const ids = (cancelled: boolean): ReadonlySet<string> =>
    new Set(rows.filter((row) => row.cancel_requested === cancelled).map(({ id }) => id))
  return { kept: ids(false), cancelled: ids(true) }
}

/**
 * Runs whose holder went silent: back to the queue, or to their end when they were cancelled meanwhile or have taken
 * down `mostCrashes` processes. With `everyone`, whatever is running has no holder (a database with one owner, at its start).
 */
export async function reclaimRuns(
  tx: Queryable,
  request: { readonly owner: string; readonly everyone: boolean; readonly mostCrashes: number; readonly now: Date },
): Promise<readonly Moved[]> {
  const { owner, everyone, mostCrashes, now } = request
  const cancelled = { code: 'cancelled', message: 'The run was cancelled.' }
  const crashed = {
    code: 'internal',
    message: `The run ended its process ${mostCrashes} times and is not tried again. Give it less data or more memory, then call it again.`,
  }
  const { rows } = await tx.query<Moved>(
    `update runs set
       state = case when cancel_requested then 'cancelled' when crashes + 1 >= $3 then 'failed' else 'queued' end,
       error = case when cancel_requested then $4::jsonb when crashes + 1 >= $3 then $5::jsonb end,
       ended_at = case when cancel_requested or crashes + 1 >= $3 then $6::timestamptz end,
       crashes = crashes + 1, lease_owner = null, lease_until = null
     where id in (
       select id from runs
       where state = 'running' and ($1 or (lease_owner <> $2 and lease_until < now()))
       order by created_at limit 100 for update skip locked)
     returning id, workspace, tool, state, attempt`,
    [everyone, owner, mostCrashes, repairedJsonText(cancelled), repairedJsonText(crashed), now],
  )
  return rows
}

/** Runs that wait for an approval which nobody gave in time end. */
export async function endUnapproved(tx: Queryable, now: Date): Promise<readonly Moved[]> {
  const moved: Moved[] = []
  for (const { id, run, workspace, tool } of await expireApprovals(tx, now)) {
    const ended = await failRun(tx, run, { fault: new Fault('not_allowed', expirySentence(id)), now })
    if (ended) moved.push({ id: run, workspace, tool, state: 'failed', attempt: 0 })
  }
  return moved
}
