/**
 * `tools/call`: a tool of the catalogue goes through `invoke`, as an agent. What does not end at once becomes what the client can follow:
 *   a long run       -> a task, for a client with tasks; else the request stays open until it ends
 *   a wait for a yes -> a task, or a link for the person and a retry of the call, or a sentence that says where to decide
 */
import {
  type CallToolResult,
  type InputRequiredResult,
  inputRequired,
  inputResponse,
  MissingRequiredClientCapabilityError,
  ProtocolError,
  ProtocolErrorCode,
  type Server,
  type ServerContext,
} from '@modelcontextprotocol/server'
import { digestOf } from '../platform/canonical.ts'
import { asFault, Fault } from '../platform/fault.ts'
import type { Run } from '../platform/runs/runs.ts'
import type { Outcome } from '../tools/invocation.ts'
import type { Tool } from '../tools/tool.ts'
import { approvalKey, approvalLink } from './approval-link.ts'
import { doneResult, endedResult, failedResult, type Waiting, waitingResult } from './call-result.ts'
import { canFollowTasks, canOpenLinks, tasksExtension } from './capabilities.ts'
import { ownRun } from './own-run.ts'
import { progressTo } from './progress.ts'
import { untilDecided, untilEnded } from './run-follow.ts'
import type { Surface } from './surface.ts'
import { questionsOf } from './task-questions.ts'
import { type CreatedTask, createdTask } from './task-view.ts'

export type CallAnswer = CallToolResult | InputRequiredResult | CreatedTask

export interface ToolCall {
  readonly surface: Surface
  readonly server: Server
  readonly context: ServerContext
  readonly name: string
  readonly args: Readonly<Record<string, unknown>>
}

/** A call that fails is a result with `isError`; throws a ProtocolError for a tool that does not exist. */
export async function callTool(call: ToolCall): Promise<CallAnswer> {
  const { surface, context, name, args } = call
  const { profile } = surface
  if (profile?.taskOnly.has(name) && !canFollowTasks(context))
    throw new MissingRequiredClientCapabilityError({ requiredCapabilities: { extensions: { [tasksExtension]: {} } } })
  const direct = profile?.tools.find(({ listing }) => listing.name === name)
  if (direct)
    return direct.call({
      args,
      context,
      callTool: (tool, input) => callTool({ ...call, context: fresh(context), name: tool, args: input }),
    })
  const tool = toolNamed(surface, name)
  const retried = context.mcpReq.requestState<unknown>()
  try {
    return retried === undefined ? await invoke(call, tool) : await goOn(call, tool, retried)
  } catch (error) {
    if (error instanceof ProtocolError) throw error
    return failed(call, tool, error)
  }
}

function toolNamed({ waist }: Surface, name: string): Tool {
  try {
    return waist.catalogue.get(name)
  } catch (error) {
    throw new ProtocolError(ProtocolErrorCode.InvalidParams, asFault(error).message)
  }
}

/** The call within a call has not been asked anything yet. */
function fresh(context: ServerContext): ServerContext {
  const { inputResponses: _, ...mcpReq } = context.mcpReq
  return { ...context, mcpReq: { ...mcpReq, requestState: () => undefined } }
}

async function invoke(call: ToolCall, tool: Tool): Promise<CallAnswer> {
  const { surface, context, args } = call
  const { waist, caller } = surface
  const asTask = canFollowTasks(context)
  const onProgress = progressTo(context)
  const outcome = await waist.invoke({
    tool: tool.name,
    input: args,
    caller,
    signal: context.mcpReq.signal,
    ...(onProgress ? { onProgress } : {}),
    // A task is made as soon as the run is on record.
    ...(asTask && tool.durable ? { waitMs: 0 } : {}),
  })
  return answerTo(call, tool, outcome)
}

async function answerTo(call: ToolCall, tool: Tool, outcome: Outcome): Promise<CallAnswer> {
  const { surface, context } = call
  switch (outcome.kind) {
    case 'done':
      return doneResult(outcome, outcome)
    case 'running':
      note(context, 'info', `${tool.name} goes on as run ${outcome.run}.`)
      return taskOf(surface, outcome.run)
    case 'waiting': {
      const waiting: Waiting = { tool: tool.name, approval: outcome.approval, run: outcome.run }
      note(context, 'notice', `${tool.name} waits for a person: approval ${outcome.approval}.`)
      return canFollowTasks(context) ? taskOf(surface, outcome.run) : askForLink(call, waiting)
    }
  }
}

async function taskOf(surface: Surface, id: string): Promise<CreatedTask> {
  const run = await surface.waist.platform.runs.get(id, surface.caller.workspace)
  return createdTask(run, questionsOf(surface, run))
}

function askForLink({ surface, server, context }: ToolCall, waiting: Waiting): CallAnswer {
  const link = canOpenLinks(server, context) ? approvalLink(surface.approvals, waiting) : undefined
  if (link === undefined) return waitingResult(waiting, surface.approvals.words())
  return inputRequired({ inputRequests: { [approvalKey]: link }, requestState: waiting.run })
}

/** How long a retried call waits for the person before it asks the client to come again; clients give up after a minute. */
const decisionMs = 40_000

/** The client retries a call that waits: nothing is called again, the run that the first call made is followed. */
async function goOn(call: ToolCall, tool: Tool, state: unknown): Promise<CallAnswer> {
  const { surface, context } = call
  const { platform } = surface.waist
  const { workspace } = surface.caller
  const { signal } = context.mcpReq
  const run = await requireSameCall(call, tool, state)
  const answer = inputResponse(context.mcpReq.inputResponses, approvalKey)
  if (answer.kind === 'elicit' && answer.action !== 'accept') {
    // Not to open the page is to take the call back; a yes is only ever given on the page.
    await platform.runs.cancel(run.id, workspace)
    throw new Fault('cancelled', `${tool.name} was not approved: the person did not open the page, so the call was taken back.`)
  }
  if (run.approval !== null) {
    const decision = await untilDecided(platform, run.approval, { workspace, signal, ms: decisionMs })
    if (decision === 'pending') return inputRequired({ requestState: run.id })
  }
  const ended = await untilEnded(platform, run.id, { workspace, signal, onProgress: progressTo(context) })
  return endedResult(ended, { untrusted: tool.untrusted })
}

/** The state that a client sends back names a run; it opens only the caller's own, for the very call that it was made for. */
async function requireSameCall({ surface, args }: ToolCall, tool: Tool, state: unknown): Promise<Run> {
  const run = typeof state === 'string' ? await ownRun(surface, state) : undefined
  const same = run?.tool === tool.name && digestOf(run.input) === digestOf(JSON.parse(JSON.stringify(tool.bind(args).input)))
  if (run !== undefined && same) return run
  throw new ProtocolError(ProtocolErrorCode.InvalidParams, 'Invalid or expired requestState', { reason: 'invalid_request_state' })
}

function failed({ context }: ToolCall, tool: Tool, error: unknown): CallToolResult {
  const fault = asFault(error)
  note(context, 'warning', `${tool.name} failed: ${fault.code}.`)
  return failedResult(fault)
}

/** What a client with logging on may want to know besides the answer. Reads that succeed are not worth a line. */
function note({ mcpReq }: ServerContext, level: 'info' | 'notice' | 'warning', text: string): void {
  mcpReq.log(level, text, 'millrace').catch(() => undefined)
}
