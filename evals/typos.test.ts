import { describe, expect, it } from 'vitest'
import { bootstrap } from './interval.ts'
import { withTypos } from './typos.ts'

describe('withTypos', () => {
  const query = 'what similarity laws must be obeyed when constructing models'

  it('edits one word in three, and the same ones for the same seed', () => {
    const mistyped = withTypos(query, 3)
    expect(withTypos(query, 3)).toBe(mistyped)
    const changed = mistyped.split(' ').filter((word, at) => word !== query.split(' ')[at])
    expect(changed.length).toBeGreaterThan(0)
    expect(changed.length).toBeLessThanOrEqual(3)
    expect(Math.abs(mistyped.length - query.length)).toBeLessThanOrEqual(3)
  })

  it('leaves a query without words as it is', () => {
    expect(withTypos('?!', 1)).toBe('?!')
  })
})

describe('bootstrap', () => {
  it('holds the mean, and narrows with more values', () => {
    const few = bootstrap([0, 1, 0, 1])
    const many = bootstrap(Array.from({ length: 400 }, (_, at) => at % 2))
    expect(few.mean).toBe(0.5)
    expect(few.low).toBeLessThanOrEqual(0.5)
    expect(few.high).toBeGreaterThanOrEqual(0.5)
    expect(many.high - many.low).toBeLessThan(few.high - few.low)
    // The normal approximation: 2 * 1.96 * 0.5 / sqrt(400).
    expect(many.high - many.low).toBeCloseTo(0.098, 1)
  })
})
