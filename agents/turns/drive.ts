/** Takes a turn to its end or its pause: what the agent is given to begin or to go on with, and what it left behind. */
import { AIMessage, type BaseMessage, HumanMessage, SystemMessage, ToolMessage } from '@langchain/core/messages'
import { Command } from '@langchain/langgraph'
import { z } from 'zod'
import { Fault } from '../../platform/fault.ts'
import type { ChatEvent, ClientResult } from '../chat.ts'
import type { Checkpoints } from '../checkpoints.ts'
import { messagesIn, messagesOf, openCalls } from '../history.ts'
import type { PlannerTool } from '../planner/contract.ts'
import { currentTurn, markBefore } from '../turn-plan.ts'
import type { Agent } from './agent.ts'
import type { KeptRequest } from './claims.ts'
import { stateAfter } from './shared-state.ts'
import type { Turn } from './turn.ts'

export interface Drive {
  readonly agent: Agent
  readonly checkpoints: Checkpoints
  readonly turn: Turn
  readonly request: KeptRequest
  readonly resume: boolean
  readonly results: readonly ClientResult[]
}

/** The events that end the turn, or its pause. */
export async function drive({ agent, checkpoints, turn, request, resume, results }: Drive): Promise<readonly ChatEvent[]> {
  const { key, signals, budget, tokens } = turn
  const config = {
    configurable: { thread_id: key },
    // Our own budget counts; this one only has to be larger.
    recursionLimit: 4 * Math.min(budget.steps, 10_000) + 10,
    signal: signals.signal,
    callbacks: [tokens],
    // What a tool is asked stands in the database before it runs: a call made again after a crash is the same call.
    durability: 'sync' as const,
  }
  const begun = resume
    ? await goingOn({ agent, turn, request, results })
    : await beginning(turn, request, turn.fresh ? [] : await messagesOf(checkpoints, turn.key))
  if ('left' in begun) return outcome(turn, begun.left, begun.pauses)
  // The graph itself: the agent's own `invoke` first reads the state that the graph reads again.
  const { messages, pauses } = leftIn(await agent.graph.invoke(begun.input, config))
  return outcome(turn, messages, pauses)
}

/** What the agent is given to work on, or, where there is nothing for it to do, what it left before. */
type Begun =
  | { readonly input: { messages: BaseMessage[] } | Command | null }
  | { readonly left: readonly BaseMessage[]; readonly pauses: readonly Paused[] }

/** Calls that were never answered are answered now, or the model could not read its own conversation. */
function beginning(turn: Turn, { message, before = [] }: KeptRequest, known: readonly BaseMessage[]): Begun {
  if (message === undefined || message.trim() === '')
    throw new Fault('invalid_input', 'There is no message to answer. Write one, or resume a paused turn.')
  const words = 'Not finished: the conversation went on before this was decided, answered or done. Look before you do it again.'
  const closed = openCalls(known).map(({ id, name }) => new ToolMessage({ content: words, tool_call_id: id, name, status: 'error' }))
  const told = known.length > 0 ? [] : before.flatMap((one, at) => toldBefore(one, `${turn.id}-before-${at}`))
  return { input: { messages: [...closed, ...told, new HumanMessage({ id: turn.id, content: message })] } }
}

/** A client's word for what others said is the client's word; only what the person said is the person's. */
function toldBefore({ role, text }: NonNullable<KeptRequest['before']>[number], id: string): readonly BaseMessage[] {
  if (text.trim() === '') return []
  if (role === 'user') return [new HumanMessage({ id, content: text })]
  if (role === 'system') return [new SystemMessage({ id, content: text, response_metadata: markBefore })]
  return [new AIMessage({ id, content: role === 'tool' ? `(A tool said:) ${text}` : text, response_metadata: markBefore })]
}

interface GoingOn {
  readonly agent: Agent
  readonly turn: Turn
  readonly request: KeptRequest
  readonly results: readonly ClientResult[]
}

/**
 * Every paused call looks at its run again; what the person decided stands there, not in this command. Throws `conflict` when
 * nothing waits and nothing was cut off.
 */
async function goingOn({ agent, turn, request, results }: GoingOn): Promise<Begun> {
  const { tasks, values } = await agent.graph.getState({ configurable: { thread_id: turn.key } })
  const messages = messagesIn(values)
  const pauses = tasks.flatMap(({ interrupts }) => interrupts).flatMap((one) => paused.safeParse(one).data ?? [])
  const began = messages.some(({ id }) => id === turn.id)
  if (!began && request.message !== undefined) {
    const before = (request.before ?? []).flatMap((one, at) => (messages.length > 0 ? [] : toldBefore(one, `${turn.id}-before-${at}`)))
    return { input: { messages: [...before, new HumanMessage({ id: turn.id, content: request.message })] } }
  }
  restore(turn, messages)
  if (pauses.length > 0) {
    const resume = answersTo(pauses, results)
    return Object.keys(resume).length > 0 ? { input: new Command({ resume }) } : { left: messages, pauses }
  }
  if (results.length > 0) throw new Fault('invalid_input', 'No call of this conversation waits for a result of the client.')
  // A step whose results are written, but not yet the state after it, is still to be ended: `next` does not name it.
  if (tasks.length > 0) return { input: null }
  // All was done, only its end was not told.
  if (began) return { left: messages, pauses: [] }
  throw new Fault('conflict', 'Nothing waits in this conversation. Send a message instead.')
}

