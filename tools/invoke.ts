/**
 * The one path to any effect:
 *   find the tool -> parse -> authorise -> policy -> approval if it asks -> idempotency -> run -> parse output -> audit -> event
 * A short tool runs here and now; a durable one, and one that a person must approve first, becomes a run.
 */

import { Fault } from '../platform/fault.ts'
import { type Admitted, admit, done, type InvokeParts, withOwnPorts } from './admit.ts'
import { type Call, execute } from './execute.ts'
import { claimKey, findReplay, KeyTaken } from './idempotency.ts'
import type { Invoke, Outcome } from './invocation.ts'
import { nestedInvoke } from './nested.ts'
import { judge } from './policy.ts'
import { enqueue, followRun } from './run-calls.ts'
import type { Tool } from './tool.ts'

export function createInvoke(given: InvokeParts): Invoke {
  const parts = withOwnPorts(given)
  return async (request) => {
    const admitted = await admit(parts, request)
    const before = await replay(parts, admitted)
    if (before) return before
    try {
      return await carryOut(parts, admitted)
    } catch (error) {
      if (!(error instanceof KeyTaken)) throw error
      // Two calls with one key at once: the slower one's effect rolled back, and it gets the faster one's outcome.
      const other = await replay(parts, admitted)
      if (!other) throw error
      return other
    }
  }
}

async function replay(parts: InvokeParts, { request, tool, key }: Admitted): Promise<Outcome | undefined> {
  const known = key && (await findReplay(parts.platform.db, key))
  if (!known) return undefined
  return known.kind === 'run' ? followRun(parts, request, known.run) : doneAgain(tool, known.result)
}

async function carryOut(parts: InvokeParts, admitted: Admitted): Promise<Outcome> {
  const { tool, bound, effect, request } = admitted
  const { caller, origins = {} } = request
  const target = bound.target && { host: bound.target.host, listed: parts.platform.listedHosts.includes(bound.target) }
  const verdict = judge(parts.policy, { tool: tool.name, effect, caller, origins, target })
  if (!verdict.allow) return enqueue(parts, admitted, { reason: verdict.reason })
  return tool.durable ? enqueue(parts, admitted, {}) : runNow(parts, admitted)
}

async function runNow(parts: InvokeParts, { request, tool, bound, effect, digest, key }: Admitted): Promise<Outcome> {
  const id = parts.platform.newId('call')
  const call: Omit<Call, 'invoke'> = {
    id,
    tool,
    bound,
    effect,
    digest,
    caller: request.caller,
    signal: request.signal ?? never,
    deadlineMs: parts.deadlineMs ?? 60_000,
    onProgress: request.onProgress ?? ignore,
    ...(request.onPart ? { onPart: request.onPart } : {}),
    ...(key && tool.effect !== 'read' ? { settle: (tx, result) => claimKey(tx, key, { result }) } : {}),
  }
  const result = await execute(parts, { ...call, invoke: nestedInvoke(parts, call) })
  return done(tool, result)
}

function doneAgain(tool: Tool, result: unknown): Outcome {
  if (typeof result !== 'object' || result === null || !('content' in result) || !('data' in result)) {
    throw new Fault('internal', `The recorded result of ${tool.name} cannot be read.`)
  }
  return done(tool, { content: String(result.content), data: result.data })
}

const ignore = (): void => undefined
const never = new AbortController().signal
