/** The catalogue as LangChain tools, and the one way a call of theirs runs: through `invoke`, as an agent, with its origins. */
import { type BaseMessage, HumanMessage, ToolMessage } from '@langchain/core/messages'
import { DynamicStructuredTool } from '@langchain/core/tools'
import { interrupt, isGraphBubbleUp } from '@langchain/langgraph'
import type { Caller } from '../platform/caller.ts'
import { asFault } from '../platform/fault.ts'
import { describeTool } from '../tools/description.ts'
import type { Catalogue, Outcome } from '../tools/invocation.ts'
import type { Waist } from '../tools/waist.ts'
import type { PlannerTool } from './planner/contract.ts'
import { read } from './planner/references.ts'
import { originsOf, type Trusted } from './trust.ts'
import type { TurnEvents } from './turn-events.ts'
import { artifactOf, type ToolArtifact } from './turn-plan.ts'

export function plannerTools(catalogue: Catalogue): readonly PlannerTool[] {
  return catalogue.list().map((tool) => ({ ...describeTool(tool), effect: tool.effect }))
}

/** Names, words and schemas for the model; running them is `runToolCall`'s. */
export function langchainTools(catalogue: readonly PlannerTool[]): DynamicStructuredTool[] {
  return catalogue.map(
    ({ name, description, input }) =>
      new DynamicStructuredTool({
        name,
        description,
        schema: { ...input },
        func: async () => {
          throw new Error(`${name} was called past invoke.`)
        },
      }),
  )
}

export interface Turn {
  readonly waist: Waist
  readonly catalogue: readonly PlannerTool[]
  readonly thread: string
  /** The person the agent acts for. */
  readonly caller: Caller
  readonly events: TurnEvents
  readonly signal: AbortSignal
}

export interface ToolCall {
  readonly id: string
  readonly name: string
  readonly args: unknown
}

/** What a paused turn waits for; kept in the checkpoint. */
export interface Pause {
  readonly approval: string
  readonly call: string
  readonly tool: string
  readonly input: unknown
  readonly reason: string
}

/** The agent of a person: the same workspace and role, and never more. */
export const agentOf = (caller: Caller): Caller => ({ ...caller, kind: 'agent', channel: 'chat' })

/**
 * Runs one call and tells its events. A call that a person must approve pauses the turn; when the turn goes on it is made
 * again under the same idempotency key and so meets the same run. A fault becomes a message for the model.
 */
export async function runToolCall(turn: Turn, call: ToolCall, messages: readonly BaseMessage[]): Promise<ToolMessage> {
  const { events, signal } = turn
  try {
    const outcome = await approved(turn, call, messages)
    if (outcome.kind !== 'done') throw new Error(`${call.name} was answered '${outcome.kind}'.`)
    events.push({ type: 'result', call: call.id, tool: call.name, content: outcome.content, data: outcome.data, ok: true })
    return toolMessage(call, outcome)
  } catch (error) {
    if (isGraphBubbleUp(error)) throw error
    signal.throwIfAborted()
    const { code, message, errors } = asFault(error)
    events.push({ type: 'result', call: call.id, tool: call.name, content: message, data: { code, errors }, ok: false })
    return new ToolMessage({ content: message, tool_call_id: call.id, name: call.name, status: 'error' })
  }
}

async function approved(turn: Turn, call: ToolCall, messages: readonly BaseMessage[]): Promise<Outcome> {
  const { waist, caller, events, signal, thread } = turn
  const request = {
    tool: call.name,
    input: call.args,
    caller: agentOf(caller),
    idempotencyKey: `${thread}:${messages.length}:${call.id}`,
    origins: originsOf(call.name, call.args, trustedParts(turn, messages)),
    signal,
    onProgress: (progress: { readonly fraction?: number; readonly message: string }) =>
      events.push({ type: 'progress', call: call.id, tool: call.name, progress }),
  }
  let outcome = await waist.invoke(request)
  while (outcome.kind === 'waiting') {
    const { reason, input } = await waist.platform.approvals.get(outcome.approval, caller.workspace)
    interrupt<Pause>({ approval: outcome.approval, call: call.id, tool: call.name, input, reason })
    outcome = await waist.invoke(request)
  }
  return outcome
}

function trustedParts({ catalogue }: Turn, messages: readonly BaseMessage[]): Trusted {
  const results = messages
    .filter((message) => ToolMessage.isInstance(message))
    .map((message) => ({ name: message.name ?? '', kept: artifactOf(message) }))
  const untrusted = results.filter(({ kept }) => kept?.untrusted === true)
  return {
    said: messages.filter((message) => HumanMessage.isInstance(message)).map((message) => message.text),
    taintedBy: [...new Set(untrusted.map(({ name }) => name))],
    minted: new Set(results.flatMap(({ kept }) => (kept?.run === undefined ? [] : [kept.run]))),
    catalogue,
  }
}

const longestData = 6000
const largestArtifact = 60_000

function toolMessage(call: ToolCall, outcome: Extract<Outcome, { kind: 'done' }>): ToolMessage {
  const { content, data, untrusted, run } = outcome
  const json = JSON.stringify(data) ?? ''
  const artifact: ToolArtifact = {
    content,
    data: json.length > largestArtifact ? scalars(data) : JSON.parse(json === '' ? 'null' : json),
    untrusted,
    ...(run === undefined ? {} : { run }),
  }
  const shown = json.length > longestData ? `${json.slice(0, longestData)}… (cut)` : json
  return new ToolMessage({ content: `${content}\n\n${shown}`, tool_call_id: call.id, name: call.name, artifact })
}

/** What later steps refer to is small; rows and curves are not kept in the conversation. */
function scalars(data: unknown): unknown {
  if (typeof data !== 'object' || data === null) return null
  return Object.fromEntries(
    Object.keys(data)
      .map((key) => [key, read(data, key)])
      .filter(([, value]) => typeof value !== 'object' || value === null),
  )
}
