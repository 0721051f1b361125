/**
 * Chat events as AG-UI 1.0 events. AG-UI wants brackets (a message or a call is opened, filled, closed, and all is closed
 * before the end), so the one idea here is to remember what is open.
 *
 *   RUN_STARTED STATE_SNAPSHOT
 *     ( TEXT_MESSAGE_* | REASONING_* | TOOL_CALL_* | STEP_* | SUBAGENT_* | ACTIVITY_* | STATE_DELTA | CUSTOM )*
 *   then one of RUN_FINISHED (success, interrupt, cancelled), RUN_ERROR
 */
import { type Event, EventType, PROTOCOL_VERSION, type RunFinishedOutcome, type TokenUsage } from '@ag-ui/core'
import type { Budget, ChatEvent, Usage } from '../../agents/chat.ts'
import { newId } from '../../platform/id.ts'
import {
  addArguments,
  type Calls,
  callProgress,
  callResult,
  closeCalls,
  interruptOf,
  leaveCalls,
  openCall,
  pauseCalls,
  startCall,
} from './agui-calls.ts'
import { createPlanBoard, type PlanBoard } from './agui-plan.ts'
import { createSpeech, hush, type Speech, say } from './agui-speech.ts'
import { createSharedState, own, type SharedState, type State, stateDelta, stateTool } from './agui-state.ts'

export interface AguiMapper {
  /** The events that this one becomes; none after the terminal one. */
  map(event: ChatEvent): readonly Event[]
  /** The turn was stopped from outside: its terminal event, unless it has one. */
  cancel(): readonly Event[]
  /** True after RUN_FINISHED or RUN_ERROR. */
  ended(): boolean
}

export interface TurnOptions {
  readonly threadId: string
  readonly runId: string
  /** The client's half of the shared state. */
  readonly state?: State
  /** Keys of it that the client is not told back. */
  readonly hidden?: readonly string[]
  /** Of the plan's activity: a turn that goes on goes on with its plan. */
  readonly planId?: string
  /** Calls whose results the client made itself. */
  readonly answered?: readonly string[]
  /** What a turn may cost, for clients that show it. */
  readonly budget?: Budget
}

interface Turn extends TurnOptions {
  readonly calls: Calls
  readonly speech: Speech
  readonly shared: SharedState
  readonly plan: PlanBoard
  agent: { readonly id: string; readonly step: string } | undefined
  agents: number
  model: string
  usage: Usage | undefined
  ended: boolean
}

export function createAguiMapper(options: TurnOptions): AguiMapper {
  const turn: Turn = {
    ...options,
    calls: new Map(),
    speech: createSpeech(),
    shared: createSharedState(options.state, options.hidden),
    plan: createPlanBoard(options.planId ?? newId('plan')),
    agent: undefined,
    agents: 0,
    model: '',
    usage: undefined,
    ended: false,
  }
  return {
    map: (event) => (turn.ended ? [] : mapEvent(turn, event)),
    cancel: () => (turn.ended ? [] : finish(turn, { type: 'cancelled' })),
    ended: () => turn.ended,
  }
}

function mapEvent(turn: Turn, event: ChatEvent): readonly Event[] {
  const { calls, speech } = turn
  switch (event.type) {
    case 'started':
      return start(turn, event)
    case 'text':
    case 'reasoning':
      return say(speech, event.type, event)
    case 'plan':
      return turn.plan.show(event.steps)
    case 'agent':
      return [...hush(speech), ...handOver(turn, event.name)]
    case 'state':
      return turn.shared.replace(event.state)
    case 'usage':
      return count(turn, event)
    case 'call':
      return [...hush(speech), ...(event.tool === stateTool ? turn.shared.predict() : []), ...openCall(calls, event)]
    case 'arguments':
      return addArguments(calls, event)
    case 'called':
      return startCall(calls, event.call)
    case 'progress':
      return callProgress(calls, event)
    case 'result':
      return [...hush(speech), ...callResult(calls, event, turn.answered?.includes(event.call) ?? false)]
    case 'clarify':
      return [...hush(speech), ...clarify(event)]
    case 'waiting':
      return [...pauseCalls(calls, event), ...finish(turn, pausedBy(event))]
    case 'client_calls':
      return [...leaveCalls(calls, event), ...finish(turn, leftTo(event))]
    case 'finished':
      return finish(turn, { type: 'success' })
    case 'failed':
      return fail(turn, event)
  }
}

