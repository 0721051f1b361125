/** Numbers and names as people read them. */
import { describe, expect, it } from 'vitest'
import { ago, brief, byHeadline, decimals, label, number } from './format.ts'

describe('numbers', () => {
  it('keep four digits that matter', () => {
    const written = [0.84731, 0.5, 2, 7043, 128450, 1234567.8, 0.0000123, 0, -0.25, Number.NaN].map(number)
    expect(written).toEqual(['0.8473', '0.5', '2', '7043', '128,450', '1,234,568', '1.23e-5', '0', '-0.25', 'NaN'])
  })

  it('of one column share their decimals', () => {
    expect(decimals([0.84, 0.8473, 1])).toBe(4)
    expect(decimals([1, 2, 3])).toBeUndefined()
    expect(decimals([0.00001, 5])).toBeUndefined()
    expect(decimals([])).toBeUndefined()
  })
})

describe('measures', () => {
  it('come in the order people ask for them', () => {
    const names = byHeadline([
      ['brier', 1],
      ['f1', 2],
      ['accuracy', 3],
      ['roc_auc', 4],
    ]).map(([name]) => name)
    expect(names).toEqual(['roc_auc', 'accuracy', 'f1', 'brier'])
  })
})

describe('names and values', () => {
  it('are written as words', () => {
    expect(['roc_auc', 'demographic_parity_difference', 'r2', 'dataset'].map(label)).toEqual([
      'ROC AUC',
      'Demographic parity difference',
      'R²',
      'Dataset',
    ])
    expect([null, true, ['a', 1], { a: 1 }].map(brief)).toEqual(['–', 'yes', 'a, 1', '{"a":1}'])
    expect(brief('2026-11-21T09:12:00.000Z')).toMatch(/^21 Nov/)
    expect(brief('2026-11-21 is a day')).toBe('2026-11-21 is a day')
  })

  it('say how long ago', () => {
    const now = Date.parse('2026-11-21T12:00:00Z')
    const times = ['2026-11-21T11:59:50Z', '2026-11-21T11:30:00Z', '2026-11-21T02:00:00Z', '2026-11-18T12:00:00Z', 'nonsense']
    expect(times.map((time) => ago(time, now))).toEqual(['just now', '30 min ago', '10 h ago', '3 d ago', ''])
  })
})
