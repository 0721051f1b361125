import { describe, expect, it } from 'vitest'
import { gramsOf, makeProfile } from './profile.ts'
import { type Candidate, signsOf, weigh } from './refine.ts'
import { defaultWeights, signNames, withShare } from './weights.ts'

const candidate = (text: string, words: number, rest: { readonly title?: string; readonly vector?: number } = {}): Candidate => ({
  profile: makeProfile({ title: rest.title ?? '', text }),
  words,
  ...(rest.vector === undefined ? {} : { vector: rest.vector }),
})
const query = new Map([
  ['parental', 2],
  ['leave', 1],
])

describe('the signs of a ranking', () => {
  it('lie between 0 and 1, and the best of each is 1', () => {
    const signs = signsOf(query, [
      candidate('Parental leave is paid.', 4, { title: 'Leave', vector: 0.8 }),
      candidate('Leave of absence, parental or not.', 2, { title: 'Absence', vector: 0.7 }),
      candidate('Invoices are sent on Fridays.', 1, { vector: 0.2 }),
    ])
    for (const sign of signNames) {
      expect(Math.max(...signs[sign])).toBeCloseTo(1, 12)
      expect(Math.min(...signs[sign])).toBeGreaterThanOrEqual(0)
    }
  })

  it('see a word in its other forms by its letters', () => {
    const { letters } = signsOf(new Map([['ventilation', 1]]), [candidate('The ventilators hum.', 1), candidate('The lamps glow.', 1)])
    expect(letters[0]).toBe(1)
    expect(letters[1]).toBe(0)
  })

  it('see words that stand together', () => {
    const { closeness } = signsOf(query, [candidate('leave it to a parental decision', 1), candidate('the parental leave', 1)])
    expect(closeness[1]).toBe(1)
    expect(closeness[0]).toBeCloseTo(1 / 4, 12)
  })

  it('lift a candidate by the good ones it is like', () => {
    const { company } = signsOf(new Map([['turbine', 1]]), [
      candidate('turbine blade cooling film', 10),
      candidate('turbine blade cooling holes', 2),
      candidate('turbine shares market price', 3),
      candidate('market price of shares', 1),
    ])
    expect(company[1]).toBeGreaterThan(company[2] ?? 1)
  })

  it('leave out vectors where there are none', () => {
    expect(signsOf(query, [candidate('Parental leave', 2), candidate('Leave', 1)]).vector).toEqual([0, 0])
  })

  it('are told apart for no candidates, one, and a query of stop words', () => {
    expect(signsOf(query, []).words).toEqual([])
    expect(weigh(signsOf(query, [candidate('Parental leave', 2)]), defaultWeights(false))[0]).toBeGreaterThan(0.5)
    expect(weigh(signsOf(new Map(), [candidate('Some text', 0), candidate('', 0)]), defaultWeights(true))).toEqual([0, 0])
  })
})

describe('weights', () => {
  it('sum to 1, with any share for any sign', () => {
    for (const weights of [defaultWeights(true), defaultWeights(false), withShare(defaultWeights(true), 'company', 0.8)])
      expect(signNames.reduce((sum, sign) => sum + weights[sign], 0)).toBeCloseTo(1, 12)
  })

  it('give vectors no say where the embedder knows no meanings', () => {
    expect(defaultWeights(false).vector).toBe(0)
    expect(defaultWeights(true).vector).toBeGreaterThan(0)
  })
})

describe('letter groups', () => {
  it('are three and four letters between the bounds of a word', () => {
    expect(gramsOf('wing')).toEqual(['<wi', 'win', 'ing', 'ng>', '<win', 'wing', 'ing>'])
    expect(gramsOf('a')).toEqual(['<a>'])
  })

  it('are counted as they are listed', () => {
    const text = 'a wing in a slipstream'
    const listed = text.split(' ').flatMap(gramsOf).length
    expect(makeProfile({ title: '', text }).grams).toBe(listed)
  })
})
