/** Who may call what with which input: the steps before anything runs, shared by direct, nested and durable calls. */
import { type Caller, hasRole, isAgent } from '../platform/caller.ts'
import { digestOf } from '../platform/canonical.ts'
import { Fault } from '../platform/fault.ts'
import { haltFault } from '../platform/halts/switchboard.ts'
import { jsonText } from '../platform/json-text.ts'
import type { Ground } from './execute.ts'
import type { Key } from './idempotency.ts'
import type { Catalogue, Origin, Outcome, Request } from './invocation.ts'
import { judge, type Policy, type Verdict } from './policy.ts'
import type { BoundCall, Effect, Tool, ToolResult } from './tool.ts'

export interface InvokeParts extends Ground {
  readonly catalogue: Catalogue
  readonly policy: Policy
  /** For tools that are not durable, in milliseconds. Default 60,000. */
  readonly deadlineMs?: number
}

/** With what every call finds among its ports. */
export function withOwnPorts(parts: InvokeParts): InvokeParts {
  const { catalogue, platform, ports } = parts
  return { ...parts, ports: { ...ports, catalogue, schedules: platform.runs.schedules, audit: platform.audit, halts: platform.halts } }
}

/** A call that has passed parsing, roles and policy. */
export interface Admitted {
  readonly request: Request
  readonly origins: Readonly<Record<string, Origin>>
  readonly tool: Tool
  readonly bound: BoundCall
  readonly effect: Effect
  readonly digest: string
  readonly key: Key | undefined
}

export async function admit(parts: InvokeParts, request: Request): Promise<Admitted> {
  const { platform, catalogue, ports } = parts
  const { caller } = request
  const tool = catalogue.get(request.tool)
  authorise(parts, tool, caller)
  const bound = tool.bind(request.input)
  jsonText(bound.input, 'The input')
  const effect = await bound.effect({ db: platform.db, caller, ports })
  const digest = digestOf({ tool: tool.name, input: bound.input })
  const key =
    request.idempotencyKey === undefined
      ? undefined
      : { workspace: caller.workspace, caller: caller.id, key: request.idempotencyKey, tool: tool.name, digest }
  return { request, origins: request.origins ?? {}, tool, bound, effect, digest, key }
}

interface Judged extends Pick<Admitted, 'tool' | 'bound' | 'effect' | 'digest' | 'origins'> {
  readonly caller: Caller
}

/** The policy's word on a call. */
export function judgeCall({ policy, platform }: InvokeParts, { tool, bound, effect, origins, caller }: Judged): Verdict {
  const target = bound.target && { host: bound.target.host, listed: platform.listedHosts.includes(bound.target) }
  return judge(policy, { tool: tool.name, effect, caller, input: bound.input, origins, target })
}

/** The policy said no, and the audit log knows it. */
export function refused({ platform }: Ground, { tool, effect, caller, digest }: Omit<Judged, 'bound' | 'origins'>, reason: string): Fault {
  platform.audit.later({ call: platform.newId('call'), tool: tool.name, effect, caller, outcome: 'not_allowed', digest })
  return new Fault('not_allowed', `The policy of this installation refuses this call: ${reason}`)
}

/** Before parsing: who may not call a tool learns nothing of its input. Throws `not_allowed`. */
export function authorise({ platform }: Ground, tool: Tool, caller: Caller): void {
  const refusal = refusalOf(platform, tool, caller)
  if (refusal === undefined) return
  platform.audit.later({ call: platform.newId('call'), tool: tool.name, effect: tool.effect, caller, outcome: 'not_allowed', digest: '' })
  throw refusal
}

function refusalOf({ halts }: Ground['platform'], tool: Tool, caller: Caller): Fault | undefined {
  const { name, role, kind, workspace } = caller
  const halt = isAgent(caller) ? halts.current(workspace) : undefined
  if (halt) return haltFault(halt)
  if (caller.tools && !caller.tools.includes(tool.name)) {
    const known = caller.tools.length === 0 ? 'no tool at all' : `only ${caller.tools.slice(0, 20).join(', ')}`
    return new Fault('not_allowed', `${name} may not call ${tool.name} here: it was given ${known}.`)
  }
  if (!hasRole(caller, tool.role))
    return new Fault('not_allowed', `${tool.name} needs the role '${tool.role}', and ${name} has '${role}'. Ask an administrator for it.`)
  if (tool.callers && !tool.callers.includes(kind))
    return new Fault('not_allowed', `${tool.name} is for ${tool.callers.join(' and ')} callers, and ${name} is an ${kind}.`)
  return undefined
}

export function done(tool: Tool, { content, data }: ToolResult<unknown>, run?: string): Outcome {
  return { kind: 'done', content, data, untrusted: tool.untrusted, ...(run === undefined ? {} : { run }) }
}
