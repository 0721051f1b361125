/** One admitted call, running: under a span, with a deadline, until its effect and its audit row are one commit. */

import { type Caller, isAgent } from '../platform/caller.ts'
import type { Queryable } from '../platform/database/database.ts'
import { asFault, Fault } from '../platform/fault.ts'
import type { Platform } from '../platform/platform.ts'
import { createContext, type Journal } from './context.ts'
import type { Origin } from './invocation.ts'
import type { Ports } from './ports.ts'
import type { BoundCall, Context, Effect, Part, Progress, Tool, ToolResult } from './tool.ts'

export interface Call {
  readonly id: string
  readonly tool: Tool
  readonly bound: BoundCall
  readonly effect: Effect
  readonly digest: string
  readonly caller: Caller
  readonly origins: Readonly<Record<string, Origin>>
  /** A person has said yes to it, and so to what it calls. */
  readonly approved: boolean
  readonly signal: AbortSignal
  readonly deadlineMs?: number
  readonly journal?: Journal
  readonly onProgress: (progress: Progress) => void
  readonly onPart?: (part: Part) => void
  readonly invoke: Context['invoke']
  /** What must become true together with the effect: journal, idempotency record, the run's success. */
  readonly settle?: (tx: Queryable, result: ToolResult<unknown>) => Promise<void>
}

export interface Ground {
  readonly platform: Platform
  readonly ports: Ports
}

/** Throws a Fault; the refusal is audited as well. */
export async function execute(ground: Ground, call: Call): Promise<ToolResult<unknown>> {
  const { platform } = ground
  const started = performance.now()
  const finish = (outcome: string): void => {
    const seconds = (performance.now() - started) / 1000
    platform.telemetry.called({ tool: call.tool.name, kind: call.caller.kind, outcome, seconds })
    platform.events.publish({
      type: 'call',
      workspace: call.caller.workspace,
      call: call.id,
      tool: call.tool.name,
      caller: call.caller.name,
      ok: outcome === 'ok',
    })
  }
  const attributes = {
    'gen_ai.operation.name': 'execute_tool',
    'gen_ai.tool.name': call.tool.name,
    'gen_ai.tool.call.id': call.id,
    'millrace.workspace': call.caller.workspace,
  }
  try {
    const result = await platform.telemetry.span(`execute_tool ${call.tool.name}`, attributes, () =>
      withDeadline(call, haltOf(platform, call), (signal) => run(ground, call, signal)),
    )
    finish('ok')
    return result
  } catch (error) {
    const fault = asFault(error)
    if (fault.code === 'internal')
      platform.log.error({ tool: call.tool.name, call: call.id, error: fault.cause ?? fault }, 'A tool failed unexpectedly.')
    platform.audit.later(auditEntry(call, fault.code))
    finish(fault.code)
    throw fault
  }
}

async function run({ platform, ports }: Ground, call: Call, signal: AbortSignal): Promise<ToolResult<unknown>> {
  let committed: ToolResult<unknown> | undefined
  const commit: Context['commit'] = async (effect) => {
    signal.throwIfAborted()
    const db = call.journal ? platform.db.background : platform.db
    const [result, checked] = await db.transaction(async (tx) => {
      const outcome = await effect(tx)
      const parsed = parseOutput(call.tool, outcome)
      await call.settle?.(tx, parsed)
      await platform.audit.append(tx, auditEntry(call, 'ok'))
      signal.throwIfAborted()
      return [outcome, parsed] as const
    })
    committed = checked
    return result
  }
  const { tool, bound, caller, effect, id, journal, onProgress, onPart, invoke } = call
  const sender = { tool: tool.name, caller, effect, target: bound.target }
  const optional = { ...(journal ? { journal } : {}), ...(onPart ? { onPart } : {}) }
  const context = createContext({ platform, ports, sender, call: id, signal, onProgress, commit, invoke, ...optional })
  const returned = await bound.run(context)
  return committed ?? settleRead(platform, call, returned)
}

/** A call that changed nothing: audited in a batch, unless something else has to become true with it. */
async function settleRead(platform: Platform, call: Call, returned: ToolResult<unknown>): Promise<ToolResult<unknown>> {
  if (call.tool.effect !== 'read')
    throw new Fault('internal', `Tool ${call.tool.name} has the effect '${call.tool.effect}' and ended without commit.`)
  const result = parseOutput(call.tool, returned)
  if (!call.settle) {
    platform.audit.later(auditEntry(call, 'ok'))
    return result
  }
  const { settle } = call
  await platform.db.transaction(async (tx) => {
    await settle(tx, result)
    await platform.audit.append(tx, auditEntry(call, 'ok'))
  })
  return result
}

function parseOutput(tool: Tool, { content, data }: ToolResult<unknown>): ToolResult<unknown> {
  const parsed = tool.output.safeParse(data)
  if (!parsed.success)
    throw new Fault('internal', `Tool ${tool.name} gave a result that does not fit its own schema.`, { cause: parsed.error })
  return { content, data: parsed.data }
}

function auditEntry({ id, tool, effect, caller, digest }: Call, outcome: string): Parameters<Platform['audit']['later']>[0] {
  return { call: id, tool: tool.name, effect, caller, outcome, digest }
}

/** Ends what an agent began when agents are stopped; what a person began goes on. */
function haltOf({ halts }: Platform, { caller }: Call): AbortSignal | undefined {
  return isAgent(caller) ? halts.signal(caller.workspace) : undefined
}

/** Ends the wait on cancel, halt or deadline even where the tool does not listen; its commit is refused from then on. */
async function withDeadline<T>(call: Call, halt: AbortSignal | undefined, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController()
  const abort = (fault: Fault): void => controller.abort(fault)
  const cancelled = (): void => abort(new Fault('cancelled', `${call.tool.name} was cancelled.`, { cause: call.signal.reason }))
  if (call.signal.aborted) cancelled()
  call.signal.addEventListener('abort', cancelled, { once: true })
  const halted = (): void => controller.abort(halt?.reason)
  if (halt?.aborted) halted()
  halt?.addEventListener('abort', halted, { once: true })
  const { deadlineMs } = call
  const late = (): void =>
    abort(
      new Fault('deadline', `${call.tool.name} did not finish within ${(deadlineMs ?? 0) / 1000} s. Ask for less, or call it again later.`),
    )
  const timer = deadlineMs === undefined ? undefined : setTimeout(late, deadlineMs)
  const stopped = new Promise<never>((_, reject) => {
    controller.signal.addEventListener('abort', () => reject(controller.signal.reason), { once: true })
  })
  try {
    controller.signal.throwIfAborted()
    return await Promise.race([work(controller.signal), stopped])
  } finally {
    clearTimeout(timer)
    call.signal.removeEventListener('abort', cancelled)
    halt?.removeEventListener('abort', halted)
  }
}
