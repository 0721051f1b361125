import { expect, it } from 'vitest'
import { seededRandom } from '../evaluation/seeded-random.ts'
import { explainedShare, sampleOf } from './leaks.ts'
import { numberColumn } from './testing.ts'

const rows = Uint32Array.from({ length: 2000 }, (_, row) => row)

it.each([0, 1.6e12])('the share of a number that a column tells is the same around %d', (around) => {
  const random = seededRandom(3)
  const values = Float64Array.from(rows, () => around + Math.round(1000 * random()))
  const target = { task: 'regression', classes: [], rows, values } as const
  const chance = numberColumn('chance', Array.from(rows, random))
  const copy = numberColumn('copy', [...values])
  expect(explainedShare(chance, target, sampleOf(2000))).toBeLessThan(0.05)
  expect(explainedShare(copy, target, sampleOf(2000))).toBeGreaterThan(0.99)
  expect(explainedShare(copy, target, sampleOf(2000))).toBeLessThanOrEqual(1)
})
