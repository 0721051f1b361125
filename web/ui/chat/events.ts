/** The AG-UI events this page understands, read from text that came over the wire. Whatever else arrives is skipped. */
import type { Event, RunFinishedOutcome } from '@ag-ui/core'
import { at, isList, isRecord, type Json, listAt, numberAt, parseJson, textAt } from '../json.ts'

/** An interrupt of a finished run: a person must decide before it goes on. */
export interface PendingApproval {
  readonly approval: string
  readonly call: string | undefined
  readonly tool: string
  readonly input: unknown
  readonly reason: string
  /** Where each argument came from: {path: {trust, source}}. */
  readonly origins?: unknown
}

/** A step of a plan, as the page draws it. */
export interface PlanStep {
  readonly id: string
  readonly title: string
  readonly tool: string | undefined
  readonly condition: string | undefined
  readonly state: StepState
}

export const stepStates = ['pending', 'running', 'waiting', 'done', 'failed', 'skipped'] as const
export type StepState = (typeof stepStates)[number]

/** A message of the past, from a snapshot or the thread's history. */
export interface PastMessage {
  readonly id: string
  readonly role: string
  readonly text: string
  readonly calls: readonly { readonly id: string; readonly tool: string; readonly arguments: string }[]
  /** The call that a tool message answers. */
  readonly call: string | undefined
  readonly data: unknown
  readonly failed: boolean
  /** Who answered, when that must be said. */
  readonly mark: string | undefined
}

type Wire<T extends `${Event['type']}`, Fields = object> = { readonly type: T } & Readonly<Fields>

export type StudioEvent =
  | Wire<'RUN_STARTED', { model: string | undefined; mark: string | undefined }>
  | Wire<'TEXT_MESSAGE_START', { messageId: string }>
  | Wire<'TEXT_MESSAGE_CONTENT', { messageId: string; delta: string }>
  | Wire<'TEXT_MESSAGE_END', { messageId: string }>
  | Wire<'TOOL_CALL_START', { toolCallId: string; toolCallName: string }>
  | Wire<'TOOL_CALL_ARGS', { toolCallId: string; delta: string }>
  | Wire<'TOOL_CALL_END', { toolCallId: string }>
  | Wire<'TOOL_CALL_RESULT', { toolCallId: string; text: string; data: unknown; failed: boolean }>
  | Wire<'REASONING_MESSAGE_CONTENT', { messageId: string; delta: string }>
  | Wire<'SUBAGENT_STARTED', { subagentRunId: string; name: string }>
  | Wire<'ACTIVITY_SNAPSHOT', { messageId: string; activityType: string; content: unknown }>
  | Wire<'ACTIVITY_DELTA', { messageId: string; patch: readonly unknown[] }>
  | Wire<'STATE_SNAPSHOT', { snapshot: unknown }>
  | Wire<'STATE_DELTA', { delta: readonly unknown[] }>
  | Wire<'MESSAGES_SNAPSHOT', { messages: readonly PastMessage[] }>
  | Wire<'CUSTOM', { name: string; value: unknown }>
  | Wire<'RUN_FINISHED', { outcome: RunFinishedOutcome['type']; approvals: readonly PendingApproval[] }>
  | Wire<'RUN_ERROR', { message: string; code: string | undefined }>

/** One event from its JSON text; undefined when it is unknown, malformed, or not for this page. */
export function parseEvent(text: string): StudioEvent | undefined {
  const json = parseJson(text)
  const type = textAt(json, 'type')
  if (!isRecord(json) || type === undefined || !Object.hasOwn(readers, type)) return undefined
  // A question comes twice: in words for any client, and as the form that this page draws.
  if (at(json.metadata, 'clarify') === true) return undefined
  return readers[type]?.(json)
}

