/** A tool that calls tools: same caller, same rules, and never a stronger effect than the call it is part of. */
import { digestOf } from '../platform/canonical.ts'
import { Fault } from '../platform/fault.ts'
import { authorise, type InvokeParts, judgeCall, refused } from './admit.ts'
import { isToolResult, type Journal } from './context.ts'
import { type Call, execute } from './execute.ts'
import type { Origin } from './invocation.ts'
import { NeedsPerson } from './needs-person.ts'
import { type Context, effects, type ToolResult } from './tool.ts'

type Origins = Readonly<Record<string, Origin>>

const deepest = 8

export function nestedInvoke(parts: InvokeParts, parent: Omit<Call, 'invoke'>, depth = 1): Context['invoke'] {
  let calls = 0
  return async (name, input, options = {}) => {
    const step = options.step ?? `${name}-${++calls}`
    const done = await recall(parts, parent.journal, step)
    if (done) return done
    if (depth > deepest)
      throw new Fault(
        'invalid_input',
        `${name} is nested ${depth} calls deep; at most ${deepest} are allowed. Is a pipeline calling itself?`,
      )
    const call = await bindNested(parts, parent, { name, input, step, origins: { ...inherited(parent), ...options.origins } })
    requireYes(parts, parent, call)
    return execute(parts, { ...call, invoke: nestedInvoke(parts, call, depth + 1) })
  }
}

/** A nested call of a durable run that was done before the process died is not done again. */
async function recall({ platform }: InvokeParts, journal: Journal | undefined, step: string): Promise<ToolResult<unknown> | undefined> {
  if (!journal) return undefined
  const known = await platform.runs.recall(journal.run, `${journal.prefix}${step}`)
  return known && isToolResult(known.output) ? known.output : undefined
}

async function bindNested(
  parts: InvokeParts,
  parent: Omit<Call, 'invoke'>,
  { name, input, step, origins }: { readonly name: string; readonly input: unknown; readonly step: string; readonly origins: Origins },
): Promise<Omit<Call, 'invoke'>> {
  const { platform, catalogue, ports } = parts
  const { caller, approved, signal, onProgress } = parent
  const tool = catalogue.get(name)
  authorise(parts, tool, caller)
  const bound = tool.bind(input)
  const effect = await bound.effect({ db: platform.db, caller, ports })
  if (effects.indexOf(effect) > effects.indexOf(parent.effect)) {
    throw new Fault('not_allowed', `${parent.tool.name} was allowed to '${parent.effect}' and may not call ${name}, which is '${effect}'.`)
  }
  const digest = digestOf({ tool: name, input: bound.input })
  const call = { id: `${parent.id}.${step}`, tool, bound, effect, digest, caller, origins, approved, signal, onProgress }
  const { journal } = parent
  if (!journal) return call
  const entry = { run: journal.run, attempt: journal.attempt, step: `${journal.prefix}${step}` }
  return {
    ...call,
    journal: { ...journal, prefix: `${entry.step}/` },
    settle: (tx, output) => platform.runs.journal(tx, { ...entry, output }),
  }
}

/** What untrusted text did to the outer call it did to the inner ones. */
function inherited({ origins }: Pick<Call, 'origins'>): Origins {
  const untrusted = Object.values(origins).find(({ trust }) => trust === 'untrusted')
  return untrusted ? { '': untrusted } : {}
}

/** The policy's word on the inner call; a yes to the outer one covers it. Throws NeedsPerson. */
function requireYes(parts: InvokeParts, parent: Omit<Call, 'invoke'>, call: Omit<Call, 'invoke'>): void {
  const verdict = judgeCall(parts, call)
  if (verdict.kind === 'refuse') throw refused(parts, call, verdict.reason)
  if (verdict.kind === 'run' || parent.approved) return
  const untrusted = Object.entries(call.origins).filter(([, { trust }]) => trust === 'untrusted')
  throw new NeedsPerson(
    `${call.tool.name}, which ${parent.tool.name} calls, needs a person's yes: ${verdict.reason}`,
    Object.fromEntries(untrusted.map(([path, origin]) => [`${call.tool.name}${path === '' ? '' : `.${path}`}`, origin])),
  )
}
