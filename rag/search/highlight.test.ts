import { describe, expect, it } from 'vitest'
import { highlight } from './highlight.ts'

const marked = (text: string, asked: readonly string[]): string[] =>
  highlight(text, (term) => asked.includes(term)).map(({ start, end }) => text.slice(start, end))

describe('highlight', () => {
  it('marks every asked word, and words in a row as one', () => {
    expect(marked('Parental leave is paid. Leave begins at birth.', ['parental', 'leave'])).toEqual(['Parental leave', 'Leave'])
  })

  it('marks an identifier by a part of its name', () => {
    expect(marked('call getUserName() now', ['user'])).toEqual(['getUserName'])
  })

  it('marks nothing where nothing is asked', () => {
    expect(marked('Nothing here', ['leave'])).toEqual([])
  })

  it('does not join words across lines', () => {
    expect(marked('paid leave\nleave early', ['leave'])).toEqual(['leave', 'leave'])
  })
})
