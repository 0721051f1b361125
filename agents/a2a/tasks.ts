/** Tasks in the database: each belongs to its caller, and one process at a time works on it, by a lease. */
import { z } from 'zod'
import { type Caller, roles } from '../../platform/caller.ts'
import type { Queryable } from '../../platform/database/database.ts'
import { isSettled, isTerminal, type ListRequest, type State, states, type Task } from './wire.ts'

/** A task with who asked for it and the approvals that it waits for. */
export interface Kept {
  readonly task: Task
  readonly caller: Caller
  readonly waiting: readonly string[]
}

/** How long a process may be silent before another takes its task over. */
export const leaseMs = 15_000

interface Row {
  readonly task: string
  readonly context: string
  readonly document: unknown
  readonly waiting: unknown
  readonly caller: unknown
}

const columns = 'task, context, document, waiting, caller'

/** As this process wrote them; parsed again because an older version may have. */
const document = z.custom<Pick<Task, 'status' | 'artifacts' | 'history' | 'metadata'>>(
  (value) =>
    z
      .object({ status: z.object({ state: z.enum(states) }), artifacts: z.array(z.unknown()), history: z.array(z.unknown()) })
      .safeParse(value).success,
)
const callerOf = z.object({
  id: z.string(),
  name: z.string(),
  kind: z.literal('agent'),
  role: z.enum(roles),
  workspace: z.string(),
  channel: z.literal('a2a'),
  tools: z.array(z.string()).optional(),
})

function keptOf(row: Row): Kept {
  const { tools, ...caller } = callerOf.parse(row.caller)
  return {
    task: { id: row.task, contextId: row.context, ...document.parse(row.document) },
    caller: { ...caller, ...(tools === undefined ? {} : { tools }) },
    waiting: z.array(z.string()).parse(row.waiting),
  }
}

const documentOf = ({ status, artifacts, history, metadata }: Task): string => JSON.stringify({ status, artifacts, history, metadata })

/** The same message again gives the task it made or belongs to; `digest` tells whether it is the same. */
export async function knownMessage(
  db: Queryable,
  { workspace, id }: Caller,
  message: string,
): Promise<{ readonly task: string; readonly digest: string } | undefined> {
  const { rows } = await db.query<{ task: string; digest: string }>(
    'select task, digest from agents_a2a_messages where workspace = $1 and owner = $2 and message = $3',
    [workspace, id, message],
  )
  return rows[0]
}

/** False when another request has told the same message in the meantime. */
export async function recordMessage(
  tx: Queryable,
  { workspace, id }: Caller,
  told: { readonly message: string; readonly digest: string; readonly task: string },
): Promise<boolean> {
  const { rowCount } = await tx.query(
    `insert into agents_a2a_messages (workspace, owner, message, digest, task) values ($1, $2, $3, $4, $5)
     on conflict do nothing`,
    [workspace, id, told.message, told.digest, told.task],
  )
  return rowCount === 1
}

/** With a lease for this process; together with `recordMessage` in one transaction. */
export async function insertTask(tx: Queryable, { task, caller }: Pick<Kept, 'task' | 'caller'>): Promise<void> {
  await tx.query(
    `insert into agents_a2a_tasks (workspace, owner, task, context, state, document, caller, lease_until, updated_at)
     values ($1, $2, $3, $4, $5, $6::jsonb, $7::jsonb, now() + $8 * interval '1 millisecond', $9)`,
    [
      ...[caller.workspace, caller.id, task.id, task.contextId, task.status.state, documentOf(task)],
      ...[JSON.stringify(caller), leaseMs, task.status.timestamp],
    ],
  )
}

/** Undefined where there is none, or it is somebody else's. */
export async function loadTask(
  db: Queryable,
  { workspace, id }: Pick<Caller, 'workspace' | 'id'>,
  task: string,
): Promise<Kept | undefined> {
  const { rows } = await db.query<Row>(`select ${columns} from agents_a2a_tasks where workspace = $1 and owner = $2 and task = $3`, [
    ...[workspace, id, task],
  ])
  return rows[0] && keptOf(rows[0])
}

/** False when it has ended meanwhile (somebody cancelled it): what ended stays as it is. */
export async function saveTask(db: Queryable, { task, caller, waiting }: Kept): Promise<boolean> {
  const { rowCount } = await db.query(
    `update agents_a2a_tasks set state = $3, document = $4::jsonb, waiting = $5::jsonb, updated_at = $6, lease_until = now() + $7 * interval '1 millisecond'
     where workspace = $1 and task = $2 and state not in (${terminalList})`,
    [
      caller.workspace,
      task.id,
      task.status.state,
      documentOf(task),
      JSON.stringify(waiting),
      task.status.timestamp,
      isSettled(task.status.state) ? 0 : leaseMs,
    ],
  )
  return rowCount === 1
}

const terminalList = states
  .filter(isTerminal)
  .map((state) => `'${state}'`)
  .join(', ')

