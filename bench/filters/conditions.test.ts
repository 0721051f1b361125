import { expect, test } from 'vitest'
import { compileFilter } from '../../rag/search/filter.ts'
import { chanceOf } from '../seeded.ts'
import { randomFilter } from './conditions.ts'
import { generatedEntries } from './entries.ts'

const entries = generatedEntries({ count: 5000, prefix: 'entry', seed: 5 })

test('random filters let through shares from a few documents to nearly all, and all of them are filters', () => {
  const chance = chanceOf(9)
  const shares = Array.from({ length: 300 }, () => {
    const { filter, fits } = randomFilter(chance, entries.length)
    expect(compileFilter(filter).parameters.length).toBeGreaterThan(0)
    return entries.filter(({ metadata }) => fits(metadata)).length / entries.length
  })
  expect(shares.filter((share) => share > 0 && share < 0.01).length).toBeGreaterThan(20)
  expect(shares.filter((share) => share > 0.5).length).toBeGreaterThan(20)
})
