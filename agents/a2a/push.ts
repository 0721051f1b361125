/**
 * Push notifications: where the updates of a task are sent besides its streams. Only to hosts on the operator's list, through
 * the one way out; each update a few times, in order, and never more than a few hundred waiting.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { digestOf } from '../../platform/canonical.ts'
import type { Queryable } from '../../platform/database/database.ts'
import { readTarget } from '../../platform/egress/target.ts'
import { asFault, Fault } from '../../platform/fault.ts'
import type { Platform } from '../../platform/platform.ts'
import { type Kept, untoldTasks } from './tasks.ts'
import { type PushTarget, pushTarget, type StreamEvent } from './wire.ts'

export interface PushConfig extends PushTarget {
  readonly id: string
  readonly taskId: string
}

export interface Pushes {
  /** Throws `invalid_input` for an address that cannot be used, `not_allowed` for a host that is not on the list. */
  save(tx: Queryable, kept: Pick<Kept, 'task' | 'caller'>, target: PushTarget): Promise<PushConfig>
  list(kept: Pick<Kept, 'task' | 'caller'>): Promise<readonly PushConfig[]>
  remove(kept: Pick<Kept, 'task' | 'caller'>, id: string): Promise<boolean>
  /** Tells whoever asked for it, later; states and whole artifacts only, not every word. */
  tell(kept: Kept, event: StreamEvent): void
  /** Tells how tasks ended or paused where a process stopped before it could. */
  catchUp(): Promise<void>
  /** Resolves when what waits was sent or given up. */
  close(): Promise<void>
}

export interface PushOptions {
  /** Waits before the second and later tries, in milliseconds. */
  readonly waitsMs?: readonly number[]
}

const mostOfTask = 10
const mostWaiting = 500
const timeoutMs = 10_000

type Named = Pick<Kept, 'task' | 'caller'>

/** At most 500 updates wait in this process; what is dropped then is told as the task's end after the next start. */
export function createPushes(platform: Platform, { waitsMs = [1000, 5000, 25_000] }: PushOptions = {}): Pushes {
  const { db, log } = platform
  const closing = new AbortController()
  /** By task: what is sent about it is sent in order. */
  const queues = new Map<string, Promise<void>>()
  let waiting = 0

  const deliver = async (kept: Kept, event: StreamEvent): Promise<void> => {
    for (const config of await listConfigs(db, kept)) {
      if (platform.halts.current(kept.caller.workspace) !== undefined) return
      await sendWithTries(platform, { config, event, waitsMs, signal: closing.signal }).catch((error: unknown) => {
        const { code } = asFault(error)
        log.warn({ task: kept.task.id, host: readTarget(config.url).host, code }, 'A push notification was given up.')
      })
      if (!closing.signal.aborted) await recordTold(db, config, { kept, event })
    }
  }

  const tell = (kept: Kept, event: StreamEvent): void => {
    if (!isNews(event) || waiting >= mostWaiting) return
    const key = `${kept.caller.workspace}/${kept.task.id}`
    waiting += 1
    const sent = (queues.get(key) ?? Promise.resolve())
      .then(() => (closing.signal.aborted ? undefined : deliver(kept, event)))
      .catch((error: unknown) => log.warn({ error }, 'Push notifications could not be read.'))
      .finally(() => {
        waiting -= 1
        if (queues.get(key) === sent) queues.delete(key)
      })
    queues.set(key, sent)
  }

  return {
    save: (tx, kept, target) => saveConfig(platform, tx, { kept, target }),
    list: (kept) => listConfigs(db, kept),
    remove: async ({ task, caller }, id) => {
      const { rowCount } = await db.query('delete from agents_a2a_pushes where workspace = $1 and task = $2 and config = $3', [
        ...[caller.workspace, task.id, id],
      ])
      return rowCount === 1
    },
    tell,
    catchUp: async () => {
      for (const kept of await untoldTasks(db))
        tell(kept, { statusUpdate: { taskId: kept.task.id, contextId: kept.task.contextId, status: kept.task.status } })
    },
    close: async () => {
      closing.abort(new Fault('unavailable', 'The server is stopping.'))
      await Promise.all(queues.values())
    },
  }
}

/** Words on their way and the progress of tools are for streams. */
function isNews(event: StreamEvent): boolean {
  if ('artifactUpdate' in event) return event.artifactUpdate.lastChunk
  return (
    !('statusUpdate' in event) ||
    event.statusUpdate.status.state !== 'TASK_STATE_WORKING' ||
    event.statusUpdate.status.message === undefined
  )
}

