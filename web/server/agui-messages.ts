/** A conversation as AG-UI messages, and what it waits for: all that a client needs which comes back with nothing. */
import { type Event, EventType, type Message, type RunFinishedOutcome } from '@ag-ui/core'
import type { ChatMessage } from '../../agents/chat.ts'
import type { Approval } from '../../platform/approvals/approvals.ts'
import { awaitedBy } from '../awaited.ts'
import { interruptOf } from './agui-calls.ts'

export function messagesSnapshot(history: readonly ChatMessage[]): Event {
  return { type: EventType.MESSAGES_SNAPSHOT, messages: history.map(messageOf) }
}

function messageOf(message: ChatMessage): Message {
  const { id, text, role, calls = [], call = '', ok, data, mark } = message
  if (role === 'user') return { id, role, content: text }
  if (role === 'tool') {
    const failed = ok === false ? { error: text } : {}
    return { id, role, toolCallId: call, content: text, metadata: { ok: ok !== false, ...(data === undefined ? {} : { data }) }, ...failed }
  }
  const toolCalls = calls.map((one) => ({
    id: one.id,
    type: 'function' as const,
    function: { name: one.tool, arguments: JSON.stringify(one.input ?? {}) },
  }))
  return {
    id,
    role: 'assistant',
    content: text,
    ...(toolCalls.length === 0 ? {} : { toolCalls }),
    ...(mark === undefined ? {} : { metadata: { mark } }),
  }
}

interface OpenCall {
  readonly id: string
  readonly tool: string
  readonly input: unknown
}

/** Calls since the person last spoke that have no result yet. */
export function openCalls(history: readonly ChatMessage[]): readonly OpenCall[] {
  const since = history.slice(history.findLastIndex(({ role }) => role === 'user') + 1)
  const answered = new Set(since.map(({ call }) => call))
  return since.flatMap(({ calls = [] }) => calls).filter(({ id }) => !answered.has(id))
}

/**
 * How the last turn of a conversation stands: it waits for decisions, for results of the client's own tools, or it is over.
 * `pending` are the approvals that its caller's agents asked for, latest first.
 */
export function outcomeOf(
  history: readonly ChatMessage[],
  { pending, isOwn }: { readonly pending: readonly Approval[]; readonly isOwn: (tool: string) => boolean },
): RunFinishedOutcome {
  const open = openCalls(history)
  const waiting = awaitedBy(open, pending).map(([call, approval]) => interruptFor(approval, call.id))
  if (waiting.length > 0) return { type: 'interrupt', interrupts: waiting }
  const clients = open.filter(({ tool }) => !isOwn(tool)).map(({ id }) => id)
  return clients.length === 0 ? { type: 'success' } : { type: 'success', pendingToolCallIds: clients }
}

function interruptFor({ id, tool, input, reason, origins }: Approval, call: string) {
  const interrupt = interruptOf({ approval: id, call, tool, input, reason })
  return { ...interrupt, metadata: { ...interrupt.metadata, origins } }
}

/** The history without what this run has said so far, which its own events tell. */
export function historyBefore(history: readonly ChatMessage[], told: readonly Event[]): readonly ChatMessage[] {
  const messages = new Set(told.flatMap((event) => ('messageId' in event && typeof event.messageId === 'string' ? event.messageId : [])))
  const begun = new Set(told.flatMap((event) => (event.type === EventType.TOOL_CALL_START ? event.toolCallId : [])))
  const ended = new Set(told.flatMap((event) => (event.type === EventType.TOOL_CALL_RESULT ? event.toolCallId : [])))
  return history.filter(({ id, role, call = '', calls = [] }) => {
    if (role === 'user') return true
    if (role === 'tool') return !ended.has(call) && !begun.has(call)
    return !messages.has(id) && !calls.some((one) => begun.has(one.id))
  })
}
