/** Calls that become runs: queued in one transaction with their approval, followed, and performed by a worker. */
import { z } from 'zod'
import { digestOf } from '../platform/canonical.ts'
import { Fault } from '../platform/fault.ts'
import type { Delivery, Run } from '../platform/runs/runs.ts'
import { type Admitted, authorise, done, type InvokeParts, judgeCall, refused, withOwnPorts } from './admit.ts'
import { isToolResult } from './context.ts'
import { type Call, execute } from './execute.ts'
import { claimKey } from './idempotency.ts'
import type { Origin, Outcome, Request } from './invocation.ts'
import { NeedsPerson } from './needs-person.ts'
import { nestedInvoke } from './nested.ts'
import { runFault } from './run-fault.ts'
import type { Effect } from './tool.ts'

/** With a `reason` the run waits for a person first. */
export async function enqueue(parts: InvokeParts, admitted: Admitted, { reason }: { readonly reason?: string }): Promise<Outcome> {
  const { platform } = parts
  const { request, origins, tool, bound, effect, digest, key } = admitted
  const { caller } = request
  const run = platform.newId('run')
  const approval = reason === undefined ? undefined : platform.newId('approval')
  await platform.db.transaction(async (tx) => {
    if (key) await claimKey(tx, key, { run })
    await platform.runs.create(tx, {
      id: run,
      tool: tool.name,
      input: bound.input,
      caller,
      origins,
      ...(approval === undefined ? {} : { approval }),
    })
    if (approval === undefined || reason === undefined) return
    await platform.approvals.ask(tx, { id: approval, run, tool: tool.name, input: bound.input, digest, origins, reason, askedBy: caller })
    await platform.audit.append(tx, { call: run, tool: tool.name, effect, caller, outcome: 'approval asked', digest, detail: { approval } })
  })
  if (approval !== undefined) {
    platform.events.publish({ type: 'approval', workspace: caller.workspace, approval, tool: tool.name, state: 'pending' })
    return { kind: 'waiting', approval, run }
  }
  platform.runs.wake()
  return followRun(parts, request, run)
}

/** Waits as long as the request says; the caller's abort cancels the run. */
export async function followRun({ platform, catalogue }: InvokeParts, request: Request, id: string): Promise<Outcome> {
  const { workspace } = request.caller
  const { signal, onProgress } = request
  const cancel = (): void => void platform.runs.cancel(id, workspace).catch(() => undefined)
  const stop =
    onProgress &&
    platform.events.subscribe((event) => {
      if (event.type === 'run' && event.run === id && event.progress) onProgress(event.progress)
    })
  if (signal?.aborted) cancel()
  signal?.addEventListener('abort', cancel, { once: true })
  try {
    const run = await platform.runs.settled(id, workspace, { ms: request.waitMs ?? Number.POSITIVE_INFINITY })
    return outcomeOf(run, () => catalogue.get(run.tool))
  } finally {
    stop?.()
    signal?.removeEventListener('abort', cancel)
  }
}

/** What a run's state means to whoever called. Throws the run's own fault when it failed. */
function outcomeOf(run: Run, tool: () => ReturnType<InvokeParts['catalogue']['get']>): Outcome {
  if (run.state === 'succeeded' && isToolResult(run.result)) return done(tool(), run.result, run.id)
  if (run.state === 'failed' || run.state === 'cancelled') throw runFault(run)
  if (run.state === 'waiting' && run.approval !== null) return { kind: 'waiting', approval: run.approval, run: run.id }
  return { kind: 'running', run: run.id }
}

/** What a worker does with a delivered run. Throws a Fault; the queue records it. */
export function createPerform(given: InvokeParts): (delivery: Delivery) => Promise<void> {
  const parts = withOwnPorts(given)
  const { platform, catalogue, ports } = parts
  return async ({ run, signal, progress }) => {
    const tool = catalogue.get(run.tool)
    // Again: a schedule's run came by no other way, and agents may have been stopped since.
    authorise(parts, tool, run.caller)
    const bound = tool.bind(run.input)
    const digest = digestOf({ tool: tool.name, input: bound.input })
    const { approval, caller } = run
    if (approval !== null) {
      await requireApproval(parts, run, digest)
    }
    const effect = await bound.effect({ db: platform.db, caller, ports })
    const origins = readOrigins(run.origins)
    // A person has said yes to it, so its result goes to an agent that had read nothing yet.
    if (approval !== null && tool.untrusted && Object.keys(origins).length === 0) await platform.taints.mark(caller, undefined, tool.name)
    const verdict = judgeCall(parts, { tool, bound, effect, digest, origins, caller })
    if (verdict.kind === 'refuse') throw refused(parts, { tool, effect, digest, caller }, verdict.reason)
    // The clock made this run, or the policy has changed since it was queued.
    if (verdict.kind === 'ask' && approval === null) return park(parts, { run, effect, digest }, { reason: verdict.reason, origins })
    const call: Omit<Call, 'invoke'> = {
      id: run.id,
      tool,
      bound,
      digest,
      effect,
      caller,
      origins,
      approved: approval !== null,
      signal,
      journal: { run: run.id, attempt: run.attempt, prefix: '' },
      onProgress: progress,
      settle: async (tx, result) => {
        if (approval !== null) await platform.approvals.use(tx, { id: approval, digest })
        await platform.runs.succeed(tx, run.id, result)
      },
    }
    try {
      await execute(parts, { ...call, invoke: nestedInvoke(parts, call) })
    } catch (error) {
      if (!(error instanceof NeedsPerson)) throw error
      await park(parts, { run, effect, digest }, { reason: error.message, origins: { ...origins, ...error.origins } })
    }
  }
}

/** The run waits for a person; what it has journalled so far stays done. */
async function park(
  { platform }: InvokeParts,
  { run, effect, digest }: { readonly run: Run; readonly effect: Effect; readonly digest: string },
  { reason, origins }: { readonly reason: string; readonly origins: Readonly<Record<string, Origin>> },
): Promise<void> {
  const { tool, input, caller } = run
  const approval = platform.newId('approval')
  await platform.db.transaction(async (tx) => {
    await platform.runs.park(tx, run.id, approval)
    await platform.approvals.ask(tx, { id: approval, run: run.id, tool, input, digest, origins, reason, askedBy: caller })
    await platform.audit.append(tx, { call: run.id, tool, effect, caller, outcome: 'approval asked', digest, detail: { approval } })
  })
  platform.events.publish({ type: 'approval', workspace: run.workspace, approval, tool, state: 'pending' })
}

const storedOrigins = z.record(z.string(), z.object({ trust: z.enum(['trusted', 'untrusted']), source: z.string() }))

/** Written by `create`; what cannot be read counts as untrusted. */
function readOrigins(stored: unknown): Readonly<Record<string, Origin>> {
  return storedOrigins.safeParse(stored).data ?? { '': { trust: 'untrusted', source: 'an unreadable record' } }
}

/** Before anything runs; `use` checks the same again in the transaction of the effect. */
async function requireApproval({ platform }: InvokeParts, run: Run, digest: string): Promise<void> {
  const given = await platform.approvals.get(run.approval ?? '', run.workspace)
  if (given.state === 'approved' && given.digest === digest && given.run === run.id) return
  throw new Fault(
    'not_allowed',
    `Run ${run.id} of ${run.tool} has no approval for exactly these arguments (approval ${given.id} is ${given.state}).`,
  )
}