const readers: Readonly<Record<string, (json: Json) => StudioEvent | undefined>> = {
  RUN_STARTED: (json) => ({ type: 'RUN_STARTED', model: textAt(json.metadata, 'model'), mark: textAt(json.metadata, 'mark') }),
  TEXT_MESSAGE_START: (json) => withId(json, 'messageId', (messageId) => ({ type: 'TEXT_MESSAGE_START', messageId })),
  TEXT_MESSAGE_CONTENT: (json) =>
    withId(json, 'messageId', (messageId) => ({ type: 'TEXT_MESSAGE_CONTENT', messageId, delta: textAt(json, 'delta') ?? '' })),
  TEXT_MESSAGE_END: (json) => withId(json, 'messageId', (messageId) => ({ type: 'TEXT_MESSAGE_END', messageId })),
  TOOL_CALL_START: (json) =>
    withId(json, 'toolCallId', (toolCallId) => ({
      type: 'TOOL_CALL_START',
      toolCallId,
      toolCallName: textAt(json, 'toolCallName') ?? 'tool',
    })),
  TOOL_CALL_ARGS: (json) =>
    withId(json, 'toolCallId', (toolCallId) => ({ type: 'TOOL_CALL_ARGS', toolCallId, delta: textAt(json, 'delta') ?? '' })),
  TOOL_CALL_END: (json) => withId(json, 'toolCallId', (toolCallId) => ({ type: 'TOOL_CALL_END', toolCallId })),
  TOOL_CALL_RESULT: (json) => withId(json, 'toolCallId', (toolCallId) => ({ type: 'TOOL_CALL_RESULT', toolCallId, ...readResult(json) })),
  REASONING_MESSAGE_CONTENT: (json) =>
    withId(json, 'messageId', (messageId) => ({ type: 'REASONING_MESSAGE_CONTENT', messageId, delta: textAt(json, 'delta') ?? '' })),
  SUBAGENT_STARTED: (json) =>
    withId(json, 'subagentRunId', (subagentRunId) => ({ type: 'SUBAGENT_STARTED', subagentRunId, name: textAt(json, 'name') ?? '' })),
  ACTIVITY_SNAPSHOT: (json) =>
    withId(json, 'messageId', (messageId) => ({
      type: 'ACTIVITY_SNAPSHOT',
      messageId,
      activityType: textAt(json, 'activityType') ?? '',
      content: json.content,
    })),
  ACTIVITY_DELTA: (json) => withId(json, 'messageId', (messageId) => ({ type: 'ACTIVITY_DELTA', messageId, patch: listAt(json, 'patch') })),
  STATE_SNAPSHOT: (json) => ({ type: 'STATE_SNAPSHOT', snapshot: json.snapshot }),
  STATE_DELTA: (json) => ({ type: 'STATE_DELTA', delta: listAt(json, 'delta') }),
  MESSAGES_SNAPSHOT: (json) => ({ type: 'MESSAGES_SNAPSHOT', messages: readMessages(json.messages) }),
  CUSTOM: (json) => withId(json, 'name', (name) => ({ type: 'CUSTOM', name, value: json.value })),
  RUN_FINISHED: (json) => readFinished(json),
  RUN_ERROR: (json) => ({ type: 'RUN_ERROR', message: textAt(json, 'message') ?? 'The run failed.', code: textAt(json, 'code') }),
}

function withId<E extends StudioEvent>(json: Json, key: string, make: (id: string) => E): E | undefined {
  const id = textAt(json, key)
  return id === undefined || id === '' ? undefined : make(id)
}

/** The two halves of a tool's result. The data travels in the metadata, or the text is JSON of the whole result. */
function readResult(json: Json): { readonly text: string; readonly data: unknown; readonly failed: boolean } {
  const text = contentText(json.content)
  const metadata = json.metadata
  const failed = at(metadata, 'ok') === false || textAt(json, 'error') !== undefined
  if (isRecord(metadata) && 'data' in metadata) return { text, data: metadata.data, failed }
  const parsed = parseJson(text)
  if (isRecord(parsed) && typeof parsed.content === 'string')
    return { text: parsed.content, data: parsed.data, failed: failed || parsed.ok === false }
  return isRecord(parsed) || isList(parsed) ? { text: '', data: parsed, failed } : { text, data: undefined, failed }
}

function contentText(content: unknown): string {
  if (typeof content === 'string') return content
  if (!isList(content)) return ''
  return content.map((part) => textAt(part, 'text') ?? '').join('')
}

