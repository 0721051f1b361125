/** A message to the agent: a new task, the next turn of one that waits, or, told twice, the task it made the first time. */
import { ContentTypeNotSupportedError, RequestMalformedError, TaskNotFoundError, UnsupportedOperationError } from '@a2a-js/sdk/errors'
import type { Caller } from '../../platform/caller.ts'
import { digestOf } from '../../platform/canonical.ts'
import { Fault } from '../../platform/fault.ts'
import type { Platform } from '../../platform/platform.ts'
import { followTask } from './follow.ts'
import type { Pushes } from './push.ts'
import { insertTask, type Kept, knownMessage, loadTask, recordMessage, saveTask, takeTask } from './tasks.ts'
import { isSettled, isTerminal, type Message, type SendRequest, type StreamEvent, type Task, withHistory, wordsOf } from './wire.ts'
import { type Work, workingOn } from './work.ts'

export interface Sending {
  /** Resolves when the task has ended or waits for somebody; at once where that is asked for. */
  send(request: SendRequest, call: Asking): Promise<Task>
  /** Throws before the first event what is wrong with the request. */
  stream(request: SendRequest, call: Asking): Promise<AsyncGenerator<StreamEvent, void, undefined>>
  /** The task as it is, then its changes until it ends or waits again. */
  follow(kept: Kept, left: AbortSignal): AsyncGenerator<StreamEvent, void, undefined>
}

export interface Asking {
  readonly caller: Caller
  /** Aborts when the client has gone; the task goes on. */
  readonly left: AbortSignal
}

export interface SendingGround {
  readonly platform: Platform
  readonly work: Work
  readonly pushes: Pushes
  /** Between two looks at a task that another process works on. */
  readonly lookMs?: number
}

/** Tasks of one caller that are worked on at once. */
const mostAtOnce = 16

/** About ten thousand words. */
const longest = 64_000

/** Throws the protocol's own errors for messages that cannot be taken; at most 16 tasks of a caller are worked on at once. */
export function createSending(ground: SendingGround): Sending {
  const { platform, work, lookMs = 1000 } = ground
  const follow: Sending['follow'] = (kept, left) => followTask({ platform, work, lookMs }, kept, left)

  return {
    follow,
    send: async (request, { caller, left }) => {
      const kept = await accept(ground, request, caller)
      const { configuration } = request
      if (configuration?.returnImmediately !== true && !isSettled(kept.task.status.state)) await untilSettled(follow(kept, left))
      const now = await loadTask(platform.db, caller, kept.task.id)
      return withHistory((now ?? kept).task, configuration?.historyLength)
    },
    stream: async (request, { caller, left }) => {
      const kept = await accept(ground, request, caller)
      return isSettled(kept.task.status.state) ? only({ task: kept.task }) : follow(kept, left)
    },
  }
}

async function* only(event: StreamEvent): AsyncGenerator<StreamEvent, void, undefined> {
  yield event
}

async function untilSettled(events: AsyncGenerator<StreamEvent, void, undefined>): Promise<void> {
  for await (const _ of events);
}

interface Accepted {
  readonly message: Message
  readonly text: string
  readonly digest: string
}

/** The task that the message made or belongs to, being worked on if there is anything to do. */
async function accept(ground: SendingGround, request: SendRequest, caller: Caller): Promise<Kept> {
  const { platform, work } = ground
  const text = textOf(request)
  checkModes(request.configuration?.acceptedOutputModes ?? [])
  const digest = digestOf(request.message)
  const replayed = await replayOf(platform, { request, caller, digest })
  if (replayed) return replayed
  if (work.countOf(caller) >= mostAtOnce)
    throw new Fault('unavailable', `You have ${mostAtOnce} tasks being worked on. Wait for one of them to end.`)
  const { taskId, contextId, messageId, parts } = request.message
  const known = taskId === undefined ? undefined : await loadTask(platform.db, caller, taskId)
  if (taskId !== undefined && known === undefined) throw new TaskNotFoundError(`There is no task '${taskId}' of yours.`)
  if (known && contextId !== undefined && contextId !== known.task.contextId)
    throw new RequestMalformedError(`Task ${known.task.id} belongs to context ${known.task.contextId}, not to ${contextId}.`)
  const place = {
    taskId: known?.task.id ?? platform.newId('task'),
    contextId: known?.task.contextId ?? contextId ?? platform.newId('context'),
  }
  const message: Message = {
    messageId,
    role: 'ROLE_USER',
    ...place,
    parts: parts.map(({ text: words, data, mediaType }) => ({ text: words, data, mediaType })),
  }
  const accepted = { message, text, digest }
  return known ? nextTurn(ground, { known, request, accepted }) : firstTurn(ground, { request, caller, accepted })
}

