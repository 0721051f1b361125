import { describe, expect, it } from 'vitest'
import { matches } from './match.ts'
import type { Mode } from './scenario.ts'
import { contains } from './state.ts'

const call = (tool: string, input: Record<string, unknown> = {}) => ({ tool, input })
const fits = (mode: Mode, expected: readonly string[], made: readonly string[]): boolean =>
  matches(
    { mode, calls: expected.map((tool) => ({ tool })) },
    made.map((tool) => call(tool)),
  ) === undefined

describe('matching calls', () => {
  it.each([
    ['strict', ['a', 'b'], true],
    ['strict', ['b', 'a'], false],
    ['strict', ['a', 'b', 'c'], false],
    ['unordered', ['b', 'a'], true],
    ['unordered', ['a', 'a'], false],
    ['subset', ['b'], true],
    ['subset', [], true],
    ['subset', ['a', 'c'], false],
    ['subset', ['a', 'a'], false],
    ['superset', ['c', 'b', 'a'], true],
    ['superset', ['a'], false],
  ] as const)('%s of a, b: %j is %s', (mode, made, expected) => {
    expect(fits(mode, ['a', 'b'], made)).toBe(expected)
  })

  it('finds the pairing that uses each call once, whatever the order', () => {
    const wanted = [
      { tool: 't', arguments: { x: [1, 2] } },
      { tool: 't', arguments: { x: [1] } },
    ]
    expect(matches({ mode: 'unordered', calls: wanted }, [call('t', { x: 1 }), call('t', { x: 2 })])).toBeUndefined()
    expect(matches({ mode: 'unordered', calls: wanted }, [call('t', { x: 2 }), call('t', { x: 2 })])).toContain('Made t, t')
  })

  it('takes an expected list for a list where one was given, else for a choice', () => {
    const wanted = [{ tool: 't', arguments: { columns: ['a', 'b'], name: ['x', 'y'] } }]
    expect(matches({ mode: 'strict', calls: wanted }, [call('t', { columns: ['a', 'b'], name: 'y' })])).toBeUndefined()
    expect(matches({ mode: 'strict', calls: wanted }, [call('t', { columns: ['b'], name: 'y' })])).toContain('other arguments')
    expect(matches({ mode: 'strict', calls: wanted }, [call('t', { columns: ['a', 'b'], name: 'y', extra: 1 })])).toContain(
      'other arguments',
    )
  })
})

describe('the end state', () => {
  it('may hold more than expected, in objects and lists', () => {
    expect(contains({ runs: [{ run: 1, a: 2 }, { run: 3 }], more: 1 }, { runs: [{ run: 3 }] })).toBe(true)
    expect(contains({ runs: [{ run: 1 }] }, { runs: [{ run: 3 }] })).toBe(false)
    expect(contains(undefined, { runs: [] })).toBe(false)
  })
})
