/** A conversation as a fold over events: `reduce(view, action)` is pure, so what the page shows can be replayed and tested. */
import { at, textAt } from '../json.ts'
import { type ApprovalEntry, assistantEntry, type CallEntry, type Decision, type Entry, newCall, type PlanEntry } from './entries.ts'
import { type PastMessage, type PendingApproval, readProgress, type StudioEvent } from './events.ts'
import { applyPatch } from './json-patch.ts'
import { fromMessages, waitingIn } from './past.ts'

/** `loading`: its past is being read. `open`: a turn is streaming. `paused`: it waits for approvals. `idle`: the person's move. */
export type Phase = 'loading' | 'idle' | 'open' | 'paused'

export interface Conversation {
  readonly phase: Phase
  readonly entries: readonly Entry[]
  /** The terminal event of the turn has come; whatever follows it is ignored. */
  readonly ended: boolean
  /** What happens to the connection or the turn while it is open, for the person to know. */
  readonly trouble?: 'reconnecting' | 'stopping' | undefined
  readonly model: string | undefined
  /** Shown with answers when no hosted model is configured. */
  readonly mark: string | undefined
  /** AG-UI's shared state. */
  readonly state: unknown
}

export type Action =
  /** The past has been read; `approvals` are all that wait in the workspace, of which this thread may have some. */
  | { readonly type: 'loaded'; readonly messages: readonly PastMessage[]; readonly approvals: readonly PendingApproval[] }
  | { readonly type: 'asked'; readonly id: string; readonly text: string }
  | { readonly type: 'decided'; readonly approval: string; readonly decision: Decision }
  | { readonly type: 'resumed' }
  /** A turn that goes on was found; its events follow. */
  | { readonly type: 'attached' }
  | { readonly type: 'event'; readonly event: StudioEvent }
  | { readonly type: 'reconnecting' }
  | { readonly type: 'stopping' }
  | { readonly type: 'stopped' }
  | { readonly type: 'failed'; readonly code: string; readonly message: string }
  /** The stream closed. Without a terminal event before it, the answer was cut off. */
  | { readonly type: 'closed' }

export const emptyConversation: Conversation = {
  phase: 'idle',
  entries: [],
  ended: true,
  model: undefined,
  mark: undefined,
  state: {},
}

export function reduce(view: Conversation, action: Action): Conversation {
  switch (action.type) {
    case 'loaded':
      return view.phase === 'loading' ? load(view, action.messages, action.approvals) : view
    case 'asked': {
      const asked: Entry = { kind: 'user', id: action.id, text: action.text }
      return { ...view, phase: 'open', ended: false, trouble: undefined, entries: [...view.entries, asked] }
    }
    case 'resumed':
    case 'attached':
      return { ...view, phase: 'open', ended: false, trouble: undefined }
    case 'decided':
      return decide(view, action.approval, action.decision)
    case 'event':
      return view.ended ? view : onEvent(heard(view), action.event)
    case 'reconnecting':
    case 'stopping':
      return view.ended ? view : { ...view, trouble: action.type }
    case 'stopped':
      return view.ended ? view : close(view, 'stopped')
    case 'failed':
      return view.ended ? view : fail(view, action.code, action.message)
    case 'closed':
      return view.ended
        ? view
        : fail(view, 'cut_off', 'The answer was cut off before it ended. Ask again; work that was saved is still there.')
  }
}

function load(view: Conversation, messages: readonly PastMessage[], approvals: readonly PendingApproval[]): Conversation {
  const loaded: Conversation = { ...view, phase: 'idle', entries: fromMessages(messages) }
  const waiting = waitingIn(loaded.entries, approvals)
  return waiting.length === 0 ? loaded : pause(loaded, waiting)
}

/** The pending approvals of the last turn that nobody has decided yet. */
export function undecided(view: Conversation): readonly ApprovalEntry[] {
  return view.entries.filter((entry) => entry.kind === 'approval').filter((entry) => entry.decision === undefined)
}

