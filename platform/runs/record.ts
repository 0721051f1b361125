/** The row of a run: every change of its state is one statement here, and each names the state it starts from. */
import type { Caller } from '../caller.ts'
import type { Queryable } from '../database/database.ts'
import { Fault } from '../fault.ts'
import { jsonText, repairedJsonText } from '../json-text.ts'
import type { NewRun, Run, RunProgress, RunState } from './runs.ts'

interface RunRow {
  readonly id: string
  readonly workspace: string
  readonly tool: string
  readonly input: unknown
  readonly caller: Caller
  readonly origins: unknown
  readonly state: RunState
  readonly attempt: number
  readonly progress: RunProgress | null
  readonly result: unknown
  readonly error: { readonly code: string; readonly message: string } | null
  readonly approval: string | null
  readonly parent: string | null
  readonly created_at: Date
  readonly started_at: Date | null
  readonly ended_at: Date | null
}

/** Who holds a delivery: the process, and which delivery of the run it is. An older holder can change nothing. */
export interface Hold {
  readonly id: string
  readonly attempt: number
  readonly owner: string
}

const columns =
  'id, workspace, tool, input, caller, origins, state, attempt, progress, result, error, approval, parent, created_at, started_at, ended_at'
const held = "id = $1 and state = 'running' and attempt = $2 and lease_owner = $3"
const released = 'lease_owner = null, lease_until = null'

export async function insertRun(tx: Queryable, run: NewRun, now: Date): Promise<void> {
  await tx.query(
    `insert into runs (id, workspace, tool, input, caller, origins, state, approval, parent, step, created_at)
     values ($1, $2, $3, $4::jsonb, $5::jsonb, $6::jsonb, $7, $8, $9, $10, $11)`,
    [
      run.id,
      run.caller.workspace,
      run.tool,
      jsonText(run.input, 'The input'),
      JSON.stringify(run.caller),
      jsonText(run.origins ?? {}, 'The origins'),
      run.approval === undefined ? 'queued' : 'waiting',
      run.approval ?? null,
      run.parent ?? null,
      run.step ?? null,
      now,
    ],
  )
}

/** queued -> running, with a lease; undefined when it is not queued (any more). */
export async function claimRun(
  tx: Queryable,
  id: string,
  { owner, leaseMs, now }: { readonly owner: string; readonly leaseMs: number; readonly now: Date },
): Promise<Run | undefined> {
  const { rows } = await tx.query<RunRow>(
    `update runs set state = 'running', attempt = attempt + 1, started_at = coalesce(started_at, $2),
       lease_owner = $3, lease_until = now() + $4 * interval '1 millisecond'
     where id = $1 and state = 'queued' returning ${columns}`,
    [id, now, owner, leaseMs],
  )
  return rows.map(runOf)[0]
}

/** waiting -> queued. Throws `conflict` when it does not wait. */
export async function releaseRun(tx: Queryable, id: string): Promise<Run> {
  const { rows } = await tx.query<RunRow>(`update runs set state = 'queued' where id = $1 and state = 'waiting' returning ${columns}`, [id])
  const [row] = rows
  if (row) return runOf(row)
  throw new Fault('conflict', `Run ${id} does not wait for an approval (any more); look at its state.`)
}

/** running -> waiting for this approval. Throws `cancelled` when this process does not hold the run. */
export async function parkRun(
  tx: Queryable,
  { id, owner, approval }: { readonly id: string; readonly owner: string; readonly approval: string },
): Promise<void> {
  const { rowCount } = await tx.query(
    `update runs set state = 'waiting', approval = $3, ${released} where id = $1 and state = 'running' and lease_owner = $2`,
    [id, owner, approval],
  )
  if (rowCount === 0) throw new Fault('cancelled', `Run ${id} is not held by this process any more.`)
}

/** running -> succeeded. Throws `cancelled` when this process does not hold the run, so that the effect rolls back. */
export async function succeedRun(
  tx: Queryable,
  { id, owner, result, now }: { readonly id: string; readonly owner: string; readonly result: unknown; readonly now: Date },
): Promise<void> {
  const { rowCount } = await tx.query(
    `update runs set state = 'succeeded', result = $3::jsonb, error = null, ended_at = $4, ${released}
     where id = $1 and state = 'running' and lease_owner = $2`,
    [id, owner, repairedJsonText(result), now],
  )
  if (rowCount === 0) throw new Fault('cancelled', `Run ${id} is not held by this process any more, so its effect was not kept.`)
}

