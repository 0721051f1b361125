/** The brackets of tool calls in AG-UI: START ARGS* END, a step while the tool works, RESULT; and the same in the shared state. */
import { type Event, EventType, type Interrupt, type JsonPatchOperation } from '@ag-ui/core'
import type { ChatEvent } from '../../agents/chat.ts'
import { newId } from '../../platform/id.ts'
import { own, stateDelta } from './agui-state.ts'

type CallState = 'arguments' | 'running' | 'waiting' | 'succeeded' | 'failed'

interface Call {
  readonly tool: string
  state: CallState
  hasArguments: boolean
  /** Name of the open step. */
  step: string | undefined
}

/** The calls of one turn, by id. */
export type Calls = Map<string, Call>

type EventOf<T extends ChatEvent['type']> = Extract<ChatEvent, { type: T }>

export function openCall(calls: Calls, { call: id, tool }: EventOf<'call'>): readonly Event[] {
  if (calls.has(id)) return []
  calls.set(id, { tool, state: 'arguments', hasArguments: false, step: undefined })
  return [
    { type: EventType.TOOL_CALL_START, toolCallId: id, toolCallName: tool },
    stateDelta({ op: 'add', path: own('calls', id), value: { tool, state: 'arguments' } }),
  ]
}

export function addArguments(calls: Calls, { call: id, delta }: EventOf<'arguments'>): readonly Event[] {
  const call = calls.get(id)
  if (call?.state !== 'arguments' || delta === '') return []
  call.hasArguments = true
  return [{ type: EventType.TOOL_CALL_ARGS, toolCallId: id, delta }]
}

/** The arguments are complete; a call that had none gets `{}`, so that every client can parse them. */
export function startCall(calls: Calls, id: string): readonly Event[] {
  const call = calls.get(id)
  if (call?.state !== 'arguments') return []
  const step = stepName(calls, call, id)
  call.state = 'running'
  call.step = step
  const none: readonly Event[] = call.hasArguments ? [] : [{ type: EventType.TOOL_CALL_ARGS, toolCallId: id, delta: '{}' }]
  return [
    ...none,
    { type: EventType.TOOL_CALL_END, toolCallId: id },
    { type: EventType.STEP_STARTED, stepName: step },
    stateDelta({ op: 'replace', path: own('calls', id, 'state'), value: 'running' }),
  ]
}

export function callProgress(calls: Calls, { call: id, tool, progress, run }: EventOf<'progress'>): readonly Event[] {
  const ofRun = run === undefined ? {} : { run }
  const operations: JsonPatchOperation[] = [{ op: 'add', path: own('calls', id, 'progress'), value: { ...progress } }]
  if (run !== undefined) operations.push({ op: 'add', path: own('calls', id, 'run'), value: run })
  return [
    ...knownCall(calls, id, tool),
    { type: EventType.CUSTOM, name: 'millrace.progress', value: { call: id, tool, progress, ...ofRun } },
    stateDelta(...operations),
  ]
}

/** `told`: the client made this result itself and has it among its messages. */
export function callResult(calls: Calls, { call: id, tool, content, data, ok }: EventOf<'result'>, told: boolean): readonly Event[] {
  const metadata = { tool, ok, ...(data === undefined ? {} : { data }) }
  const result: Event = { type: EventType.TOOL_CALL_RESULT, messageId: newId('message'), toolCallId: id, role: 'tool', content, metadata }
  return [...knownCall(calls, id, tool), ...(told ? [] : [result]), ...settleCall(calls, id, ok ? 'succeeded' : 'failed')]
}

/** Calls that a person must decide, as the interrupts they become. */
export function pauseCalls(calls: Calls, { approvals }: EventOf<'waiting'>): readonly Event[] {
  return approvals.flatMap(({ call, tool }) => [...knownCall(calls, call, tool), ...settleCall(calls, call, 'waiting')])
}

/** Where each argument came from travels with it, so that a person can be shown what they say yes to. */
export function interruptOf({ approval, call, tool, input, reason, origins }: EventOf<'waiting'>['approvals'][number]): Interrupt {
  const metadata = { tool, input, ...(origins === undefined ? {} : { origins }) }
  return { id: approval, reason: 'approval', message: reason, toolCallId: call, responseSchema: answerSchema, metadata }
}

/** Calls that the client runs itself: told whole where they were not streamed, then left for it to answer. */
export function leaveCalls(calls: Calls, { calls: left }: EventOf<'client_calls'>): readonly Event[] {
  return left.flatMap(({ call, tool, input }) => {
    const told: readonly Event[] = calls.has(call)
      ? []
      : [
          ...openCall(calls, { type: 'call', call, tool }),
          ...addArguments(calls, { type: 'arguments', call, delta: JSON.stringify(input) }),
        ]
    return [...told, ...startCall(calls, call), ...settleCall(calls, call, 'waiting')]
  })
}

/** Whatever was left open is closed: a call without a result has failed. */
export function closeCalls(calls: Calls): readonly Event[] {
  const ids = [...calls.keys()]
  return [...ids.flatMap((id) => startCall(calls, id)), ...ids.flatMap((id) => settleCall(calls, id, 'failed'))]
}

/** A call of an earlier turn (it waited for a person) is known to the client, but not to this turn's state. */
function knownCall(calls: Calls, id: string, tool: string): readonly Event[] {
  if (calls.has(id)) return startCall(calls, id)
  calls.set(id, { tool, state: 'running', hasArguments: true, step: undefined })
  return [stateDelta({ op: 'add', path: own('calls', id), value: { tool, state: 'running' } })]
}

function settleCall(calls: Calls, id: string, state: CallState): readonly Event[] {
  const call = calls.get(id)
  if (call === undefined || (call.state !== 'arguments' && call.state !== 'running')) return []
  const finished: readonly Event[] = call.step === undefined ? [] : [{ type: EventType.STEP_FINISHED, stepName: call.step }]
  call.state = state
  call.step = undefined
  return [...finished, stateDelta({ op: 'replace', path: own('calls', id, 'state'), value: state })]
}

/** Step names are unique among the open ones: the tool's, or with the call's id where the tool runs twice at once. */
function stepName(calls: Calls, { tool }: Call, id: string): string {
  const taken = [...calls.values()].some((other) => other.step === tool)
  return taken ? `${tool} ${id}` : tool
}

const answerSchema = {
  type: 'object',
  properties: {
    decision: { type: 'string', enum: ['approve', 'reject'], description: 'Whether the call runs with exactly these arguments.' },
  },
  required: ['decision'],
}
