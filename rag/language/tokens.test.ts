import { describe, expect, it } from 'vitest'
import { countTerms, tokenize } from './tokens.ts'

describe('tokenize', () => {
  it('cuts prose into lower-case words and keeps numbers whole', () => {
    expect(tokenize("The league's 1,000 wings, 3.5 metres apart.")).toEqual([
      'the',
      'league',
      's',
      '1,000',
      'wings',
      '3.5',
      'metres',
      'apart',
    ])
  })
  it('gives identifiers whole and in parts', () => {
    expect(tokenize('runTarget HTTPServer SIGNALS_PTR')).toEqual([
      'runtarget',
      'run',
      'target',
      'httpserver',
      'http',
      'server',
      'signalsptr',
      'signals',
      'ptr',
    ])
  })
  it('cuts scripts without spaces by dictionary', () => {
    expect(tokenize('東京都に住んでいます')).toContain('東京')
    expect(tokenize('สวัสดีครับ').length).toBeGreaterThan(1)
  })
  it('keeps combining marks with their letters', () => {
    expect(tokenize('हिन्दी में')).toEqual(['हिन्दी', 'में'])
  })
  it('folds full-width letters and bounds endless words', () => {
    expect(tokenize('ＡＢＣ')).toEqual(['abc'])
    expect(tokenize('x'.repeat(1000))[0]).toHaveLength(64)
  })
  it('finds nothing in punctuation', () => {
    expect(tokenize(' — … !? ')).toEqual([])
    expect(tokenize('___')).toEqual([])
  })
})

describe('countTerms', () => {
  it('counts repeats', () => {
    expect([...countTerms('to be or not to be')]).toEqual([
      ['to', 2],
      ['be', 2],
      ['or', 1],
      ['not', 1],
    ])
  })
})
