/** What may run at once, and what a person must decide: by who calls, the effect, and the trust of the arguments. */
import type { Caller, CallerKind } from '../platform/caller.ts'
import type { Origin } from './invocation.ts'
import type { Effect } from './tool.ts'

/**
 * `ask if untrusted`: asks when untrusted text shaped the call or any of its arguments.
 * `ask unless listed`: asks then, and whenever the call goes to a host that is not on the operator's list.
 */
export type Rule = 'run' | 'ask' | 'ask if untrusted' | 'ask unless listed'

export type Policy = Readonly<Record<CallerKind, Readonly<Record<Effect, Rule>>>>

export const defaultPolicy: Policy = {
  person: { read: 'run', create: 'run', change: 'run', egress: 'run', delete: 'ask' },
  agent: { read: 'run', create: 'ask if untrusted', change: 'ask', egress: 'ask unless listed', delete: 'ask' },
  automation: { read: 'run', create: 'run', change: 'run', egress: 'ask', delete: 'ask' },
}

export type Verdict = { readonly allow: true } | { readonly allow: false; readonly reason: string }

export interface JudgedCall {
  readonly tool: string
  readonly effect: Effect
  readonly caller: Caller
  readonly origins: Readonly<Record<string, Origin>>
  /** The host the call goes to, where it names one. */
  readonly target?: { readonly host: string; readonly listed: boolean } | undefined
}

export function judge(policy: Policy, call: JudgedCall): Verdict {
  const rule = policy[call.caller.kind][call.effect]
  const untrusted = Object.values(call.origins).find((origin) => origin.trust === 'untrusted')
  if (rule === 'run' || (!untrusted && (rule === 'ask if untrusted' || (rule === 'ask unless listed' && call.target?.listed)))) {
    return { allow: true }
  }
  const why = untrusted ? `, and text from ${untrusted.source} shaped it` : ''
  const where = call.target ? ` to ${call.target.host}` : ''
  return { allow: false, reason: `${call.tool} ${consequence[call.effect]}${where}; called by ${article[call.caller.kind]}${why}.` }
}

const consequence: Readonly<Record<Effect, string>> = {
  read: 'reads',
  create: 'adds something new',
  change: 'alters what is live or scheduled',
  egress: 'sends something out',
  delete: 'removes something for good',
}

const article: Readonly<Record<CallerKind, string>> = { person: 'a person', agent: 'an agent', automation: 'an automation' }