/** Any open state -> failed or cancelled. False when it had ended already. An approval it waited for is not wanted any more. */
export async function failRun(tx: Queryable, id: string, { fault, now }: { readonly fault: Fault; readonly now: Date }): Promise<boolean> {
  const { rowCount } = await tx.query(
    `update runs set state = $2, error = $3::jsonb, ended_at = $4, ${released}
     where id = $1 and state in ('queued', 'running', 'waiting')`,
    [id, endState(fault), errorText(fault), now],
  )
  if (rowCount > 0)
    await tx.query("update approvals set state = 'expired', decided_at = $2 where run = $1 and state = 'pending'", [id, now])
  return rowCount > 0
}

/** As `failRun`, for the holder of a delivery only. */
export async function failHeldRun(
  db: Queryable,
  hold: Hold,
  { fault, now }: { readonly fault: Fault; readonly now: Date },
): Promise<boolean> {
  const { rowCount } = await db.query(`update runs set state = $4, error = $5::jsonb, ended_at = $6, ${released} where ${held}`, [
    hold.id,
    hold.attempt,
    hold.owner,
    endState(fault),
    errorText(fault),
    now,
  ])
  return rowCount > 0
}

/** running -> queued, by its holder: a shutdown is no crash. */
export async function giveBackRun(tx: Queryable, hold: Hold): Promise<boolean> {
  const { rowCount } = await tx.query(`update runs set state = 'queued', ${released} where ${held}`, [hold.id, hold.attempt, hold.owner])
  return rowCount > 0
}

/** queued or waiting -> cancelled; a running one is only asked. Undefined when it had ended already. */
export async function requestCancel(
  tx: Queryable,
  { id, workspace, now }: { readonly id: string; readonly workspace: string; readonly now: Date },
): Promise<Run | undefined> {
  const fault = new Fault('cancelled', `Run ${id} was cancelled before it started.`)
  const asked = await tx.query<RunRow>(
    `update runs set cancel_requested = true
     where id = $1 and workspace = $2 and state in ('queued', 'running', 'waiting') returning ${columns}`,
    [id, workspace],
  )
  const run = asked.rows.map(runOf)[0]
  if (run && run.state !== 'running') await failRun(tx, id, { fault, now })
  return run
}

export async function writeProgress(db: Queryable, hold: Hold, progress: RunProgress): Promise<void> {
  await db.query(`update runs set progress = $4::jsonb where ${held}`, [hold.id, hold.attempt, hold.owner, repairedJsonText(progress)])
}

export async function findRun(db: Queryable, id: string, workspace: string): Promise<Run> {
  const { rows } = await db.query<RunRow>(`select ${columns} from runs where id = $1 and workspace = $2`, [id, workspace])
  const [row] = rows
  if (!row) throw new Fault('not_found', `There is no run '${id}' in workspace '${workspace}'; list the runs to see their ids.`)
  return runOf(row)
}

/** Newest first. */
export async function listRuns(
  db: Queryable,
  workspace: string,
  { tool, state, limit = 100 }: { readonly tool?: string; readonly state?: RunState; readonly limit?: number },
): Promise<readonly Run[]> {
  const { rows } = await db.query<RunRow>(
    `select ${columns} from runs
     where workspace = $1 and ($2::text is null or tool = $2) and ($3::text is null or state = $3)
     order by created_at desc, id desc limit $4`,
    [workspace, tool ?? null, state ?? null, limit],
  )
  return rows.map(runOf)
}

/** Ids of queued runs made before `before`, oldest first. */
export async function queuedRuns(
  db: Queryable,
  { before, most }: { readonly before: Date; readonly most: number },
): Promise<readonly string[]> {
  const { rows } = await db.query<{ id: string }>(
    "select id from runs where state = 'queued' and created_at <= $1 order by created_at, id limit $2",
    [before, most],
  )
  return rows.map(({ id }) => id)
}

const endState = (fault: Fault): RunState => (fault.code === 'cancelled' ? 'cancelled' : 'failed')
const errorText = ({ code, message }: Fault): string => repairedJsonText({ code, message })

function runOf(row: RunRow): Run {
  const { id, workspace, tool, input, caller, origins, state, attempt, progress, result, error, approval, parent } = row
  return {
    id,
    workspace,
    tool,
    input,
    caller,
    origins,
    state,
    attempt,
    progress,
    result,
    error,
    approval,
    parent,
    createdAt: row.created_at,
    startedAt: row.started_at,
    endedAt: row.ended_at,
  }
}
