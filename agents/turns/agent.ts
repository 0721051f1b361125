/**
 * LangChain's agent, built once: which model it asks, which tools it shows and as whom it calls them is each turn's own, found
 * by the conversation that the agent is working on.
 */
import { AIMessage, type BaseMessage } from '@langchain/core/messages'
import { createAgent, createMiddleware } from 'langchain'
import { Fault } from '../../platform/fault.ts'
import type { Checkpoints } from '../checkpoints.ts'
import { type HostedSettings, hostedAnswer } from '../hosted/answer.ts'
import type { ChosenModel } from '../models.ts'
import { OfflineModel } from '../offline-model.ts'
import { emptyWorld } from '../planner/contract.ts'
import { runToolCall } from '../tools.ts'
import { readWorld } from '../world.ts'
import { type Prices, priced, requireBudget, requireMoney, type Spent, spentIn } from './limits.ts'
import type { Turn } from './turn.ts'

export interface AgentParts {
  readonly checkpoints: Checkpoints
  readonly model: ChosenModel
  readonly hosted: Omit<HostedSettings, 'models'>
  readonly prices: Prices | undefined
  /** The turns being answered, by the key of their conversation. */
  readonly turns: ReadonlyMap<string, Turn>
}

export type Agent = ReturnType<typeof createTurnAgent>

export function createTurnAgent(parts: AgentParts) {
  const { model, checkpoints, turns } = parts
  const turnOf = (key: string | undefined): Turn => {
    const turn = turns.get(key ?? '')
    if (!turn) throw new Fault('internal', 'A conversation is worked on that nobody holds.')
    return turn
  }
  return createAgent({
    // Every turn brings its own; this one is never asked.
    model: new OfflineModel({ catalogue: [], newId: (prefix) => prefix, world: async () => emptyWorld }),
    tools: [],
    checkpointer: checkpoints,
    middleware: [
      createMiddleware({
        name: 'millrace',
        wrapModelCall: async (call, next) => {
          const turn = turnOf(call.runtime.configurable?.thread_id)
          const before = spentBy(parts, turn, call.messages)
          requireBudget(before, turn.budget)
          const { span } = turn.waist.platform.telemetry
          const attributes = { 'gen_ai.operation.name': 'chat', 'gen_ai.provider.name': model.provider, 'gen_ai.request.model': model.name }
          const answer = await span(`chat ${model.name}`, attributes, async () =>
            model.hosted
              ? hostedAnswer(turn, { ...parts.hosted, models: model.models }, call.messages, async (asked) =>
                  answerIn(await next({ ...call, model: asked.model, messages: asked.messages, tools: asked.tools })),
                )
              : plannedAnswer(turn, async (opened) => answerIn(await next({ ...call, model: opened })), model),
          )
          settle(parts, turn, [...call.messages, answer])
          return answer
        },
        wrapToolCall: ({ toolCall: { id = '', name, args }, state, runtime }) =>
          runToolCall(turnOf(runtime.configurable?.thread_id), { id, name, args }, state.messages),
      }),
    ],
  })
}

type Offline = Extract<ChosenModel, { readonly hosted: false }>

async function plannedAnswer(
  turn: Turn,
  ask: (model: ReturnType<Offline['open']>) => Promise<AIMessage>,
  model: Offline,
): Promise<AIMessage> {
  const { waist, agent, signals, tools, tokens } = turn
  tokens.expect([])
  const answer = await ask(
    model.open({
      catalogue: tools.all,
      newId: waist.platform.newId,
      world: () => readWorld(waist, { caller: agent, signal: signals.signal }),
    }),
  )
  const { content, tool_calls = [], response_metadata } = answer
  const calls = tool_calls.map((call, at) => ({ ...call, id: tokens.calls[at]?.id ?? call.id ?? waist.platform.newId('call') }))
  return new AIMessage({ id: tokens.message, content, tool_calls: calls, response_metadata })
}

function answerIn(answer: unknown): AIMessage {
  if (AIMessage.isInstance(answer)) return answer
  throw new Fault('internal', 'The model answered with something that is no message.')
}

function spentBy({ prices }: AgentParts, { aside }: Turn, messages: readonly BaseMessage[]): Spent {
  const { steps, input, output } = spentIn(messages, prices)
  return { steps, ...priced({ input: input + aside.input, output: output + aside.output }, prices) }
}

/** Tells what the turn has used, and stops it before it acts on an answer that took all of it. */
function settle(parts: AgentParts, turn: Turn, messages: readonly BaseMessage[]): void {
  if (!parts.model.hosted) return
  const { steps: _, ...usage } = spentBy(parts, turn, messages)
  turn.push({ type: 'usage', usage })
  const last = messages.at(-1)
  if (AIMessage.isInstance(last) && last.tool_calls?.length) requireMoney(usage, turn.budget)
}
