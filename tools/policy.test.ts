import { describe, expect, it } from 'vitest'
import type { Caller } from '../platform/caller.ts'
import type { Origin } from './invocation.ts'
import { defaultPolicy, judge } from './policy.ts'
import { labelOf } from './policy-conditions.ts'
import { type Effect, effects } from './tool.ts'

const caller = (kind: Caller['kind']): Caller => ({ id: 'x', name: 'x', kind, role: 'admin', workspace: 'default', channel: 'http' })
const untrusted: Record<string, Origin> = { model: { trust: 'untrusted', source: 'document a.md' } }
const allowed = (kind: Caller['kind'], effect: Effect, origins: Record<string, Origin> = {}): boolean =>
  judge(defaultPolicy, { tool: 'a_tool', effect, caller: caller(kind), input: {}, origins }).kind === 'run'

describe('the default policy', () => {
  it('lets a person do everything but delete without being asked', () => {
    expect(effects.filter((effect) => !allowed('person', effect))).toEqual(['delete'])
  })

  it('lets an agent read and create, and asks for the rest', () => {
    expect(effects.filter((effect) => allowed('agent', effect))).toEqual(['read', 'create'])
  })

  it('asks when untrusted text shaped what an agent creates, and names the source', () => {
    expect(allowed('agent', 'create', untrusted)).toBe(false)
    expect(
      judge(defaultPolicy, { tool: 'ingest_data', effect: 'create', caller: caller('agent'), input: {}, origins: untrusted }),
    ).toMatchObject({
      kind: 'ask',
      reason: 'ingest_data adds something new; called by an agent, and text from document a.md shaped it.',
    })
  })

  it('lets an agent send to a listed host that nothing untrusted chose, and asks for any other', () => {
    const send = (listed: boolean, origins: Record<string, Origin> = {}, kind: Caller['kind'] = 'agent') =>
      judge(defaultPolicy, {
        tool: 'ingest_data',
        effect: 'egress',
        caller: caller(kind),
        input: {},
        origins,
        target: { host: 'a.example', listed },
      })
    expect(send(true)).toEqual({ kind: 'run' })
    expect(send(true, untrusted)).toMatchObject({ kind: 'ask' })
    expect(send(true, {}, 'automation')).toMatchObject({ kind: 'ask' })
    expect(send(false)).toEqual({ kind: 'ask', reason: 'ingest_data sends something out to a.example; called by an agent.' })
    expect(send(false, {}, 'person')).toEqual({ kind: 'run' })
  })
})

describe('the label of an argument', () => {
  const mine: Origin = { trust: 'trusted', source: 'your message' }
  const theirs: Origin = { trust: 'untrusted', source: 'document a.md' }

  it.each([
    ['its own', 'percent', { '': theirs, percent: mine }, 'trusted'],
    ['of anything inside it', 'record', { '': mine, 'record.a': mine, 'record.b': theirs }, 'untrusted'],
    ['of all inside it', 'record', { '': theirs, 'record.a': mine, 'record.b': mine }, 'trusted'],
    ['of what holds it', 'record.a', { record: theirs }, 'untrusted'],
    ['of the decision, where only that is known', 'percent', { '': theirs }, 'untrusted'],
    ['trusted, where nothing is known', 'percent', {}, 'trusted'],
    ['not that of another with the same beginning', 'record', { recorder: theirs }, 'trusted'],
  ] as const)('is %s', (_, path, origins, expected) => {
    expect(labelOf(origins, path)).toBe(expected)
  })

  it('lets no rule for trusted arguments fit a call of which only the decision is known to be shaped', () => {
    const rules = [{ rule: 'run', where: [{ argument: 'percent', trust: 'trusted' }] }] as const
    const call = { tool: 'a_tool', effect: 'create', caller: caller('agent'), input: { percent: 5 } } as const
    expect(judge({ ...defaultPolicy, rules }, { ...call, origins: { '': theirs } })).toMatchObject({ kind: 'ask' })
    expect(judge({ ...defaultPolicy, rules }, { ...call, origins: { '': theirs, percent: mine } })).toEqual({ kind: 'run' })
  })
})
