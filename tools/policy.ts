/** What may run at once, and what a person must decide: by who calls, the effect, and the trust of the arguments. */
import type { Caller, CallerKind } from '../platform/caller.ts'
import type { Origin } from './invocation.ts'
import type { Effect } from './tool.ts'

/** `ask if untrusted`: asks when untrusted text shaped the call or any of its arguments. */
export type Rule = 'run' | 'ask' | 'ask if untrusted'

export type Policy = Readonly<Record<CallerKind, Readonly<Record<Effect, Rule>>>>

export const defaultPolicy: Policy = {
  person: { read: 'run', create: 'run', change: 'run', egress: 'run', delete: 'ask' },
  agent: { read: 'run', create: 'ask if untrusted', change: 'ask', egress: 'ask', delete: 'ask' },
  automation: { read: 'run', create: 'run', change: 'run', egress: 'ask', delete: 'ask' },
}

export type Verdict = { readonly allow: true } | { readonly allow: false; readonly reason: string }

export function judge(
  policy: Policy,
  call: { readonly tool: string; readonly effect: Effect; readonly caller: Caller; readonly origins: Readonly<Record<string, Origin>> },
): Verdict {
  const rule = policy[call.caller.kind][call.effect]
  const untrusted = Object.values(call.origins).find((origin) => origin.trust === 'untrusted')
  if (rule === 'run' || (rule === 'ask if untrusted' && !untrusted)) return { allow: true }
  const why = untrusted ? `, and text from ${untrusted.source} shaped it` : ''
  return { allow: false, reason: `${call.tool} ${consequence[call.effect]}; called by ${article[call.caller.kind]}${why}.` }
}

const consequence: Readonly<Record<Effect, string>> = {
  read: 'reads',
  create: 'adds something new',
  change: 'alters what is live or scheduled',
  egress: 'sends something out',
  delete: 'removes something for good',
}

const article: Readonly<Record<CallerKind, string>> = { person: 'a person', agent: 'an agent', automation: 'an automation' }