/** The last thing a person would want read aloud: how the turn stands, in one sentence. */
export function announcement(view: Conversation): string {
  const last = view.entries.at(-1)
  if (view.phase === 'paused') return 'Waiting for your approval.'
  if (view.phase === 'open') {
    if (view.trouble === 'reconnecting') return 'The connection is lost. Reconnecting.'
    if (view.trouble === 'stopping') return 'Stopping.'
    if (last?.kind === 'call') return last.progress?.message ?? `Using ${last.tool.replaceAll('_', ' ')}.`
    return 'Answering.'
  }
  if (last?.kind === 'failure') return last.message
  if (last?.kind === 'clarify') return last.question
  return last?.kind === 'assistant' ? last.text : ''
}

/** Events come again, so the connection is back. */
function heard(view: Conversation): Conversation {
  return view.trouble === 'reconnecting' ? { ...view, trouble: undefined } : view
}

function onEvent(view: Conversation, event: StudioEvent): Conversation {
  switch (event.type) {
    case 'RUN_STARTED':
      return { ...view, model: event.model ?? view.model, mark: event.mark ?? view.mark }
    case 'TEXT_MESSAGE_START':
      return addText(view, event.messageId, '')
    case 'TEXT_MESSAGE_CONTENT':
      return addText(view, event.messageId, event.delta)
    case 'TEXT_MESSAGE_END':
      return view
    case 'TOOL_CALL_START':
      return callOf(view, event.toolCallId) === undefined ? append(view, newCall(event.toolCallId, event.toolCallName)) : view
    case 'TOOL_CALL_ARGS':
      return changeCall(view, event.toolCallId, (call) => ({ ...call, argumentsText: call.argumentsText + event.delta }))
    case 'TOOL_CALL_END':
      return changeCall(view, event.toolCallId, (call) => (call.phase === 'arguments' ? { ...call, phase: 'running' } : call))
    case 'TOOL_CALL_RESULT':
      return changeCall(view, event.toolCallId, ({ progress: _, ...call }) => ({
        ...call,
        phase: event.failed ? 'failed' : 'succeeded',
        text: event.text,
        ...(event.data === undefined ? {} : { data: event.data }),
      }))
    case 'REASONING_MESSAGE_CONTENT':
      return addThought(view, event.messageId, event.delta)
    case 'SUBAGENT_STARTED':
      return append(view, { kind: 'agent', id: event.subagentRunId, name: event.name })
    case 'ACTIVITY_SNAPSHOT':
      return event.activityType === 'PLAN' ? putPlan(view, { kind: 'plan', id: event.messageId, content: event.content }) : view
    case 'ACTIVITY_DELTA':
      return patchPlan(view, event.messageId, event.patch)
    case 'STATE_SNAPSHOT':
      return { ...view, state: event.snapshot }
    case 'STATE_DELTA':
      return patchState(view, event.delta)
    case 'MESSAGES_SNAPSHOT':
      return { ...view, entries: fromMessages(event.messages) }
    case 'CUSTOM':
      return onCustom(view, event.name, event.value)
    case 'RUN_FINISHED':
      return event.outcome === 'interrupt'
        ? pause(view, event.approvals)
        : close(view, event.outcome === 'cancelled' ? 'stopped' : 'failed')
    case 'RUN_ERROR':
      return fail(view, event.code ?? 'internal', event.message)
  }
}

function onCustom(view: Conversation, name: string, value: unknown): Conversation {
  switch (name) {
    case 'millrace.started':
      return { ...view, model: textAt(value, 'model') ?? view.model, mark: textAt(value, 'mark') ?? view.mark }
    case 'millrace.progress': {
      const progress = readProgress(value)
      if (progress === undefined) return view
      return changeCall(view, progress.call, (call) => ({
        ...call,
        phase: call.phase === 'arguments' ? 'running' : call.phase,
        progress: { message: progress.message, fraction: progress.fraction },
        ...(progress.run === undefined ? {} : { run: progress.run }),
      }))
    }
    case 'millrace.result': {
      const call = textAt(value, 'call')
      return call === undefined ? view : changeCall(view, call, (entry) => ({ ...entry, data: at(value, 'data') }))
    }
    case 'millrace.clarify': {
      const question = textAt(value, 'question') ?? 'Some details are missing.'
      const entry: Entry = {
        kind: 'clarify',
        id: `clarify-${view.entries.length}`,
        question,
        tool: textAt(value, 'tool'),
        schema: at(value, 'schema'),
        known: at(value, 'known'),
        mark: view.mark,
      }
      return append(view, entry)
    }
    default:
      return view
  }
}

