import { describe, expect, it } from 'vitest'
import { foldAccents } from './fold.ts'

describe('letters without accents', () => {
  it('are those people type instead', () => {
    const pairs = {
      café: 'cafe',
      naïve: 'naive',
      über: 'uber',
      straße: 'strasse',
      señor: 'senor',
      łódź: 'lodz',
      øre: 'ore',
      νερό: 'νερο',
      ещё: 'еще',
    }
    for (const [word, plain] of Object.entries(pairs)) expect(foldAccents(word)).toBe(plain)
  })
  it('are left alone where a mark makes another letter', () => {
    for (const word of ['हिंदी', 'ภาษา', 'йод', 'がく', 'العربية', 'plain']) expect(foldAccents(word)).toBe(word)
  })
})
