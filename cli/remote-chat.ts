/** The orchestrator of a running server: AG-UI events of POST /agui, read back as chat events. */
import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import type { ChatEvent, ChatRequest, Orchestrator, PlanStep } from '../agents/chat.ts'
import { Fault } from '../platform/fault.ts'
import type { ChatSource } from './chat.ts'
import { openHttp, type ServerAddress } from './http.ts'

/** The orchestrator of this process as a source. */
export function localChat(orchestrator: Pick<Orchestrator, 'chat'>, caller: ChatRequest['caller']): ChatSource {
  return (turn, signal) =>
    orchestrator.chat({ thread: turn.thread, caller, signal, ...('message' in turn ? { message: turn.message } : { resume: true }) })
}

/** Throws the server's fault; a stream that breaks off before its last event throws `unavailable`. */
export function remoteChat(address: ServerAddress): ChatSource {
  const http = openHttp(address)
  return async function* (turn, signal) {
    const said = 'message' in turn ? [{ id: randomUUID(), role: 'user', content: turn.message }] : []
    const resume = 'resume' in turn ? { resume: turn.resume.map((interruptId) => ({ interruptId, status: 'resolved' })) } : {}
    const body = {
      threadId: turn.thread,
      runId: randomUUID(),
      messages: said,
      tools: [],
      context: [],
      state: {},
      forwardedProps: {},
      ...resume,
    }
    for await (const event of chatEvents(http.events('/agui', { signal, body }))) {
      yield event
      if (lastTypes.has(event.type)) return
    }
    throw new Fault('unavailable', `${address.url} broke off in the middle of the answer. Ask again.`)
  }
}

async function* chatEvents(events: AsyncIterable<{ readonly data: unknown }>): AsyncIterable<ChatEvent> {
  let plan: readonly PlanStep[] = []
  for await (const { data } of events) {
    const event = chatEventOf(data) ?? changedPlan(data, plan)
    if (event?.type === 'plan') plan = event.steps
    if (event) yield event
  }
}

const lastTypes = new Set<ChatEvent['type']>(['finished', 'failed', 'waiting'])

const progress = z.object({ fraction: z.number().optional(), message: z.string() }).transform(({ fraction, message }) => ({
  message,
  ...(fraction === undefined ? {} : { fraction }),
}))

const interrupt = z.object({
  id: z.string(),
  message: z.string().default(''),
  toolCallId: z.string(),
  metadata: z.object({ tool: z.string(), input: z.unknown() }),
})

const states = z.enum(['pending', 'running', 'waiting', 'done', 'failed', 'skipped'])

const step = z
  .object({
    id: z.string(),
    title: z.string(),
    tool: z.string().optional(),
    input: z.unknown().optional(),
    condition: z.string().optional(),
    state: states,
  })
  .transform(({ id, title, tool, input, condition, state }): PlanStep => {
    const optional = {
      ...(tool === undefined ? {} : { tool }),
      ...(input === undefined ? {} : { input }),
      ...(condition === undefined ? {} : { condition }),
    }
    return { id, title, state, ...optional }
  })

const planDelta = z.object({
  type: z.literal('ACTIVITY_DELTA'),
  activityType: z.literal('PLAN'),
  patch: z.array(z.object({ path: z.string(), value: z.unknown() })),
})

/** A change of the plan tells the steps whose state is another. */
function changedPlan(data: unknown, plan: readonly PlanStep[]): ChatEvent | undefined {
  const delta = planDelta.safeParse(data).data
  if (!delta) return undefined
  const changed = new Map(delta.patch.map(({ path, value }) => [path, states.safeParse(value).data]))
  return { type: 'plan', steps: plan.map((one, at) => ({ ...one, state: changed.get(`/steps/${at}/state`) ?? one.state })) }
}

