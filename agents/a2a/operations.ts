/** The operations of A2A 1.0, each a function from its JSON to its JSON; both bindings call these. */
import { RequestMalformedError, TaskNotCancelableError, TaskNotFoundError, UnsupportedOperationError } from '@a2a-js/sdk/errors'
import type { z } from 'zod'
import type { Caller } from '../../platform/caller.ts'
import type { Database } from '../../platform/database/database.ts'
import type { Pushes } from './push.ts'
import type { Asking, Sending } from './send.ts'
import { type Kept, listTasks, loadTask } from './tasks.ts'
import {
  cancelRequest,
  configRequest,
  configsRequest,
  getRequest,
  isTerminal,
  listRequest,
  pushTarget,
  type State,
  type StreamEvent,
  sendRequest,
  states,
  subscribeRequest,
  withHistory,
} from './wire.ts'
import type { Work } from './work.ts'

export type Outcome =
  | { readonly kind: 'value'; readonly value: unknown; readonly created?: true }
  | { readonly kind: 'stream'; readonly events: AsyncGenerator<StreamEvent, void, undefined> }

export interface OperationGround {
  readonly db: Database
  readonly work: Work
  readonly pushes: Pushes
  readonly sending: Sending
}

export type Operation = (ground: OperationGround, params: unknown, asking: Asking) => Promise<Outcome>

/** By their names in JSON-RPC. */
export const operations: Readonly<Record<string, Operation>> = {
  SendMessage: async ({ sending }, params, asking) => {
    const task = await sending.send(parse(sendRequest, params), asking)
    return value({ task })
  },
  SendStreamingMessage: async ({ sending }, params, asking) => ({
    kind: 'stream',
    events: await sending.stream(parse(sendRequest, params), asking),
  }),
  GetTask: async (ground, params, { caller }) => {
    const { id, historyLength } = parse(getRequest, params)
    const kept = await mustLoad(ground, id, caller)
    await ground.work.goOn(kept)
    return value(withHistory(kept.task, historyLength))
  },
  ListTasks: async ({ db }, params, { caller }) => value(await list(db, parse(listRequest, params), caller)),
  CancelTask: async (ground, params, { caller }) => {
    const { id } = parse(cancelRequest, params)
    const kept = await mustLoad(ground, id, caller)
    if (!isTerminal(kept.task.status.state)) await ground.work.cancel(kept)
    const { task } = await mustLoad(ground, id, caller)
    if (task.status.state === 'TASK_STATE_CANCELED') return value(task)
    throw new TaskNotCancelableError(`Task ${id} has ended (${task.status.state}) and cannot be cancelled.`)
  },
  SubscribeToTask: async (ground, params, { caller, left }) => {
    const { id } = parse(subscribeRequest, params)
    const kept = await mustLoad(ground, id, caller)
    if (isTerminal(kept.task.status.state))
      throw new UnsupportedOperationError(`Task ${id} has ended (${kept.task.status.state}). Get it instead of following it.`)
    return { kind: 'stream', events: ground.sending.follow(kept, left) }
  },
  CreateTaskPushNotificationConfig: async (ground, params, { caller }) => {
    const target = parse(pushTarget, params)
    const kept = await mustLoad(ground, target.taskId ?? '', caller)
    return { kind: 'value', value: await ground.pushes.save(ground.db, kept, target), created: true }
  },
  GetTaskPushNotificationConfig: async (ground, params, { caller }) => {
    const { taskId, id } = parse(configRequest, params)
    const found = (await ground.pushes.list(await mustLoad(ground, taskId, caller))).find((config) => config.id === id)
    if (found === undefined) throw new TaskNotFoundError(`Task ${taskId} has no push notification config '${id}'.`)
    return value(found)
  },
  ListTaskPushNotificationConfigs: async (ground, params, { caller }) => {
    const { taskId } = parse(configsRequest, params)
    return value({ configs: await ground.pushes.list(await mustLoad(ground, taskId, caller)), nextPageToken: '' })
  },
  DeleteTaskPushNotificationConfig: async (ground, params, { caller }) => {
    const { taskId, id } = parse(configRequest, params)
    await ground.pushes.remove(await mustLoad(ground, taskId, caller), id)
    return value(null)
  },
  GetExtendedAgentCard: async () => {
    throw new UnsupportedOperationError('There is no extended agent card: the public one says all.')
  },
}

const value = (given: unknown): Outcome => ({ kind: 'value', value: given })

/** Throws the protocol's error naming every field that is wrong. */
function parse<S extends z.ZodType>(schema: S, params: unknown): z.output<S> {
  const parsed = schema.safeParse(params)
  if (parsed.success) return parsed.data
  const words = parsed.error.issues.slice(0, 10).map(({ path, message }) => `${path.join('.') || 'params'}: ${message}`)
  throw new RequestMalformedError(`The request cannot be used. ${words.join('; ')}`)
}

/** A task of somebody else is not found. */
async function mustLoad({ db }: Pick<OperationGround, 'db'>, id: string, caller: Caller): Promise<Kept> {
  const kept = /^[\w.:@-]{1,128}$/.test(id) ? await loadTask(db, caller, id) : undefined
  if (kept === undefined) throw new TaskNotFoundError(`There is no task '${id.slice(0, 80)}' of yours.`)
  return kept
}

async function list(db: Database, asked: z.output<typeof listRequest>, caller: Caller): Promise<unknown> {
  const { contextId, statusTimestampAfter, pageSize, pageToken, historyLength, includeArtifacts } = asked
  const size = pageSize ?? 50
  const filter = { contextId, statusTimestampAfter, state: stateOf(asked.status), after: readToken(pageToken) }
  const { tasks, total } = await listTasks(db, caller, { ...filter, size: size + 1 })
  const page = tasks.slice(0, size)
  const last = page.at(-1)
  return {
    tasks: page.map((task) => ({ ...withHistory(task, historyLength), artifacts: includeArtifacts === true ? task.artifacts : undefined })),
    nextPageToken: tasks.length > size && last ? Buffer.from(JSON.stringify([last.status.timestamp, last.id])).toString('base64url') : '',
    pageSize: page.length,
    totalSize: total,
  }
}

/** Numbers are those of the protocol's enumeration, 0 for any. */
function stateOf(status: z.output<typeof listRequest>['status']): State | undefined {
  if (typeof status === 'number') return states[status - 1]
  return states.find((state) => state === status)
}

function readToken(token: string | null | undefined): readonly [string, string] | undefined {
  if (token === null || token === undefined || token === '') return undefined
  try {
    const [at, id, ...rest]: unknown[] = JSON.parse(Buffer.from(token, 'base64url').toString())
    if (typeof at === 'string' && typeof id === 'string' && rest.length === 0 && !Number.isNaN(Date.parse(at))) return [at, id]
  } catch {
    // Said below.
  }
  throw new RequestMalformedError('pageToken is none that this agent gave. Leave it out to begin at the first page.')
}