function readFinished(json: Json): StudioEvent {
  const outcome = textAt(json.outcome, 'type')
  if (outcome === 'cancelled') return { type: 'RUN_FINISHED', outcome, approvals: [] }
  if (outcome !== 'interrupt') return { type: 'RUN_FINISHED', outcome: 'success', approvals: [] }
  const approvals = listAt(json.outcome, 'interrupts').flatMap((interrupt) => readInterrupt(interrupt))
  return { type: 'RUN_FINISHED', outcome, approvals }
}

function readInterrupt(interrupt: unknown): readonly PendingApproval[] {
  const approval = textAt(interrupt, 'id')
  if (approval === undefined) return []
  const metadata = at(interrupt, 'metadata')
  return [
    {
      approval,
      call: textAt(interrupt, 'toolCallId'),
      tool: textAt(metadata, 'tool') ?? 'tool',
      input: at(metadata, 'input'),
      reason: textAt(interrupt, 'message') ?? textAt(interrupt, 'reason') ?? '',
      ...(at(metadata, 'origins') === undefined ? {} : { origins: at(metadata, 'origins') }),
    },
  ]
}

/** Messages of the past, in AG-UI's shape or in that of the thread's history. */
export function readMessages(list: unknown): readonly PastMessage[] {
  if (!isList(list)) return []
  return list.flatMap((message) => {
    const id = textAt(message, 'id')
    if (id === undefined || !isRecord(message)) return []
    const role = textAt(message, 'role') ?? 'assistant'
    const calls = [...listAt(message, 'toolCalls'), ...listAt(message, 'calls')].flatMap((call) => readCall(call))
    const call = textAt(message, 'toolCallId') ?? textAt(message, 'call')
    return [{ id, role, calls, call, mark: textAt(message, 'mark') ?? textAt(message.metadata, 'mark'), ...readPast(role, message) }]
  })
}

function readPast(role: string, message: Json): Pick<PastMessage, 'text' | 'data' | 'failed'> {
  const text = contentText(message.content ?? message.text)
  if (role !== 'tool') return { text, data: undefined, failed: false }
  return 'text' in message ? { text, data: message.data, failed: message.ok === false } : readResult(message)
}

function readCall(call: unknown): PastMessage['calls'] {
  const id = textAt(call, 'id')
  const fn = at(call, 'function')
  const tool = textAt(fn, 'name') ?? textAt(call, 'tool')
  if (id === undefined || tool === undefined) return []
  return [{ id, tool, arguments: textAt(fn, 'arguments') ?? JSON.stringify(at(call, 'input') ?? {}) }]
}

/** Progress of a call, from a custom event: how far, in words, and the durable run it belongs to. */
export interface CallProgress {
  readonly call: string
  readonly message: string
  readonly fraction: number | undefined
  readonly run: string | undefined
}

export function readProgress(value: unknown): CallProgress | undefined {
  const call = textAt(value, 'call') ?? textAt(value, 'toolCallId')
  if (call === undefined) return undefined
  const progress = at(value, 'progress') ?? value
  return { call, message: textAt(progress, 'message') ?? '', fraction: numberAt(progress, 'fraction'), run: textAt(value, 'run') }
}

/** The steps of a plan, from an activity's content; one without an id or a title is skipped. */
export function readPlan(content: unknown): readonly PlanStep[] {
  return listAt(content, 'steps').flatMap((step) => {
    const id = textAt(step, 'id')
    const title = textAt(step, 'title')
    if (id === undefined || title === undefined) return []
    const state = stepStates.find((known) => known === textAt(step, 'state')) ?? 'pending'
    return [{ id, title, state, tool: textAt(step, 'tool'), condition: textAt(step, 'condition') }]
  })
}

/** What a turn has cost so far, and what it may. */
export interface Meter {
  readonly tokens: number
  readonly usd: number | undefined
  readonly budget: { readonly tokens: number | undefined; readonly usd: number | undefined }
}

/** From the state that the server shares; undefined while nothing was counted. */
export function readMeter(state: unknown): Meter | undefined {
  const ours = at(state, 'millrace')
  const [input, output] = ['input', 'output'].map((side) => numberAt(at(ours, 'usage'), side))
  if (input === undefined || output === undefined) return undefined
  const budget = at(ours, 'budget')
  return {
    tokens: input + output,
    usd: numberAt(at(ours, 'usage'), 'usd'),
    budget: { tokens: numberAt(budget, 'tokens'), usd: numberAt(budget, 'usd') },
  }
}
