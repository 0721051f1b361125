import { describe, expect, it } from 'vitest'
import { sentencesOf } from './sentences.ts'

const textsOf = (text: string): string[] => sentencesOf(text).map(({ start, end }) => text.slice(start, end))

describe('sentencesOf', () => {
  it('cuts at ends of sentences and keeps the words exact', () => {
    expect(textsOf('  Leave is 30 days. It must be asked for!  Why?')).toEqual(['Leave is 30 days.', 'It must be asked for!', 'Why?'])
  })
  it('does not end at initials and abbreviations', () => {
    expect(textsOf('Dr. Smith met J. Doe, e.g. Anna. They left.')).toEqual(['Dr. Smith met J. Doe, e.g. Anna.', 'They left.'])
  })
  it('reads on over a wrapped line, and stops at list items and blank lines', () => {
    expect(textsOf('This line\ngoes on.\n- one\n- two\n\nNext')).toEqual(['This line\ngoes on.', '- one', '- two', 'Next'])
  })
  it('finds nothing in white space', () => {
    expect(sentencesOf(' \n\t ')).toEqual([])
  })

  it('ends a Markdown heading at its line', () => {
    const text = '## When invoices go out\nInvoices are sent on the third\nworking day.'
    expect(sentencesOf(text).map(({ start, end }) => text.slice(start, end))).toEqual([
      '## When invoices go out',
      'Invoices are sent on the third\nworking day.',
    ])
  })
})
