/** The one way a call of the agent runs: through `invoke`, as an agent, with its origins; or, the client's own tools, by the client. */
import { AIMessage, type BaseMessage, ToolMessage } from '@langchain/core/messages'
import { interrupt, isGraphBubbleUp } from '@langchain/langgraph'
import { z } from 'zod'
import { asFault, Fault } from '../platform/fault.ts'
import { describeTool } from '../tools/description.ts'
import type { Catalogue, Origin, Outcome } from '../tools/invocation.ts'
import type { Progress } from '../tools/tool.ts'
import { malformedIn } from './hosted/repair.ts'
import { handOff, readHandOff } from './hosted/specialists.ts'
import type { PlannerTool } from './planner/contract.ts'
import { read } from './planner/references.ts'
import { originsOf, type Trusted } from './trust.ts'
import { madeBy, trustedOf } from './trust-history.ts'
import type { ToolArtifact } from './turn-plan.ts'
import { writePlan } from './turns/plan-board.ts'
import { changedState, setState } from './turns/shared-state.ts'
import type { Turn } from './turns/turn.ts'

/** The catalogue as the planner sees it. */
export function plannerTools(catalogue: Catalogue): readonly PlannerTool[] {
  return catalogue.list().map((tool) => ({ ...describeTool(tool), effect: tool.effect }))
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
  readonly origins?: Readonly<Record<string, Origin>>
}

/** A call that the client runs; kept in the checkpoint. */
export interface ClientPause {
  readonly client: true
  readonly call: string
  readonly tool: string
  readonly input: unknown
}

/**
 * Runs one call and tells its events. A call that a person must approve pauses the turn; when the turn goes on it is made
 * again under the same idempotency key and so meets the same run. A fault becomes a message for the model.
 */
export async function runToolCall(turn: Turn, call: ToolCall, messages: readonly BaseMessage[]): Promise<ToolMessage> {
  const { push, signals, plan } = turn
  const told = { call: call.id, tool: call.name }
  try {
    signals.signal.throwIfAborted()
    plan.mark(call.id, call.name, 'running')
    const { message, content, data, ok = true } = await carryOut(turn, call, messages)
    push({ type: 'result', ...told, content, data, ok })
    plan.mark(call.id, call.name, ok ? 'done' : 'failed')
    return message
  } catch (error) {
    if (isGraphBubbleUp(error)) {
      plan.mark(call.id, call.name, 'waiting')
      throw error
    }
    signals.signal.throwIfAborted()
    const { code, message, errors } = asFault(error)
    push({ type: 'result', ...told, content: message, data: { code, errors }, ok: false })
    plan.mark(call.id, call.name, 'failed')
    const artifact: ToolArtifact = { content: message, data: undefined, untrusted: mayQuote(turn, call.name) }
    return new ToolMessage({ content: message, tool_call_id: call.id, name: call.name, artifact, status: 'error' })
  }
}

interface Answered {
  readonly message: ToolMessage
  readonly content: string
  readonly data: unknown
  readonly ok?: boolean
}

async function carryOut(turn: Turn, call: ToolCall, messages: readonly BaseMessage[]): Promise<Answered> {
  const malformed = malformedIn(messages.findLast((message) => AIMessage.isInstance(message)))[call.id]
  if (malformed !== undefined)
    throw new Fault('invalid_input', `The arguments of ${call.name} are not JSON: ${malformed}. Send the whole call again with valid JSON.`)
  const words = ownCall(turn, call)
  if (words !== undefined) return { message: wordsMessage(call, words), content: words, data: null }
  if (turn.tools.client.has(call.name)) return askClient(call)
  const origins = originsOf(call.name, call.args, trustedParts(turn, messages))
  const outcome = await approved(turn, call, { messages, origins })
  if (outcome.kind !== 'done') throw new Error(`${call.name} was answered '${outcome.kind}'.`)
  const made = madeBy(call.name, outcome, { catalogue: turn.waist.catalogue, origins })
  return { message: toolMessage(call, outcome, made), content: outcome.content, data: outcome.data }
}

/** Calls that only concern the turn: its plan, its state, who works. Undefined for any other. */
function ownCall(turn: Turn, { name, args }: ToolCall): string | undefined {
  if (name === setState && turn.state !== undefined) {
    turn.state = changedState(turn.state, args)
    turn.push({ type: 'state', state: turn.state })
    return 'The shared state is changed.'
  }
  if (name === writePlan) {
    if (!turn.plan.written(args))
      throw new Fault('invalid_input', 'The plan cannot be read. Give steps, each with a title of at most 200 characters.')
    return 'The plan is shown.'
  }
  if (name !== handOff) return undefined
  const specialist = readHandOff(args)
  if (specialist === undefined)
    throw new Fault('invalid_input', 'There is no such specialist. Hand on to data, training, operations or documents.')
  return `You work for ${specialist} now, with its tools.`
}