function append(view: Conversation, entry: Entry): Conversation {
  return { ...view, entries: [...view.entries, entry] }
}

function addText(view: Conversation, id: string, delta: string): Conversation {
  const index = view.entries.findLastIndex((entry) => entry.kind === 'assistant' && entry.id === id)
  const found = view.entries[index]
  if (found?.kind !== 'assistant') {
    return append(view, assistantEntry(id, delta, view.mark))
  }
  return delta === '' ? view : { ...view, entries: view.entries.with(index, { ...found, text: found.text + delta }) }
}

function addThought(view: Conversation, id: string, delta: string): Conversation {
  const index = view.entries.findLastIndex((entry) => entry.kind === 'reasoning' && entry.id === id)
  const found = view.entries[index]
  if (found?.kind !== 'reasoning') return append(view, { kind: 'reasoning', id, text: delta })
  return { ...view, entries: view.entries.with(index, { ...found, text: found.text + delta }) }
}

/** A turn that goes on tells its plan again: it stays where it was. */
function putPlan(view: Conversation, plan: PlanEntry): Conversation {
  const index = view.entries.findIndex((entry) => entry.kind === 'plan' && entry.id === plan.id)
  return index === -1 ? append(view, plan) : { ...view, entries: view.entries.with(index, plan) }
}

/** A patch that does not fit leaves the plan as it is. */
function patchPlan(view: Conversation, id: string, patch: readonly unknown[]): Conversation {
  const found = view.entries.find((entry) => entry.kind === 'plan' && entry.id === id)
  if (found?.kind !== 'plan') return view
  try {
    return putPlan(view, { ...found, content: applyPatch(found.content, patch) })
  } catch {
    return view
  }
}

function callOf(view: Conversation, id: string): CallEntry | undefined {
  const found = view.entries.find((entry) => entry.kind === 'call' && entry.id === id)
  return found?.kind === 'call' ? found : undefined
}

function changeCall(view: Conversation, id: string, change: (call: CallEntry) => CallEntry): Conversation {
  return { ...view, entries: view.entries.map((entry) => (entry.kind === 'call' && entry.id === id ? change(entry) : entry)) }
}

/** A delta that does not fit leaves the state as it is: the next snapshot repairs it. */
function patchState(view: Conversation, delta: readonly unknown[]): Conversation {
  try {
    return { ...view, state: applyPatch(view.state, delta) }
  } catch {
    return view
  }
}

function pause(view: Conversation, approvals: readonly PendingApproval[]): Conversation {
  const waiting = new Set(approvals.map((pending) => pending.call))
  const entries = view.entries.map((entry) =>
    entry.kind === 'call' && waiting.has(entry.id) ? { ...entry, phase: 'waiting' as const } : entry,
  )
  const known = new Set(entries.map((entry) => entry.id))
  const cards = approvals
    .filter((pending) => !known.has(pending.approval))
    .map((pending): ApprovalEntry => ({ kind: 'approval', id: pending.approval, ...pending, tool: toolOf(view, pending) }))
  return { ...view, phase: 'paused', ended: true, trouble: undefined, entries: [...entries, ...cards] }
}

function toolOf(view: Conversation, pending: PendingApproval): string {
  return (pending.call === undefined ? undefined : callOf(view, pending.call)?.tool) ?? pending.tool
}

function decide(view: Conversation, approval: string, decision: Decision): Conversation {
  const entries = view.entries.map((entry) => (entry.kind === 'approval' && entry.approval === approval ? { ...entry, decision } : entry))
  return { ...view, entries }
}

/** Ends the turn. A call that never got its result did not succeed, and must not look as if it still ran. */
function close(view: Conversation, open: 'stopped' | 'failed'): Conversation {
  const entries = view.entries.map((entry) =>
    entry.kind === 'call' && (entry.phase === 'arguments' || entry.phase === 'running') ? { ...entry, phase: open } : entry,
  )
  return { ...view, phase: 'idle', ended: true, trouble: undefined, entries }
}

function fail(view: Conversation, code: string, message: string): Conversation {
  const closed = close(view, 'failed')
  return append(closed, { kind: 'failure', id: `failure-${closed.entries.length}`, code, message })
}