/** What the turn had come to when it stopped. */
function restore(turn: Turn, messages: readonly BaseMessage[]): void {
  const now = currentTurn(messages)
  turn.plan.restore(now)
  if (turn.state !== undefined) turn.state = stateAfter(turn.state, now)
}

function answersTo(pauses: readonly Paused[], results: readonly ClientResult[]): Record<string, unknown> {
  const left = new Map(results.map((result) => [result.call, result]))
  const answers: Record<string, unknown> = {}
  for (const { id, value } of pauses) {
    const result = left.get(value.call)
    if ('approval' in value) answers[id] = true
    else if (result) {
      answers[id] = { content: result.content, ok: result.ok }
      left.delete(value.call)
    }
  }
  const [unknown] = left.keys()
  if (unknown !== undefined)
    throw new Fault('invalid_input', `No call '${unknown.slice(0, 80)}' of this conversation waits for a result of the client.`)
  return answers
}

const origin = z.object({ trust: z.enum(['trusted', 'untrusted']), source: z.string() })
const call = { call: z.string(), tool: z.string(), input: z.unknown() }
const paused = z.object({
  id: z.string(),
  value: z.union([
    z.object({ approval: z.string(), ...call, reason: z.string(), origins: z.record(z.string(), origin).optional() }),
    z.object({ client: z.literal(true), ...call }),
  ]),
})
type Paused = z.infer<typeof paused>

const result = z.object({ __interrupt__: z.array(z.unknown()).default([]) })

function leftIn(values: unknown): { readonly messages: readonly BaseMessage[]; readonly pauses: readonly Paused[] } {
  const { __interrupt__ } = result.parse(values)
  return { messages: messagesIn(values), pauses: __interrupt__.flatMap((one) => paused.safeParse(one).data ?? []) }
}

/** The client's calls come first: approvals wait anyway, and are told when those are answered. */
function outcome(turn: Turn, messages: readonly BaseMessage[], pauses: readonly Paused[]): readonly ChatEvent[] {
  const values = pauses.map(({ value }) => value)
  const calls = values.flatMap((value) => ('client' in value ? [{ call: value.call, tool: value.tool, input: value.input }] : []))
  if (calls.length > 0) return [{ type: 'client_calls', calls }]
  const approvals = values.flatMap((value) => ('approval' in value ? [approvalOf(value)] : []))
  if (approvals.length > 0) return [{ type: 'waiting', approvals }]
  turn.plan.end()
  const question = askedBack(turn, messages)
  return [
    // The planner costs nothing, and says so; a hosted model's answers have told theirs.
    ...(turn.free ? [{ type: 'usage' as const, usage: { input: 0, output: 0 } }] : []),
    ...(question ? [question] : []),
    ...(turn.specialist === undefined ? [] : [{ type: 'agent' as const, name: undefined }]),
    { type: 'finished' },
  ]
}

function approvalOf({ approval, call: id, tool, input, reason, origins }: Extract<Paused['value'], { approval: string }>) {
  return { approval, call: id, tool, input, reason, ...(origins === undefined ? {} : { origins }) }
}

const asked = z.object({
  millrace: z.object({
    type: z.literal('clarify'),
    missing: z.object({ tool: z.string(), fields: z.array(z.string()), known: z.record(z.string(), z.unknown()) }),
  }),
})

/** The planner's question as a form: the schema of what is missing. */
function askedBack({ tools }: Turn, messages: readonly BaseMessage[]): ChatEvent | undefined {
  const last = messages.at(-1)
  if (!AIMessage.isInstance(last)) return undefined
  const parsed = asked.safeParse(last.response_metadata).data
  if (!parsed) return undefined
  const { tool, fields, known } = parsed.millrace.missing
  const schema = schemaOf(
    tools.all.find(({ name }) => name === tool),
    fields,
  )
  return { type: 'clarify', question: last.text, tool, known, ...(schema === undefined ? {} : { schema }) }
}

function schemaOf(tool: PlannerTool | undefined, fields: readonly string[]): unknown {
  const properties = z.record(z.string(), z.unknown()).safeParse(tool?.input.properties).data
  const wanted = fields.filter((field) => properties?.[field] !== undefined)
  if (!properties || wanted.length === 0) return undefined
  return { type: 'object', properties: Object.fromEntries(wanted.map((field) => [field, properties[field]])), required: wanted }
}