const wordsMessage = ({ id, name }: ToolCall, content: string): ToolMessage =>
  new ToolMessage({ content, tool_call_id: id, name, artifact: { content, data: null, untrusted: false, aside: true } })

const clientAnswer = z.object({ content: z.string(), ok: z.boolean() })

/** Pauses; what the client sends back is text from outside. */
function askClient(call: ToolCall): Answered {
  const answer = clientAnswer.parse(interrupt<ClientPause>({ client: true, call: call.id, tool: call.name, input: call.args }))
  const { content, ok } = answer
  const artifact: ToolArtifact = { content, data: null, untrusted: true, aside: true }
  const status = ok ? 'success' : 'error'
  return { message: new ToolMessage({ content, tool_call_id: call.id, name: call.name, artifact, status }), content, data: null, ok }
}

/** A durable call is begun first and followed then, so that its progress can name its run. */
async function approved(
  turn: Turn,
  call: ToolCall,
  { messages, origins }: { readonly messages: readonly BaseMessage[]; readonly origins: Readonly<Record<string, Origin>> },
): Promise<Outcome> {
  const { waist, agent, push, signals, key } = turn
  const durable = waist.catalogue.list().some(({ name, durable: long }) => long && name === call.name)
  const request = {
    tool: call.name,
    input: call.args,
    caller: agent,
    // The conversation's length makes ids that a server gives twice two keys; it is the same when the call is made again.
    idempotencyKey: `${key}:${messages.length}:${call.id}`,
    origins,
    signal: signals.cancel,
  }
  const tell = (progress: Progress, run?: string): void =>
    push({ type: 'progress', call: call.id, tool: call.name, progress, ...(run === undefined ? {} : { run }) })
  for (;;) {
    const early: Progress[] = []
    let outcome = await untilLeft(
      turn,
      waist.invoke({ ...request, waitMs: 0, onProgress: durable ? (one) => early.push(one) : (one) => tell(one) }),
    )
    const { run } = outcome
    for (const progress of early) tell(progress, run)
    if (outcome.kind === 'running') outcome = await untilLeft(turn, waist.invoke({ ...request, onProgress: (one) => tell(one, run) }))
    if (outcome.kind !== 'waiting') return outcome
    const { reason, input } = await waist.platform.approvals.get(outcome.approval, agent.workspace)
    interrupt<Pause>({ approval: outcome.approval, call: call.id, tool: call.name, input, reason, origins: request.origins })
  }
}

/** A turn that is left for another process does not wait for its call; the run goes on without it. */
async function untilLeft<T>({ signals: { signal } }: Turn, work: Promise<T>): Promise<T> {
  let leave = (): void => undefined
  const left = new Promise<never>((_, reject) => {
    leave = () => reject(signal.reason)
  })
  if (signal.aborted) leave()
  signal.addEventListener('abort', leave, { once: true })
  try {
    return await Promise.race([work, left])
  } finally {
    signal.removeEventListener('abort', leave)
    work.catch(() => undefined)
  }
}

/** What the conversation holds besides the person's own words. */
function trustedParts({ tools, state, summary, waist }: Turn, messages: readonly BaseMessage[]): Trusted {
  const shared = state !== undefined && Object.keys(state).length > 0
  return trustedOf({ messages, tools: tools.all, catalogue: waist.catalogue, summarised: summary?.taintedBy ?? [], shared })
}

/** An error of a tool that reads from outside, or of somebody else's tool, may quote what it read. */
function mayQuote({ waist, tools }: Turn, name: string): boolean {
  if (tools.client.has(name)) return true
  const tool = waist.catalogue.list().find((one) => one.name === name)
  return tool !== undefined && (tool.untrusted || tool.foreign !== undefined)
}

const longestData = 6000
const largestArtifact = 60_000

function toolMessage(call: ToolCall, outcome: Extract<Outcome, { kind: 'done' }>, made: Readonly<Record<string, unknown>>): ToolMessage {
  const { content, data, untrusted, run } = outcome
  const json = JSON.stringify(data) ?? ''
  const artifact: ToolArtifact = {
    content,
    data: json.length > largestArtifact ? scalars(data) : JSON.parse(json === '' ? 'null' : json),
    untrusted,
    made,
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
