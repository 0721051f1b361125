import { describe, expect, it } from 'vitest'
import { coverageOf, readQuestion, saidBy } from './asked.ts'
import { creditsOf, likenessOf } from './likeness.ts'

const stems = new Map([
  ['huguenot', 'huguenot'],
  ['huguenots', 'huguenot'],
  ['atlantik', 'atlantik'],
  ['atlantischen', 'atlant'],
  ['who', 'who'],
  ['sailed', 'sail'],
  ['sail', 'sail'],
  ['x', 'x'],
])

describe('creditsOf', () => {
  it('gives all for the same stem, a part for what is spelt alike, nothing for the rest', () => {
    const credits = creditsOf(
      [
        { stem: 'huguenot', word: 'huguenots' },
        { stem: 'atlantik', word: 'atlantik' },
        { stem: 'x', word: 'x' },
      ],
      stems.keys(),
      stems,
    )
    expect(credits.get('huguenot')).toEqual([['huguenot', 1]])
    expect(credits.get('atlantischen')?.[0]).toEqual(['atlantik', expect.closeTo(0.6)])
    expect(credits.get('sailed')).toBeUndefined()
    expect(credits.get('x')).toEqual([['x', 1]])
  })

  it('sees a typo and an accent', () => {
    const likeness = likenessOf(['ctenophores', 'münchen'])
    expect(likeness('ctenphores')[0]).toBeGreaterThan(0.7)
    expect(likeness('munchen')[1]).toBe(1)
    expect(likeness('crayons')[0]).toBeLessThan(0.5)
  })
})

describe('readQuestion', () => {
  const asked = readQuestion({
    question: 'Who sailed the Atlantik?',
    content: ['sailed', 'atlantik'],
    stems,
    weights: new Map([
      ['sail', 1],
      ['atlantik', 3],
    ]),
  })

  it('weighs words by their rarity, and knows names and neighbours', () => {
    expect([...asked.shares]).toEqual([
      ['sail', 0.25],
      ['atlantik', 0.75],
    ])
    expect({ kind: asked.kind, names: [...asked.names], pairs: asked.pairs }).toEqual({
      kind: 'name',
      names: ['atlantik'],
      pairs: [['sail', 'atlantik']],
    })
  })

  it('counts what words say of it', () => {
    expect(coverageOf(saidBy(['sail'], asked), asked)).toBe(0.25)
    expect(coverageOf(saidBy(['sail', 'atlantik'], asked), asked)).toBe(1)
    expect(coverageOf(saidBy(['sail'], asked), asked, asked.names)).toBe(0)
    expect(coverageOf(saidBy([], asked), asked)).toBe(0)
  })
})
