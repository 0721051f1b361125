import { describe, expect, it } from 'vitest'
import { constantScores, lastScores } from './baselines.ts'
import { measure } from './metrics.ts'

const target = Float64Array.of(0, 0, 1, 1, 1, 0)
const known = { task: 'binary', classes: 2, target } as const

describe('baselines', () => {
  it('answer the class shares or the mean of the rows learned from', () => {
    expect([...constantScores(known, 2)]).toEqual([0.5, 0.5, 0.5, 0.5])
    expect([...constantScores({ task: 'regression', classes: 0, target: Float64Array.of(1, 2, 6) }, 3)]).toEqual([3, 3, 3])
  })

  it('answer what was true last time', () => {
    /** Time runs against the order of the table. */
    const times = Float64Array.of(6, 5, 4, 3, 2, 1)
    const test = Uint32Array.of(0, 1, 2, 3, 4)
    const scores = lastScores(known, times, test)
    expect([...scores]).toEqual([1, 0, 0, 1, 0, 1, 0, 1, 1, 0])
    const { accuracy } = measure({ ...known, target: target.subarray(0, 5), scores })
    expect(accuracy).toBe(3 / 5)
  })

  it('answer the first row of all with the class shares, and numbers with the number before', () => {
    expect([...lastScores(known, Float64Array.of(1, 2, 3, 4, 5, 6), Uint32Array.of(0))]).toEqual([0.5, 0.5])
    const prices = { task: 'regression', classes: 0, target: Float64Array.of(10, 12, 11) } as const
    expect([...lastScores(prices, Float64Array.of(1, 1, 2), Uint32Array.of(1, 2))]).toEqual([10, 12])
  })
})
