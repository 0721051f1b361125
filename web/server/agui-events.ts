/**
 * Chat events as AG-UI 1.0 events. AG-UI wants brackets (a message or a call is opened, filled, closed, and all is closed
 * before the end), so the one idea here is to remember what is open.
 *
 *   RUN_STARTED STATE_SNAPSHOT ( TEXT_MESSAGE_* | TOOL_CALL_* | STEP_* | STATE_DELTA | CUSTOM )*  then one of RUN_FINISHED, RUN_ERROR
 */
import { type Event, EventType, PROTOCOL_VERSION, type RunFinishedOutcome } from '@ag-ui/core'
import type { ChatEvent } from '../../agents/chat.ts'
import { newId } from '../../platform/id.ts'
import {
  addArguments,
  type Calls,
  callProgress,
  callResult,
  closeCalls,
  interruptOf,
  openCall,
  pauseCalls,
  startCall,
} from './agui-calls.ts'

export interface AguiMapper {
  /** The events that this one becomes; none after the terminal one. */
  map(event: ChatEvent): readonly Event[]
  /** True after RUN_FINISHED or RUN_ERROR. */
  ended(): boolean
}

interface Turn {
  readonly threadId: string
  readonly runId: string
  readonly calls: Calls
  /** How often a message was opened: text that goes on after a call is a new message to AG-UI. */
  readonly opened: Map<string, number>
  speaking: { readonly source: string; readonly messageId: string } | undefined
  ended: boolean
}

export function createAguiMapper(ids: { readonly threadId: string; readonly runId: string }): AguiMapper {
  const turn: Turn = { ...ids, calls: new Map(), opened: new Map(), speaking: undefined, ended: false }
  return {
    map: (event) => (turn.ended ? [] : mapEvent(turn, event)),
    ended: () => turn.ended,
  }
}

function mapEvent(turn: Turn, event: ChatEvent): readonly Event[] {
  const { calls } = turn
  switch (event.type) {
    case 'started':
      return start(turn, event)
    case 'text':
      return speak(turn, event)
    case 'call':
      return [...hush(turn), ...openCall(calls, event)]
    case 'arguments':
      return addArguments(calls, event)
    case 'called':
      return startCall(calls, event.call)
    case 'progress':
      return callProgress(calls, event)
    case 'result':
      return [...hush(turn), ...callResult(calls, event)]
    case 'clarify':
      return [...hush(turn), ...clarify(event)]
    case 'waiting':
      return [...hush(turn), ...pauseCalls(calls, event), ...finish(turn, pausedBy(event))]
    case 'plan':
    case 'reasoning':
    case 'agent':
    case 'state':
    case 'usage':
    case 'client_calls':
      return []
    case 'finished':
      return [...hush(turn), ...finish(turn, { type: 'success' })]
    case 'failed':
      turn.ended = true
      return [...hush(turn), { type: EventType.RUN_ERROR, message: event.message, code: event.code }]
  }
}

type EventOf<T extends ChatEvent['type']> = Extract<ChatEvent, { type: T }>

function start({ threadId, runId }: Turn, { turn, model, mark }: EventOf<'started'>): readonly Event[] {
  const about = mark === undefined ? { model } : { model, mark }
  return [
    { type: EventType.RUN_STARTED, threadId, runId, protocolVersion: PROTOCOL_VERSION, metadata: about },
    { type: EventType.STATE_SNAPSHOT, snapshot: { turn, ...about, calls: {} } },
    { type: EventType.CUSTOM, name: 'millrace.started', value: about },
  ]
}

function speak(turn: Turn, { message, delta }: EventOf<'text'>): readonly Event[] {
  if (delta === '') return []
  if (turn.speaking?.source === message) return [{ type: EventType.TEXT_MESSAGE_CONTENT, messageId: turn.speaking.messageId, delta }]
  const closed = hush(turn)
  const times = (turn.opened.get(message) ?? 0) + 1
  const messageId = times === 1 ? message : `${message}.${times}`
  turn.opened.set(message, times)
  turn.speaking = { source: message, messageId }
  return [
    ...closed,
    { type: EventType.TEXT_MESSAGE_START, messageId, role: 'assistant' },
    { type: EventType.TEXT_MESSAGE_CONTENT, messageId, delta },
  ]
}

function hush(turn: Turn): readonly Event[] {
  if (turn.speaking === undefined) return []
  const { messageId } = turn.speaking
  turn.speaking = undefined
  return [{ type: EventType.TEXT_MESSAGE_END, messageId }]
}

/** A question is words for every client, marked so that one which draws the form from the custom event does not say it twice. */
function clarify({ question, tool, schema, known }: EventOf<'clarify'>): readonly Event[] {
  const messageId = newId('message')
  const metadata = { clarify: true }
  return [
    { type: EventType.TEXT_MESSAGE_START, messageId, role: 'assistant', metadata },
    { type: EventType.TEXT_MESSAGE_CONTENT, messageId, delta: question, metadata },
    { type: EventType.TEXT_MESSAGE_END, messageId, metadata },
    { type: EventType.CUSTOM, name: 'millrace.clarify', value: { question, tool, schema, known } },
  ]
}

function pausedBy({ approvals }: EventOf<'waiting'>): RunFinishedOutcome {
  return approvals.length === 0 ? { type: 'success' } : { type: 'interrupt', interrupts: approvals.map(interruptOf) }
}

function finish(turn: Turn, outcome: RunFinishedOutcome): readonly Event[] {
  turn.ended = true
  const { threadId, runId } = turn
  return [...closeCalls(turn.calls), { type: EventType.RUN_FINISHED, threadId, runId, outcome }]
}
