/** What is said on the wire of A2A 1.0, as JSON; both bindings (JSON-RPC and HTTP+JSON) carry the same. */
import { z } from 'zod'

export const states = [
  'TASK_STATE_SUBMITTED',
  'TASK_STATE_WORKING',
  'TASK_STATE_COMPLETED',
  'TASK_STATE_FAILED',
  'TASK_STATE_CANCELED',
  'TASK_STATE_INPUT_REQUIRED',
  'TASK_STATE_REJECTED',
  'TASK_STATE_AUTH_REQUIRED',
] as const
export type State = (typeof states)[number]

const terminal: readonly State[] = ['TASK_STATE_COMPLETED', 'TASK_STATE_FAILED', 'TASK_STATE_CANCELED', 'TASK_STATE_REJECTED']

/** Nothing more will come of it. */
export const isTerminal = (state: State): boolean => terminal.includes(state)

/** It has ended, or goes on only when somebody does something. */
export const isSettled = (state: State): boolean =>
  isTerminal(state) || state === 'TASK_STATE_INPUT_REQUIRED' || state === 'TASK_STATE_AUTH_REQUIRED'

export interface Part {
  readonly text?: string | undefined
  readonly data?: unknown
  readonly mediaType?: string | undefined
}

export interface Message {
  readonly messageId: string
  readonly contextId: string
  readonly taskId: string
  readonly role: 'ROLE_USER' | 'ROLE_AGENT'
  readonly parts: readonly Part[]
}

export interface Artifact {
  readonly artifactId: string
  readonly name: string
  readonly description?: string
  readonly parts: readonly Part[]
  readonly metadata?: Readonly<Record<string, unknown>>
}

export interface TaskStatus {
  readonly state: State
  readonly message?: Message
  readonly timestamp: string
}

export interface Task {
  readonly id: string
  readonly contextId: string
  readonly status: TaskStatus
  readonly artifacts: readonly Artifact[]
  readonly history: readonly Message[]
  readonly metadata: Readonly<Record<string, unknown>>
}

interface OfTask {
  readonly taskId: string
  readonly contextId: string
}

export type StreamEvent =
  | { readonly task: Task }
  | { readonly statusUpdate: OfTask & { readonly status: TaskStatus; readonly metadata?: Readonly<Record<string, unknown>> } }
  | { readonly artifactUpdate: OfTask & { readonly artifact: Artifact; readonly append: boolean; readonly lastChunk: boolean } }

/** Names a conversation or a task in a path, a query and the database; in the wire's manner, empty is absent. */
const id = z
  .string()
  .max(128)
  .regex(/^[\w.:@-]*$/, 'may have letters, digits and . : @ _ - only')
  .transform((given) => (given === '' ? undefined : given))
  .optional()

const historyLength = z.int().min(0).max(10_000).nullish()
const metadata = z.record(z.string(), z.unknown()).nullish()

/** Files are named by what they carry, so that they can be refused as such. */
const part = z.looseObject({
  text: z.string().optional(),
  raw: z.unknown().optional(),
  url: z.unknown().optional(),
  data: z.unknown().optional(),
  mediaType: z.string().max(200).optional(),
})

/** Goes into a header as it is. */
const headerText = z.string().regex(/^[\x20-\x7e]*$/, 'may have visible ASCII characters only')

export const pushTarget = z.looseObject({
  id: z
    .string()
    .max(128)
    .regex(/^[\w.:@-]*$/, 'may have letters, digits and . : @ _ - only')
    .optional(),
  taskId: id,
  url: z.string().min(1).max(4000),
  token: headerText.max(4000).optional(),
  authentication: z.looseObject({ scheme: z.string().regex(/^[\w-]{1,40}$/), credentials: headerText.max(8000).optional() }).nullish(),
})
export type PushTarget = z.output<typeof pushTarget>

export const sendRequest = z.looseObject({
  message: z.looseObject({
    messageId: z.string().min(1).max(256),
    contextId: id,
    taskId: id,
    role: z.union([z.literal('ROLE_USER'), z.literal(1)]),
    parts: z.array(part).min(1).max(100),
    extensions: z.array(z.string()).max(100).nullish(),
    referenceTaskIds: z.array(z.string()).max(100).nullish(),
    metadata,
  }),
  configuration: z
    .looseObject({
      acceptedOutputModes: z.array(z.string()).max(100).nullish(),
      taskPushNotificationConfig: pushTarget.nullish(),
      historyLength,
      returnImmediately: z.boolean().nullish(),
    })
    .nullish(),
  metadata,
})
export type SendRequest = z.output<typeof sendRequest>

const taskId = z.string().min(1).max(128)

export const getRequest = z.looseObject({ id: taskId, historyLength })
export const cancelRequest = z.looseObject({ id: taskId, metadata })
export const subscribeRequest = z.looseObject({ id: taskId })
export const listRequest = z.looseObject({
  contextId: id,
  status: z.union([z.enum([...states, 'TASK_STATE_UNSPECIFIED']), z.int().min(0).max(8)]).nullish(),
  pageSize: z.int().min(1).max(100).nullish(),
  pageToken: z.string().max(400).nullish(),
  historyLength,
  statusTimestampAfter: z.iso.datetime({ offset: true }).nullish(),
  includeArtifacts: z.boolean().nullish(),
})
export type ListRequest = z.output<typeof listRequest>
export const configRequest = z.looseObject({ taskId, id: z.string().min(1).max(128) })
export const configsRequest = z.looseObject({ taskId })

/** At most so many of the newest messages; absent: all. */
export function withHistory(task: Task, length: number | null | undefined): Task {
  if (length === null || length === undefined || task.history.length <= length) return task
  return { ...task, history: length === 0 ? [] : task.history.slice(-length) }
}

/** What is said in parts, to the orchestrator: data is as much the caller's words as text is. */
export function wordsOf(parts: readonly Part[]): string {
  return parts.map(({ text, data }) => text ?? (typeof data === 'string' ? data : JSON.stringify(data))).join('\n')
}
