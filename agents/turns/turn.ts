/** One turn while it is being answered: who asks, what may be called, where its events go, and what it may cost. */
import type { Caller } from '../../platform/caller.ts'
import type { Waist } from '../../tools/waist.ts'
import type { Budget, ChatEvent, Usage } from '../chat.ts'
import type { Summary } from '../threads.ts'
import type { PlanBoard } from './plan-board.ts'
import type { SharedState } from './shared-state.ts'
import type { TurnSignal } from './signals.ts'
import type { TokenEvents } from './token-events.ts'
import type { TurnTools } from './turn-tools.ts'

export interface Turn {
  readonly id: string
  readonly waist: Waist
  /** Under which the conversation's checkpoints are kept. */
  readonly key: string
  readonly workspace: string
  readonly owner: string
  readonly thread: string
  /** The person the agent acts for. */
  readonly caller: Caller
  /** As whom the agent calls tools: the same workspace and role, and never more. */
  readonly agent: Caller
  readonly tools: TurnTools
  readonly budget: Budget
  /** No hosted model answers. */
  readonly free: boolean
  readonly push: (event: ChatEvent) => void
  readonly signals: TurnSignal
  readonly plan: PlanBoard
  readonly tokens: TokenEvents
  /** Undefined: the client shares none. Grows with the turn. */
  state: SharedState | undefined
  summary: Summary | undefined
  /** Nothing was ever said in this conversation. */
  readonly fresh: boolean
  /** What was used beside the answers that the conversation keeps. */
  aside: Usage
  /** The specialist that was told last. */
  specialist: string | undefined
}

/** The agent of a caller, for a turn that may call less than the caller may. */
export function agentOf(caller: Caller, tools?: readonly string[]): Caller {
  const channel = caller.channel === 'a2a' || caller.channel === 'eval' ? caller.channel : 'chat'
  const { tools: allowed, ...who } = caller
  const both = allowed && tools ? allowed.filter((name) => tools.includes(name)) : (tools ?? allowed)
  return { ...who, kind: 'agent', channel, ...(both === undefined ? {} : { tools: both }) }
}
