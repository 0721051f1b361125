/** Makes of a claim the turn that is worked on: as whom the agent acts, what it may call and spend, and what may stop it. */
import type { Waist } from '../../tools/waist.ts'
import type { Budget } from '../chat.ts'
import type { Claim, KeptRequest } from './claims.ts'
import { lowered, tooLong } from './limits.ts'
import { PlanBoard } from './plan-board.ts'
import { linkSignals } from './signals.ts'
import { TokenEvents } from './token-events.ts'
import { agentOf, type Turn } from './turn.ts'
import type { ToolLists } from './turn-tools.ts'

export interface TurnGround {
  readonly waist: Waist
  readonly lists: ToolLists
  /** What any turn may cost at most. */
  readonly budget: Budget
  /** A hosted model answers, and costs. */
  readonly hosted: boolean
}

export interface TurnAsked {
  readonly request: KeptRequest
  readonly push: Turn['push']
  /** Any of them ends the turn. */
  readonly signals: readonly AbortSignal[]
}

/** Throws `invalid_input` for tools of the client that cannot be offered. Its signals are released by whoever ends the turn. */
export function openTurn(ground: TurnGround, claim: Claim, { request, push, signals }: TurnAsked): Turn {
  const { waist, lists, hosted } = ground
  const { caller, state, tools: allowed, clientTools = [] } = request
  const budget = lowered(ground.budget, request.budget)
  const agent = agentOf(caller, allowed)
  const tools = lists.list({ allowed: agent.tools, clientTools, state })
  const titles = (name: string): string => tools.all.find((tool) => tool.name === name)?.title ?? name
  const plan = new PlanBoard(push, titles)
  const { newId, halts } = waist.platform
  const { workspace, owner, thread, key, summary, fresh, spentMs } = claim
  return {
    id: claim.turn,
    waist,
    key,
    workspace,
    owner,
    thread,
    caller,
    agent,
    tools,
    budget,
    free: !hosted,
    push,
    plan,
    state,
    tokens: new TokenEvents({ push, newId, planned: (calls) => plan.planned(calls) }),
    signals: linkSignals([...signals, halts.signal(workspace)], {
      ms: budget.seconds * 1000 - spentMs,
      late: () => tooLong(budget.seconds),
    }),
    summary,
    fresh,
    aside: { input: 0, output: 0 },
    specialist: undefined,
  }
}
