import { describe, expect, it } from 'vitest'
import type { PlannerTool } from './contract.ts'
import { numberWord } from './numbers.ts'
import { relevance } from './relevance.ts'
import { synonymsOf } from './synonyms.ts'
import { termsOf } from './terms.ts'
import { toolTerms } from './tool-terms.ts'
import { requestOf, traitsOf } from './traits.ts'
import { sortAt } from './word-sorts.ts'
import { stem } from './words.ts'

const tool = (name: string, description: string, properties: object = {}, required: readonly string[] = []): PlannerTool => ({
  name,
  title: '',
  description,
  examples: [],
  input: { type: 'object', properties, required },
})

const loan = tool(
  'library_loan.extend',
  'Extend the loan of a book in the library.',
  { book_title: { type: 'string' }, days: { type: 'integer' } },
  ['book_title', 'days'],
)
const fine = tool('library_fine.pay', 'Pay the fine for a book that came back late.', { amount: { type: 'number' } }, ['amount'])

const odds = (text: string, of: PlannerTool): number => relevance(requestOf(text), of)
const traits = (text: string, of: PlannerTool): Readonly<Record<string, number>> => traitsOf(requestOf(text), toolTerms(of))

describe('relevance', () => {
  it('prefers the tool that does what is asked over its neighbour', () => {
    const text = 'Extend the loan of the book "Emma" by 14 days'
    expect(odds(text, loan)).toBeGreaterThan(odds(text, fine))
    expect(odds('Pay my fine of 3.50 for the late book', fine)).toBeGreaterThan(odds('Pay my fine of 3.50 for the late book', loan))
  })

  it('falls when the request speaks of something else', () => {
    expect(odds('Extend the loan of the book "Emma" by 14 days', loan)).toBeGreaterThan(0)
    expect(odds('Who won the boat race last year?', loan)).toBeLessThan(-1)
    expect(odds('', loan)).toBeLessThan(0)
  })

  it('does not depend on how the name is written', () => {
    const text = 'Extend the loan of the book "Emma" by 14 days'
    for (const name of ['libraryLoanExtend', 'library-loan-extend', 'library.loan.extend', 'LibraryLoan.extend'])
      expect(odds(text, { ...loan, name })).toBeCloseTo(odds(text, loan), 1)
  })

  it('is a finite number for any text', () => {
    const odd = tool('', '', { x: null, y: { type: ['string', 'null'] }, z: { type: 'array' } })
    for (const text of ['…', '"', "''''", '¿Qué?', '東京の天気', '🦆'.repeat(400), 'a'.repeat(4000), '1 2 3', '((((', '\u0000'])
      for (const one of [loan, odd]) expect(Number.isFinite(odds(text, one))).toBe(true)
  })
})

describe('words', () => {
  it('that JavaScript knows as properties are words like others', () => {
    const text = 'constructor prototype toString hasOwnProperty __proto__ valueOf'
    const built = tool('constructor', 'The constructor of a prototype, toString and valueOf.', { constructor: { type: 'string' } }, [
      'constructor',
    ])
    expect(Number.isFinite(odds(text, built))).toBe(true)
    for (const word of text.split(' ')) expect(typeof stem(word)).toBe('string')
    expect(numberWord('constructor')).toBeUndefined()
  })

  it('of everyday English and of the trade stand for each other', () => {
    expect(synonymsOf(stem('lawyer'))).toContain(stem('attorney'))
    expect(synonymsOf(stem('deploy'))).toContain(stem('rollout'))
    expect(synonymsOf('qwzx')).toEqual([])
  })
})

describe('traits', () => {
  it('count the required arguments that nothing in the request can fill', () => {
    expect(traits('Extend the loan of "Emma" by 14 days', loan)['numbers missing']).toBe(0)
    expect(traits('Extend the loan of "Emma"', loan)['numbers missing']).toBeGreaterThan(0)
  })

  it('tell the thing asked for from a thing only taken as an argument', () => {
    const speed = tool('stopping_distance', 'Distance until a car stops.', { speed: { type: 'number' } }, ['speed'])
    expect(traits('What is the speed of the car?', speed)['asked thing only an argument']).toBe(1)
    expect(traits('What is the distance until the car stops?', speed)['asked thing only an argument']).toBe(0)
  })

  it('know words of one family, initials, and things by their sort', () => {
    const index = tool('health', 'Calculate the body mass index.', {})
    expect(traits('my BMI please', index)['said in head']).toBeGreaterThan(0.5)
    const money = tool('money.change', 'Change an amount into another currency.', {})
    expect(traits('how much are 20 Swiss francs in yen', money)['said in head']).toBeGreaterThan(0.3)
    const species = tool('species', 'Evolutionary history of a species.', {})
    expect(traits('evolution of wolves', species)['said in head']).toBeGreaterThan(0.2)
  })
})

describe('terms', () => {
  it('keep names, numbers, years, dates and quotes apart from what is spoken of', () => {
    const { terms, values } = termsOf('Show flights from New York to Oslo on June 3, 2024 under 400 for "Ann Lee"')
    expect(terms.filter(({ named }) => !named).map(({ text }) => text)).toEqual(['flights'])
    expect(values.map(({ kind }) => kind)).toEqual(['name', 'name', 'date', 'year', 'number', 'quoted'])
  })

  it('know the sorts that registers list', () => {
    expect(sortAt(['New', 'York'], 0)).toEqual({ sort: 'city', size: 2 })
    expect(sortAt(['Japanese', 'yen'], 0)).toEqual({ sort: 'currency', size: 2 })
    expect(sortAt(['EUR'], 0)?.sort).toBe('currency')
    expect(sortAt(['won'], 0)).toBeUndefined()
    expect(sortAt(['kilometers'], 0)?.sort).toBe('unit')
    expect(sortAt(['Portugal'], 0)?.sort).toBe('country')
    expect(sortAt(['turkey'], 0)).toBeUndefined()
  })
})
