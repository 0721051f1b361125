/**
 * The chat: LangChain's agent loop over the waist, one stream of events a turn. What a turn needs to go on — messages,
 * plan, pauses — is in the checkpoint, so a turn that waits for a person survives a restart.
 */
import { AIMessage, HumanMessage, ToolMessage } from '@langchain/core/messages'
import { Command } from '@langchain/langgraph'
import { createAgent, createMiddleware } from 'langchain'
import { z } from 'zod'
import { asFault, Fault } from '../platform/fault.ts'
import type { Waist } from '../tools/waist.ts'
import type { ChatEvent, ChatRequest, Orchestrator } from './chat.ts'
import { type Checkpoints, openCheckpoints } from './checkpoints.ts'
import { messagesOf, openCalls, shown, threadKey } from './history.ts'
import { type ChosenModel, chooseModel, type ModelSettings, modelUnavailable } from './models.ts'
import type { PlannerTool } from './planner/contract.ts'
import { indexOf } from './planner/retrieve.ts'
import { instructions } from './prompt.ts'
import { listThreads, touchThread } from './threads.ts'
import { agentOf, langchainTools, plannerTools, runToolCall, type Turn } from './tools.ts'
import { createTurnEvents, TokenEvents, type TurnEvents } from './turn-events.ts'
import { readWorld } from './world.ts'

export interface OrchestratorOptions {
  readonly waist: Waist
  readonly model: ModelSettings
  /** Opened by whoever shares it; default: opened here on the waist's database. */
  readonly checkpoints?: Checkpoints
  /** Model turns in one answer. Default 20. */
  readonly maxSteps?: number
  /** Milliseconds one answer may take, waiting for a person not counted. Default ten minutes. */
  readonly deadlineMs?: number
}

interface Parts {
  readonly waist: Waist
  readonly checkpoints: Checkpoints
  readonly model: ChosenModel
  readonly catalogue: readonly PlannerTool[]
  readonly tools: ReturnType<typeof langchainTools>
  readonly maxSteps: number
  readonly deadlineMs: number
  /** Threads that are being answered now. */
  readonly busy: Set<string>
}

export async function createOrchestrator(options: OrchestratorOptions): Promise<Orchestrator> {
  const { waist, model, maxSteps = 20, deadlineMs = 600_000 } = options
  const checkpoints = options.checkpoints ?? (await openCheckpoints(waist.platform.db))
  const catalogue = plannerTools(waist.catalogue)
  // Once, before anybody waits for it.
  indexOf(catalogue)
  const parts: Parts = {
    waist,
    checkpoints,
    catalogue,
    maxSteps,
    deadlineMs,
    model: chooseModel(model),
    tools: langchainTools(catalogue),
    busy: new Set(),
  }
  return {
    chat: (request) => chat(parts, request),
    history: async (thread, caller) => shown(await messagesOf(checkpoints, threadKey(caller, thread))),
    threads: async (caller) => listThreads(waist.platform.db, caller.workspace),
  }
}

async function* chat(parts: Parts, request: ChatRequest): AsyncGenerator<ChatEvent> {
  const { model, waist } = parts
  yield {
    type: 'started',
    turn: waist.platform.newId('turn'),
    model: model.name,
    ...(model.mark === undefined ? {} : { mark: model.mark }),
  }
  const events = createTurnEvents()
  const work = answer(parts, request, events)
    .catch((error: unknown) => events.push(failure(parts, error)))
    .finally(() => events.end())
  yield* events.read()
  await work
}

async function answer(parts: Parts, request: ChatRequest, events: TurnEvents): Promise<void> {
  const { busy, deadlineMs, waist } = parts
  const key = threadKey(request.caller, request.thread)
  if (busy.has(key)) throw new Fault('conflict', 'This conversation is still being answered. Wait for the answer or stop it.')
  busy.add(key)
  const deadline = AbortSignal.timeout(deadlineMs)
  const signal = AbortSignal.any([request.signal, deadline])
  try {
    const { thread, caller, message } = request
    if (message !== undefined) await touchThread(waist.platform.db, { workspace: caller.workspace, thread, message })
    await runTurn(parts, request, { waist, catalogue: parts.catalogue, thread: key, caller, events, signal })
  } catch (error) {
    if (request.signal.aborted) throw new Fault('cancelled', 'The answer was stopped.', { cause: error })
    if (deadline.aborted)
      throw new Fault('deadline', `The answer took longer than ${Math.round(deadlineMs / 1000)} s and was stopped.`, { cause: error })
    throw error
  } finally {
    busy.delete(key)
  }
}

async function runTurn(parts: Parts, request: ChatRequest, turn: Turn): Promise<void> {
  const { maxSteps, checkpoints } = parts
  const { events, signal, thread } = turn
  const agent = agentFor(parts, turn)
  const config = {
    configurable: { thread_id: thread },
    recursionLimit: 2 * maxSteps + 3,
    signal,
    callbacks: [new TokenEvents(events.push)],
  }
  if (request.resume) await agent.invoke(await resumption(turn, agent), config)
  else await agent.invoke({ messages: await newMessages(checkpoints, turn, request.message) }, config)
  const pauses = await pausesOf(agent, thread)
  if (pauses.length > 0) return events.push({ type: 'waiting', approvals: pauses.map(({ value }) => value) })
  const question = await askedBack(parts, thread)
  if (question) events.push(question)
  events.push({ type: 'finished' })
}