async function saveConfig(
  { listedHosts, newId, audit }: Platform,
  tx: Queryable,
  { kept: { task, caller }, target }: { readonly kept: Named; readonly target: PushTarget },
): Promise<PushConfig> {
  const { host, port } = readTarget(target.url)
  if (!listedHosts.includes({ host, port }))
    throw new Fault(
      'not_allowed',
      `Updates may not be sent to ${host}: agents send only to hosts that the operator listed in MILLRACE_EGRESS_ALLOW. Ask for it there, or follow the task by a stream.`,
    )
  const given = target.id === undefined || target.id === '' ? newId('push') : target.id
  const config = { ...target, id: given, taskId: task.id }
  const { rows } = await tx.query<{ known: string }>(
    'select count(*) as known from agents_a2a_pushes where workspace = $1 and task = $2 and config <> $3',
    [caller.workspace, task.id, given],
  )
  if (Number(rows[0]?.known) >= mostOfTask)
    throw new Fault('invalid_input', `A task has ${mostOfTask} push notification configs at most. Delete one.`)
  await tx.query(
    `insert into agents_a2a_pushes (workspace, task, config, target) values ($1, $2, $3, $4::jsonb)
     on conflict (workspace, task, config) do update set target = excluded.target`,
    [caller.workspace, task.id, given, JSON.stringify(config)],
  )
  audit.later({
    call: newId('call'),
    tool: 'a2a push notification',
    effect: 'egress',
    caller,
    outcome: 'ok',
    digest: digestOf({ task: task.id, host }),
    detail: { task: task.id, host },
  })
  return config
}

const stored = pushTarget.extend({ id: z.string(), taskId: z.string() })

async function listConfigs(db: Queryable, { task, caller }: Named): Promise<readonly PushConfig[]> {
  const { rows } = await db.query<{ target: unknown }>(
    'select target from agents_a2a_pushes where workspace = $1 and task = $2 order by config',
    [caller.workspace, task.id],
  )
  return rows.map(({ target }) => stored.parse(target))
}

/** Sent or given up: it is not tried again after a restart. */
async function recordTold(
  db: Queryable,
  config: PushConfig,
  { kept, event }: { readonly kept: Kept; readonly event: StreamEvent },
): Promise<void> {
  if (!('statusUpdate' in event)) return
  const { timestamp } = event.statusUpdate.status
  await db.query('update agents_a2a_pushes set told = $4 where workspace = $1 and task = $2 and config = $3', [
    ...[kept.caller.workspace, kept.task.id, config.id, timestamp],
  ])
}

interface Delivery {
  readonly config: PushConfig
  readonly event: StreamEvent
  readonly waitsMs: readonly number[]
  readonly signal: AbortSignal
}

async function sendWithTries(platform: Platform, delivery: Delivery): Promise<void> {
  for (const wait of [...delivery.waitsMs, undefined]) {
    try {
      return await sendOnce(platform, delivery)
    } catch (error) {
      if (wait === undefined || delivery.signal.aborted || !isPassing(error)) throw error
      // The next try says that the server is closing.
      await sleep(wait, undefined, { signal: delivery.signal }).catch(() => undefined)
    }
  }
}

const isPassing = (error: unknown): boolean => error instanceof Fault && (error.code === 'unavailable' || error.code === 'deadline')

/** The host may have left the list since; then nothing is sent. */
async function sendOnce({ egress }: Platform, { config, event, signal }: Delivery): Promise<void> {
  const { url, token, authentication } = config
  const { status } = await egress.request({
    url,
    method: 'POST',
    headers: {
      'content-type': 'application/a2a+json',
      'a2a-version': '1.0',
      ...(token === undefined || token === '' ? {} : { 'x-a2a-notification-token': token }),
      ...(authentication ? { authorization: `${authentication.scheme} ${authentication.credentials ?? ''}`.trim() } : {}),
    },
    body: JSON.stringify(event),
    signal,
    timeoutMs,
    maxBytes: 64 * 1024,
    origin: 'caller',
    hosts: 'listed',
  })
  if (status >= 200 && status < 300) return
  const passing = status === 408 || status === 429 || status >= 500
  throw new Fault(passing ? 'unavailable' : 'not_allowed', `The receiver of push notifications answered ${status}.`)
}