interface Replay {
  readonly request: SendRequest
  readonly caller: Caller
  readonly digest: string
}

async function replayOf({ db }: Platform, { request, caller, digest }: Replay): Promise<Kept | undefined> {
  const { messageId } = request.message
  const told = await knownMessage(db, caller, messageId)
  if (told === undefined) return undefined
  if (told.digest !== digest)
    throw new RequestMalformedError(`Another message was sent with messageId '${messageId.slice(0, 80)}'. Give each its own.`)
  return loadTask(db, caller, told.task)
}

interface First {
  readonly request: SendRequest
  readonly caller: Caller
  readonly accepted: Accepted
}

async function firstTurn(ground: SendingGround, { request, caller, accepted }: First): Promise<Kept> {
  const { platform, work, pushes } = ground
  const { message, text, digest } = accepted
  const task: Task = {
    id: message.taskId,
    contextId: message.contextId,
    status: { state: 'TASK_STATE_SUBMITTED', timestamp: platform.now().toISOString() },
    artifacts: [],
    history: [message],
    metadata: {},
  }
  const kept: Kept = { task, caller, waiting: [] }
  const isNew = await platform.db.transaction(async (tx) => {
    if (!(await recordMessage(tx, caller, { message: message.messageId, digest, task: task.id }))) return false
    await insertTask(tx, kept)
    const target = request.configuration?.taskPushNotificationConfig
    if (target) await pushes.save(tx, kept, target)
    return true
  })
  if (!isNew) return (await replayOf(platform, { request, caller, digest })) ?? kept
  work.begin(kept, { message: text })
  return kept
}

interface Next {
  readonly known: Kept
  readonly request: SendRequest
  readonly accepted: Accepted
}

/**
 * While a person has not decided, a message changes nothing: no words of an agent stand for theirs. A message that comes too
 * late is not recorded, so that it can be sent again.
 */
async function nextTurn(ground: SendingGround, { known, request, accepted }: Next): Promise<Kept> {
  const { platform, work, pushes } = ground
  const { task, caller } = known
  const { message, text, digest } = accepted
  const { state } = task.status
  if (isTerminal(state))
    throw new UnsupportedOperationError(`Task ${task.id} has ended (${state}). Send a new message in context ${task.contextId}.`)
  if (!isSettled(state)) throw new UnsupportedOperationError(`Task ${task.id} is being worked on. Wait until it asks, or cancel it.`)
  const target = request.configuration?.taskPushNotificationConfig
  const waits = known.waiting.length > 0
  const next = workingOn({ ...known, task: { ...task, history: [...task.history, message] } })
  const isNew = await platform.db.transaction(async (tx) => {
    if (target) await pushes.save(tx, known, target)
    if (!(await recordMessage(tx, caller, { message: message.messageId, digest, task: task.id }))) return false
    if (waits) return true
    if (!(await takeTask(tx, known))) throw new UnsupportedOperationError(`Task ${task.id} is being worked on. Wait until it asks.`)
    return saveTask(tx, next)
  })
  if (!isNew) return known
  if (waits) return (await work.goOn(known)) ? workingOn(known) : known
  work.begin(next, { message: text })
  return next
}

/** Files belong into collections and datasets. */
function textOf({ message: { parts } }: SendRequest): string {
  for (const { text, data, raw, url, mediaType } of parts) {
    if (raw !== undefined || url !== undefined)
      throw new ContentTypeNotSupportedError('Files are not taken in a message. Add them to a collection or a dataset and name that.')
    const isText = text !== undefined && (mediaType === undefined || mediaType === '' || mediaType.startsWith('text/'))
    if (!isText && (text !== undefined || data === undefined))
      throw new ContentTypeNotSupportedError(`A part of the type '${mediaType ?? ''}' is not read here. Send text or data.`)
  }
  const text = wordsOf(parts)
  if (text.trim() === '') throw new RequestMalformedError('message.parts has no words. Say what is asked.')
  if (text.length > longest)
    throw new RequestMalformedError(`message.parts has ${text.length} characters, ${longest} fit. Ingest long text as a document.`)
  return text
}

function checkModes(modes: readonly string[]): void {
  const fits = (mode: string): boolean =>
    ['*/*', 'text', 'text/*', 'text/plain', 'application/json', 'application/*'].includes(mode.toLowerCase())
  if (modes.length === 0 || modes.some(fits)) return
  throw new ContentTypeNotSupportedError(
    `Answers are text/plain and application/json; none of them is accepted (${modes.join(', ').slice(0, 200)}).`,
  )
}
