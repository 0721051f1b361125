/** What a person approves must be all of it, and untrusted must look untrusted. */
import { describe, expect, it } from 'vitest'
import { argumentsOf } from './arguments.ts'

describe('the arguments on an approval', () => {
  const input = { model: 'churn', routes: { canary: 10, note: '' }, tags: ['a', 'b'], empty: {} }

  it('are all there, with their origin, that of the nearest parent, or the default where nobody gave them', () => {
    const origins = {
      '': { trust: 'trusted', source: 'your message' },
      routes: { trust: 'untrusted', source: 'document handbook.md' },
      'routes.note': { trust: 'trusted', source: 'your message' },
    }
    expect(argumentsOf(input, origins)).toEqual([
      { path: '', value: 'the decision to call', source: 'your message', trusted: true },
      { path: 'model', value: 'churn', source: 'the default', trusted: true },
      { path: 'routes.canary', value: 10, source: 'document handbook.md', trusted: false },
      { path: 'routes.note', value: '', source: 'your message', trusted: true },
      { path: 'tags', value: ['a', 'b'], source: 'the default', trusted: true },
      { path: 'empty', value: {}, source: 'the default', trusted: true },
    ])
  })

  it('of which one item of a list is untrusted look untrusted', () => {
    const mine = { trust: 'trusted', source: 'your message' }
    const origins = { '': mine, 'tags.0': mine, 'tags.1': { trust: 'untrusted', source: 'document handbook.md' }, model: mine }
    expect(argumentsOf({ model: 'churn', tags: ['a', 'b'] }, origins)).toContainEqual({
      path: 'tags',
      value: ['a', 'b'],
      source: 'document handbook.md',
      trusted: false,
    })
    expect(argumentsOf({ tags: ['a'] }, { '': mine, 'tags.0': mine })).toContainEqual({
      path: 'tags',
      value: ['a'],
      source: 'your message',
      trusted: true,
    })
  })

  it('taken from an untrusted decision are untrusted throughout', () => {
    const found = argumentsOf(input, { '': { trust: 'untrusted', source: 'dataset churn' } })
    expect(found.every((argument) => !argument.trusted)).toBe(true)
  })

  it('come from the caller when nothing else is known', () => {
    expect(argumentsOf({ model: 'm' }, null)).toEqual([{ path: 'model', value: 'm', source: 'the caller', trusted: true }])
    expect(argumentsOf('text', undefined)).toEqual([])
  })
})