type EventOf<T extends ChatEvent['type']> = Extract<ChatEvent, { type: T }>

function start(turn: Turn, { turn: id, model, mark }: EventOf<'started'>): readonly Event[] {
  const { threadId, runId, budget } = turn
  const about = mark === undefined ? { model } : { model, mark }
  turn.model = model
  return [
    { type: EventType.RUN_STARTED, threadId, runId, protocolVersion: PROTOCOL_VERSION, metadata: about },
    turn.shared.snapshot({ turn: id, ...about, ...(budget === undefined ? {} : { budget }), calls: {} }),
    { type: EventType.CUSTOM, name: 'millrace.started', value: about },
  ]
}

/** A specialist's part of the turn: a subagent to clients that know them, a step to those that do not. */
function handOver(turn: Turn, name: string | undefined): readonly Event[] {
  const closed = takeBack(turn, 'success')
  if (name === undefined) return closed
  const agent = { id: `${turn.runId}.agent.${++turn.agents}`, step: `agent ${name} ${turn.agents}` }
  turn.agent = agent
  return [
    ...closed,
    { type: EventType.SUBAGENT_STARTED, subagentRunId: agent.id, name },
    { type: EventType.STEP_STARTED, stepName: agent.step },
    stateDelta({ op: 'add', path: own('agent'), value: name }),
  ]
}

type AgentEnd = 'success' | 'suspended' | { readonly error: string }

function takeBack(turn: Turn, how: AgentEnd): readonly Event[] {
  if (turn.agent === undefined) return []
  const { id: subagentRunId, step } = turn.agent
  turn.agent = undefined
  return [
    { type: EventType.STEP_FINISHED, stepName: step },
    typeof how === 'string'
      ? { type: EventType.SUBAGENT_FINISHED, subagentRunId, outcome: { type: how } }
      : { type: EventType.SUBAGENT_ERROR, subagentRunId, message: how.error },
    stateDelta({ op: 'remove', path: own('agent') }),
  ]
}

function count(turn: Turn, { usage }: EventOf<'usage'>): readonly Event[] {
  turn.usage = usage
  return [stateDelta({ op: 'add', path: own('usage'), value: { ...usage } })]
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

function leftTo({ calls }: EventOf<'client_calls'>): RunFinishedOutcome {
  return { type: 'success', pendingToolCallIds: calls.map(({ call }) => call) }
}

function finish(turn: Turn, outcome: RunFinishedOutcome): readonly Event[] {
  const { threadId, runId } = turn
  const closed = closeAll(turn, outcome.type === 'interrupt' ? 'suspended' : 'success')
  turn.ended = true
  return [...closed, { type: EventType.RUN_FINISHED, threadId, runId, outcome, ...usageOf(turn) }]
}

function fail(turn: Turn, { code, message }: EventOf<'failed'>): readonly Event[] {
  const closed = closeAll(turn, { error: message })
  turn.ended = true
  return [...closed, { type: EventType.RUN_ERROR, message, code, ...usageOf(turn) }]
}

function closeAll(turn: Turn, how: AgentEnd): readonly Event[] {
  return [...hush(turn.speech), ...closeCalls(turn.calls), ...takeBack(turn, how)]
}

function usageOf({ usage, model }: Turn): { readonly usage?: TokenUsage[] } {
  if (usage === undefined) return {}
  const { input, output } = usage
  return { usage: [{ model, inputTokens: input, outputTokens: output, totalTokens: input + output }] }
}
