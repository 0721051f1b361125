/**
 * What may run at once, what a person must decide, and what never runs: the operator's rules first, in their order, then the
 * table by who calls and the effect. One thing no rule can change: what untrusted text shaped alters, sends or removes
 * nothing without a person.
 */
import type { Caller, CallerKind } from '../platform/caller.ts'
import type { Origin } from './invocation.ts'
import { type ArgumentCondition, holds, labelOf } from './policy-conditions.ts'
import type { Effect } from './tool.ts'

/**
 * `ask if untrusted`: asks when untrusted text shaped the call or any of its arguments.
 * `ask unless listed`: asks then, and whenever the call goes to a host that is not on the operator's list.
 * `refuse`: nobody is asked.
 */
export const rules = ['run', 'ask', 'ask if untrusted', 'ask unless listed', 'refuse'] as const
export type Rule = (typeof rules)[number]

/** Every condition that is there must hold. */
export interface PolicyRule {
  readonly rule: Rule
  /** Told to whoever is asked or refused. */
  readonly why?: string | undefined
  readonly callers?: readonly CallerKind[] | undefined
  readonly effects?: readonly Effect[] | undefined
  /** Names, with * for any letters: "mail__*". */
  readonly tools?: readonly string[] | undefined
  readonly workspaces?: readonly string[] | undefined
  /** Whether untrusted text led to the decision to call. */
  readonly decision?: Origin['trust'] | undefined
  /** Whether untrusted text shaped the decision or any argument. */
  readonly call?: Origin['trust'] | undefined
  readonly where?: readonly ArgumentCondition[] | undefined
}

export type PolicyTable = Readonly<Record<CallerKind, Readonly<Record<Effect, Rule>>>>

export interface Policy {
  /** The first whose conditions hold decides. */
  readonly rules: readonly PolicyRule[]
  /** Decides where no rule does. */
  readonly table: PolicyTable
}

export const defaultPolicy: Policy = {
  rules: [],
  table: {
    person: { read: 'run', create: 'run', change: 'run', egress: 'run', delete: 'ask' },
    agent: { read: 'run', create: 'ask if untrusted', change: 'ask', egress: 'ask unless listed', delete: 'ask' },
    automation: { read: 'run', create: 'run', change: 'run', egress: 'ask', delete: 'ask' },
  },
}

export type Verdict = { readonly kind: 'run' } | { readonly kind: 'ask' | 'refuse'; readonly reason: string }

export interface JudgedCall {
  readonly tool: string
  readonly effect: Effect
  readonly caller: Caller
  /** As parsed. */
  readonly input: unknown
  readonly origins: Readonly<Record<string, Origin>>
  /** The host the call goes to, where it names one. */
  readonly target?: { readonly host: string; readonly listed: boolean } | undefined
}

export function judge(policy: Policy, call: JudgedCall): Verdict {
  const at = policy.rules.findIndex((rule) => applies(rule, call))
  const found = policy.rules[at]
  const rule = found?.rule ?? policy.table[call.caller.kind][call.effect]
  const untrusted = Object.values(call.origins).find((origin) => origin.trust === 'untrusted')
  if (rule !== 'refuse' && !asks(rule, call, untrusted)) return { kind: 'run' }
  const words = [`${call.tool} ${consequence[call.effect]}${call.target ? ` to ${call.target.host}` : ''}`]
  words.push(`called by ${article[call.caller.kind]}${untrusted ? `, and text from ${untrusted.source} shaped it` : ''}.`)
  const why = found ? ` ${found.why ?? `Rule ${at + 1} of the policy says '${rule}'.`}` : ''
  return { kind: rule === 'refuse' ? 'refuse' : 'ask', reason: `${words.join('; ')}${why}` }
}

function applies(rule: PolicyRule, call: JudgedCall): boolean {
  const { callers, effects, tools, workspaces, decision, call: label, where = [] } = rule
  return (
    (callers?.includes(call.caller.kind) ?? true) &&
    (effects?.includes(call.effect) ?? true) &&
    (workspaces?.includes(call.caller.workspace) ?? true) &&
    (tools?.some((pattern) => nameFits(pattern, call.tool)) ?? true) &&
    (decision === undefined || labelOf(call.origins, '') === decision) &&
    (label === undefined || (Object.values(call.origins).some(({ trust }) => trust === 'untrusted') ? 'untrusted' : 'trusted') === label) &&
    where.every((condition) => holds(condition, call))
  )
}

/** Whether a name fits a pattern in which * stands for any letters. */
export function nameFits(pattern: string, name: string): boolean {
  const parts = pattern.split('*').map((part) => part.replace(/[^\w]/g, String.raw`\$&`))
  return new RegExp(`^${parts.join('.*')}$`).test(name)
}

function asks(rule: Exclude<Rule, 'refuse'>, call: JudgedCall, untrusted: Origin | undefined): boolean {
  // The floor: holds whatever the rule says.
  if (untrusted && call.caller.kind !== 'person' && strong.includes(call.effect)) return true
  switch (rule) {
    case 'run':
      return false
    case 'ask':
      return true
    case 'ask if untrusted':
      return untrusted !== undefined
    case 'ask unless listed':
      return untrusted !== undefined || call.target?.listed !== true
  }
}

const strong: readonly Effect[] = ['change', 'egress', 'delete']

const consequence: Readonly<Record<Effect, string>> = {
  read: 'reads',
  create: 'adds something new',
  change: 'alters what is live or scheduled',
  egress: 'sends something out',
  delete: 'removes something for good',
}

const article: Readonly<Record<CallerKind, string>> = { person: 'a person', agent: 'an agent', automation: 'an automation' }