type Agent = ReturnType<typeof agentFor>

function agentFor(parts: Parts, turn: Turn) {
  const { model, tools, checkpoints, waist, catalogue } = parts
  const caller = agentOf(turn.caller)
  const { telemetry, newId } = waist.platform
  const attributes = { 'gen_ai.operation.name': 'chat', 'gen_ai.provider.name': model.provider, 'gen_ai.request.model': model.name }
  return createAgent({
    model: model.open({ catalogue, newId, world: () => readWorld(waist, { caller, signal: turn.signal }) }),
    tools,
    checkpointer: checkpoints,
    systemPrompt: instructions(turn.caller),
    middleware: [
      createMiddleware({
        name: 'millrace',
        wrapModelCall: (call, next) =>
          telemetry.span(`chat ${model.name}`, attributes, async () => {
            try {
              return await next(call)
            } catch (error) {
              throw modelFault(model, error, turn.signal)
            }
          }),
        wrapToolCall: ({ toolCall, state }) =>
          runToolCall(turn, { id: toolCall.id ?? newId('call'), name: toolCall.name, args: toolCall.args }, state.messages),
      }),
    ],
  })
}

/** Calls that were never answered are answered now, or the model could not read its own conversation. */
async function newMessages(
  checkpoints: Checkpoints,
  { thread }: Turn,
  message: string | undefined,
): Promise<(HumanMessage | ToolMessage)[]> {
  if (message === undefined || message.trim() === '')
    throw new Fault('invalid_input', 'There is no message to answer. Write one, or resume a paused turn.')
  const open = openCalls(await messagesOf(checkpoints, thread))
  const words = 'Not done: the conversation went on before this was decided or finished.'
  return [
    ...open.map(({ id, name }) => new ToolMessage({ content: words, tool_call_id: id, name, status: 'error' })),
    new HumanMessage(message),
  ]
}

const pause = z.object({
  id: z.string(),
  value: z.object({ approval: z.string(), call: z.string(), tool: z.string(), input: z.unknown(), reason: z.string() }),
})
type Paused = z.infer<typeof pause>

async function pausesOf(agent: Agent, thread: string): Promise<readonly Paused[]> {
  const { tasks } = await agent.graph.getState({ configurable: { thread_id: thread } })
  return tasks.flatMap(({ interrupts }) => interrupts).flatMap((one) => pause.safeParse(one).data ?? [])
}

/** Every paused call looks at its run again; what the person decided stands there, not in this command. */
async function resumption({ thread }: Turn, agent: Agent): Promise<Command> {
  const pauses = await pausesOf(agent, thread)
  if (pauses.length === 0) throw new Fault('conflict', 'Nothing waits in this conversation. Send a message instead.')
  return new Command({ resume: Object.fromEntries(pauses.map(({ id }) => [id, true])) })
}

const asked = z.object({
  millrace: z.object({
    type: z.literal('clarify'),
    missing: z.object({ tool: z.string(), fields: z.array(z.string()), known: z.record(z.string(), z.unknown()) }),
  }),
})

/** The planner's question as a form: the schema of what is missing. */
async function askedBack({ checkpoints, catalogue }: Parts, thread: string): Promise<ChatEvent | undefined> {
  const last = (await messagesOf(checkpoints, thread)).at(-1)
  if (!AIMessage.isInstance(last)) return undefined
  const parsed = asked.safeParse(last.response_metadata).data
  if (!parsed) return undefined
  const { tool, fields, known } = parsed.millrace.missing
  const schema = schemaOf(
    catalogue.find(({ name }) => name === tool),
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

function modelFault({ name, hosted }: ChosenModel, error: unknown, signal: AbortSignal): unknown {
  if (signal.aborted || error instanceof Fault || !hosted) return error
  return modelUnavailable(name, error)
}

function failure({ waist, maxSteps }: Parts, error: unknown): ChatEvent {
  const fault = faultIn(error, maxSteps)
  if (fault.code === 'internal') waist.platform.log.error({ error: fault.cause ?? fault }, 'A chat turn failed unexpectedly.')
  return { type: 'failed', code: fault.code, message: fault.message }
}

/** LangChain wraps what its middleware throws. */
function faultIn(error: unknown, maxSteps: number): Fault {
  if (error instanceof Fault) return error
  if (error instanceof Error && error.name === 'GraphRecursionError') {
    return new Fault('deadline', `The answer took more than ${maxSteps} steps and was stopped. Ask for less at once.`, { cause: error })
  }
  return error instanceof Error && error.cause instanceof Error ? faultIn(error.cause, maxSteps) : asFault(error)
}
