import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { filterSchema } from './filter-schema.ts'

const input = z.strictObject({ filter: filterSchema.optional() })
const problem = (filter: unknown): string | undefined => {
  const result = input.safeParse({ filter })
  return result.success ? undefined : result.error.issues.map(({ message }) => message).join('; ')
}

describe('the schema of filters', () => {
  it('takes the short forms and nested ones as they are', () => {
    const filters = [
      { year: 2020 },
      { year: [2020, 2021], open: true },
      { year: { gte: 2000, lt: 2010 }, name: { prefix: 'a' }, note: { exists: false } },
      { and: [{ year: { range: { gt: 1 } } }, { or: [{ tags: 'pets' }, { not: { open: { eq: true } } }] }] },
    ]
    for (const filter of filters) expect(input.parse({ filter })).toEqual({ filter })
    expect(input.parse({})).toEqual({})
  })

  it('refuses what no filter is', () => {
    for (const filter of [
      3,
      'year',
      [],
      null,
      { year: null },
      { year: { about: 3 } },
      { or: [] },
      { or: { year: 1 } },
      { not: 'x' },
      { year: { in: 3 } },
    ])
      expect(problem(filter), JSON.stringify(filter)).toBeDefined()
  })

  it('refuses keys that objects cannot hold, instead of leaving the condition out', () => {
    expect(problem(JSON.parse('{"__proto__": "x"}'))).toContain('__proto__')
    expect(problem(JSON.parse('{"or": [{"year": 1}, {"year": {"__proto__": 2}}]}'))).toContain('__proto__')
  })

  it('refuses endless nesting without running out of stack', () => {
    expect(problem(JSON.parse(`${'{"not":'.repeat(50_000)}{"a":1}${'}'.repeat(50_000)}`))).toContain('deeper')
    expect(problem(JSON.parse(`${'[{"and":'.repeat(30_000)}[]${'}]'.repeat(30_000)}`))).toBeDefined()
  })

  it('describes itself to programs: recursion by reference, every operator named', () => {
    const schema: unknown = z.toJSONSchema(input, { io: 'input' })
    const text = JSON.stringify(schema)
    for (const word of ['and', 'or', 'not', 'eq', 'in', 'gt', 'gte', 'lt', 'lte', 'range', 'prefix', 'exists'])
      expect(text).toContain(`"${word}":`)
    expect(text).toContain('"$ref"')
    expect(text.length).toBeLessThan(4000)
  })
})
