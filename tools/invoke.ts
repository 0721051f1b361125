/**
 * The one path to any effect:
 *   find the tool -> parse -> authorise -> policy -> approval if it asks -> idempotency -> run -> parse output -> audit -> event
 * A short tool runs here and now; a durable one, and one that a person must approve first, becomes a run.
 */

import { Fault } from '../platform/fault.ts'
import { type Admitted, admit, done, type InvokeParts, judgeCall, refused, withOwnPorts } from './admit.ts'
import { type Call, execute } from './execute.ts'
import { claimKey, findReplay, KeyTaken } from './idempotency.ts'
import type { Invoke, Outcome } from './invocation.ts'
import { nestedInvoke } from './nested.ts'
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
  await markReader(parts, { request, tool })
  return known.kind === 'run' ? followRun(parts, request, known.run) : doneAgain(tool, known.result)
}

async function carryOut(parts: InvokeParts, given: Admitted): Promise<Outcome> {
  const { tool, request } = given
  const admitted = { ...given, origins: await originsOf(parts, given) }
  const verdict = judgeCall(parts, { ...admitted, caller: request.caller })
  if (verdict.kind === 'refuse') throw refused(parts, { ...admitted, caller: request.caller }, verdict.reason)
  if (verdict.kind === 'ask') return enqueue(parts, admitted, { reason: verdict.reason })
  // Before it runs: the result may be followed by other means than this call, and an error may quote what was read.
  await markReader(parts, given)
  return tool.durable ? enqueue(parts, admitted, {}) : runNow(parts, admitted)
}

/** Who is given text from outside is remembered, where the surface does not say of every argument where it came from. */
async function markReader({ platform }: InvokeParts, { request, tool }: Pick<Admitted, 'request' | 'tool'>): Promise<void> {
  if (tool.untrusted && request.origins === undefined) await platform.taints.mark(request.caller, request.session, tool.name)
}

/** Where a surface says nothing of origins, what the caller was given before counts. Reads need no look-up unless a rule may ask. */
async function originsOf({ platform, policy }: InvokeParts, { request, effect }: Admitted): Promise<Admitted['origins']> {
  if (request.origins !== undefined) return request.origins
  if (effect === 'read' && policy.rules.length === 0) return {}
  return platform.taints.originsOf(request.caller, request.session)
}

async function runNow(parts: InvokeParts, { request, origins, tool, bound, effect, digest, key }: Admitted): Promise<Outcome> {
  const id = parts.platform.newId('call')
  const call: Omit<Call, 'invoke'> = {
    id,
    tool,
    bound,
    effect,
    digest,
    caller: request.caller,
    origins,
    approved: false,
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