/** False when it is not being worked on any more. */
export async function holdTask(db: Queryable, { task, caller }: Pick<Kept, 'task' | 'caller'>): Promise<boolean> {
  const { rowCount } = await db.query(
    `update agents_a2a_tasks set lease_until = now() + $3 * interval '1 millisecond'
     where workspace = $1 and task = $2 and state in ('TASK_STATE_SUBMITTED', 'TASK_STATE_WORKING')`,
    [caller.workspace, task.id, leaseMs],
  )
  return rowCount === 1
}

/** For the process that stops: another may go on at once. */
export async function letGoOfTask(db: Queryable, { task, caller }: Pick<Kept, 'task' | 'caller'>): Promise<void> {
  await db.query("update agents_a2a_tasks set lease_until = now() - interval '1 second' where workspace = $1 and task = $2", [
    caller.workspace,
    task.id,
  ])
}

/** From waiting for somebody to working, for one process only; false when another has it. */
export async function takeTask(db: Queryable, { task, caller }: Pick<Kept, 'task' | 'caller'>): Promise<boolean> {
  const { rowCount } = await db.query(
    `update agents_a2a_tasks set state = 'TASK_STATE_WORKING', waiting = '[]', lease_until = now() + $3 * interval '1 millisecond'
     where workspace = $1 and task = $2 and state in ('TASK_STATE_INPUT_REQUIRED', 'TASK_STATE_AUTH_REQUIRED')`,
    [caller.workspace, task.id, leaseMs],
  )
  return rowCount === 1
}

/** Tasks of all workspaces whose process is gone, now this one's. */
export async function takeAbandoned(db: Queryable): Promise<readonly Kept[]> {
  const { rows } = await db.query<Row>(
    `update agents_a2a_tasks set lease_until = now() + $1 * interval '1 millisecond'
     where (workspace, task) in (
       select workspace, task from agents_a2a_tasks
       where state in ('TASK_STATE_SUBMITTED', 'TASK_STATE_WORKING') and lease_until < now() order by lease_until limit 20 for update skip locked
     )
     returning ${columns}`,
    [leaseMs],
  )
  return rows.map(keptOf)
}

/** Tasks of all workspaces that waited for a person, who has decided all they wait for. */
export async function decidedTasks(db: Queryable): Promise<readonly Kept[]> {
  const { rows } = await db.query<Row>(
    `select ${columns} from agents_a2a_tasks as task_row where state = 'TASK_STATE_INPUT_REQUIRED' and waiting <> '[]'::jsonb
       and not exists (
         select 1 from approvals where approvals.workspace = task_row.workspace and approvals.state = 'pending'
           and approvals.id in (select jsonb_array_elements_text(task_row.waiting)))
     order by lease_until desc limit 100`,
  )
  return rows.map(keptOf)
}

/** Tasks of all workspaces that ended or paused within the last day and whose followers by push were not told, by a process that is gone. */
export async function untoldTasks(db: Queryable): Promise<readonly Kept[]> {
  const { rows } = await db.query<Row>(
    `select ${columns} from agents_a2a_tasks as task_row
     where state not in ('TASK_STATE_SUBMITTED', 'TASK_STATE_WORKING') and lease_until < now() and updated_at > now() - interval '1 day'
       and exists (
         select 1 from agents_a2a_pushes where agents_a2a_pushes.workspace = task_row.workspace and agents_a2a_pushes.task = task_row.task
           and told <> task_row.document -> 'status' ->> 'timestamp')
     order by updated_at limit 100`,
  )
  return rows.map(keptOf)
}

/** Newest first; the token of the next page is where this one ended. */
export async function listTasks(
  db: Queryable,
  { workspace, id }: Caller,
  asked: Pick<ListRequest, 'contextId' | 'statusTimestampAfter'> & {
    readonly state: State | undefined
    readonly size: number
    readonly after: readonly [string, string] | undefined
  },
): Promise<{ readonly tasks: readonly Task[]; readonly total: number }> {
  const { contextId = null, state = null, statusTimestampAfter = null, after, size } = asked
  const filter = `workspace = $1 and owner = $2 and ($3::text is null or context = $3) and ($4::text is null or state = $4)
    and ($5::timestamptz is null or updated_at >= $5)`
  const values = [workspace, id, contextId, state, statusTimestampAfter]
  const { rows } = await db.query<Row>(
    `select ${columns} from agents_a2a_tasks where ${filter} and ($6::timestamptz is null or (updated_at, task) < ($6, $7::text))
     order by updated_at desc, task desc limit $8`,
    [...values, after?.[0] ?? null, after?.[1] ?? null, size],
  )
  const { rows: counted } = await db.query<{ total: string }>(`select count(*) as total from agents_a2a_tasks where ${filter}`, values)
  return { tasks: rows.map((row) => keptOf(row).task), total: Number(counted[0]?.total ?? 0) }
}