/** Each AG-UI event that a chat event became, back again; the brackets around them say nothing more. */
const aguiShape = z.union([
  z
    .object({
      type: z.literal('CUSTOM'),
      name: z.literal('millrace.started'),
      value: z.object({ model: z.string(), mark: z.string().optional() }),
    })
    .transform(({ value: { model, mark } }): ChatEvent => ({ type: 'started', turn: '', model, ...(mark === undefined ? {} : { mark }) })),
  z
    .object({ type: z.literal('TEXT_MESSAGE_CONTENT'), messageId: z.string(), delta: z.string() })
    .transform(({ messageId, delta }): ChatEvent => ({ type: 'text', message: messageId, delta })),
  z
    .object({ type: z.literal('TOOL_CALL_START'), toolCallId: z.string(), toolCallName: z.string() })
    .transform(({ toolCallId, toolCallName }): ChatEvent => ({ type: 'call', call: toolCallId, tool: toolCallName })),
  z
    .object({ type: z.literal('TOOL_CALL_ARGS'), toolCallId: z.string(), delta: z.string() })
    .transform(({ toolCallId, delta }): ChatEvent => ({ type: 'arguments', call: toolCallId, delta })),
  z
    .object({ type: z.literal('TOOL_CALL_END'), toolCallId: z.string() })
    .transform(({ toolCallId }): ChatEvent => ({ type: 'called', call: toolCallId })),
  z
    .object({
      type: z.literal('CUSTOM'),
      name: z.literal('millrace.progress'),
      value: z.object({ call: z.string(), tool: z.string(), progress }),
    })
    .transform(({ value }): ChatEvent => ({ type: 'progress', ...value })),
  z
    .object({
      type: z.literal('TOOL_CALL_RESULT'),
      toolCallId: z.string(),
      content: z.string(),
      metadata: z.object({ tool: z.string(), ok: z.boolean(), data: z.unknown() }),
    })
    .transform(
      ({ toolCallId, content, metadata }): ChatEvent => ({ type: 'result', call: toolCallId, content, ...metadata, data: metadata.data }),
    ),
  z
    .object({ type: z.literal('CUSTOM'), name: z.literal('millrace.clarify'), value: z.object({ question: z.string() }) })
    .transform(({ value }): ChatEvent => ({ type: 'clarify', question: value.question })),
  z
    .object({ type: z.literal('RUN_FINISHED'), outcome: z.object({ type: z.literal('interrupt'), interrupts: z.array(interrupt) }) })
    .transform(
      ({ outcome }): ChatEvent => ({
        type: 'waiting',
        approvals: outcome.interrupts.map(({ id, message, toolCallId, metadata: { tool, input } }) => ({
          approval: id,
          call: toolCallId,
          tool,
          input,
          reason: message,
        })),
      }),
    ),
  z
    .object({ type: z.literal('REASONING_MESSAGE_CONTENT'), messageId: z.string(), delta: z.string() })
    .transform(({ messageId, delta }): ChatEvent => ({ type: 'reasoning', message: messageId, delta })),
  z
    .object({ type: z.literal('ACTIVITY_SNAPSHOT'), activityType: z.literal('PLAN'), content: z.object({ steps: z.array(step) }) })
    .transform(({ content }): ChatEvent => ({ type: 'plan', steps: content.steps })),
  z.object({ type: z.literal('SUBAGENT_STARTED'), name: z.string() }).transform(({ name }): ChatEvent => ({ type: 'agent', name })),
  z.object({ type: z.literal('RUN_FINISHED') }).transform((): ChatEvent => ({ type: 'finished' })),
  z
    .object({ type: z.literal('RUN_ERROR'), message: z.string(), code: z.string().default('internal') })
    .transform(({ message, code }): ChatEvent => ({ type: 'failed', code, message })),
])

/** A question comes twice: in words for any client, and as the clarify event. */
const spokenQuestion = z.object({ metadata: z.object({ clarify: z.literal(true) }) })

function chatEventOf(data: unknown): ChatEvent | undefined {
  if (spokenQuestion.safeParse(data).success) return undefined
  const parsed = aguiShape.safeParse(data)
  return parsed.success ? parsed.data : undefined
}
