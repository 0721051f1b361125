import { describe, expect, it } from 'vitest'
import { knownEnglish } from './known-words.ts'

describe('known English words', () => {
  it('are the dictionary’s, in their usual forms', async () => {
    const known = await knownEnglish()
    for (const word of ['automobile', 'automobiles', 'planned', 'carries', 'happily', 'running', 'strengths', 'codified', 'wider'])
      expect(known.has(word), word).toBe(true)
  })

  it('are not what comes of a slip of the finger', async () => {
    const known = await knownEnglish()
    for (const word of ['automobil', 'fligth', 'parrental', 'teh', 'aerodinamics', 'qzx']) expect(known.has(word), word).toBe(false)
  })
})
