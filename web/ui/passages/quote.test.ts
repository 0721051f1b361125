/** A citation is only worth something when it can be found in the document. */
import { describe, expect, it } from 'vitest'
import { splitAtQuote } from './quote.ts'

describe('a quote in its document', () => {
  it('is found across line breaks and in another letter case', () => {
    const text = 'Leave policy.\nEmployees  may\ncarry over 5 days (see §3).'
    expect(splitAtQuote(text, 'employees may carry over 5 days (see §3).')).toEqual({
      before: 'Leave policy.\n',
      quote: 'Employees  may\ncarry over 5 days (see §3).',
      after: '',
    })
  })

  it('takes signs that mean something in patterns as they stand', () => {
    expect(splitAtQuote('cost [a+b]*(c)?^$ end', '[a+b]*(c)?^$')?.before).toBe('cost ')
  })

  it('is not found when the words differ, or when there are none', () => {
    expect(splitAtQuote('one two', 'one three')).toBeUndefined()
    expect(splitAtQuote('one two', '  ')).toBeUndefined()
  })

  it('always gives the text back whole', () => {
    const text = 'Ein Mühlbach treibt das Rad. Ein Mühlbach!'
    const split = splitAtQuote(text, 'mühlbach')
    expect(`${split?.before}${split?.quote}${split?.after}`).toBe(text)
  })
})
