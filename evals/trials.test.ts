import { describe, expect, it } from 'vitest'
import { compare, mcnemar } from './comparison.ts'
import { meanMetrics, worseMetrics } from './metrics.ts'
import { casesOf } from './report.ts'
import { passHat, summariseTrials, type TriedCase } from './trials.ts'

const tried = (id: string, passed: number, measured: number): TriedCase => ({ id, passed, measured })

describe('trials', () => {
  it('give the chance that k tries all pass, without bias', () => {
    expect(passHat(1, 3, 4)).toBe(0.75)
    expect(passHat(2, 3, 4)).toBe(0.5)
    expect(passHat(4, 3, 4)).toBe(0)
    expect(passHat(3, 4, 4)).toBe(1)
  })

  it('keep what was not measured apart from what failed', () => {
    const trials = summariseTrials([
      {
        cases: [
          { id: 'a', ok: true },
          { id: 'b', why: 'no model' },
          { id: 'c', ok: false, why: 'wrong tool' },
        ],
      },
      {
        cases: [
          { id: 'a', ok: false },
          { id: 'b', unmeasured: 'no model' },
          { id: 'c', ok: false },
        ],
      },
    ])
    expect(trials).toMatchObject({ count: 2, unmeasured: ['b'], unstable: ['a'], pass_rate: { value: 0.25 } })
    expect(trials?.cases).toEqual([
      { id: 'a', passed: 1, measured: 2 },
      { id: 'b', passed: 0, measured: 0, why: 'no model' },
      { id: 'c', passed: 0, measured: 2, why: 'wrong tool' },
    ])
    expect(trials?.pass_hat['1']?.mean).toBe(0.25)
    expect(trials?.pass_hat['2']?.mean).toBe(0)
  })

  it('of a suite without such cases say nothing', () => {
    expect(summariseTrials([{ cases: [{ set: 'adult' }] }, {}])).toBeUndefined()
    expect(casesOf({ cases: [{ id: 'x', exact: true }] })).toEqual([{ id: 'x', ok: true }])
  })

  it('average the numbers and keep the shape', () => {
    expect(
      meanMetrics([
        { a: 1, by: { b: 2, name: 'x' } },
        { a: 3, by: { b: 6, name: 'y' } },
      ]),
    ).toEqual({ a: 2, by: { b: 4, name: 'x' } })
  })
})

describe('comparing', () => {
  it('pairs cases by id and tests the changed ones exactly', () => {
    const before = [tried('a', 1, 1), tried('b', 1, 1), tried('c', 0, 1), tried('gone', 1, 1), tried('never', 0, 0)]
    const now = [tried('a', 1, 1), tried('b', 0, 1), tried('c', 1, 1), tried('new', 1, 1)]
    expect(compare('base', before, now)).toMatchObject({
      paired: 3,
      better: ['c'],
      worse: ['b'],
      unpaired: 2,
      difference: { mean: 0 },
      p: 1,
    })
    expect(compare('base', [tried('x', 0, 0)], now)).toBeUndefined()
  })

  // Binomial(6, 1/2): P(X <= 0) * 2 = 2/64; Binomial(10, 1/2): P(X <= 1) * 2 = 22/1024.
  it('gives the textbook values of McNemar exact', () => {
    expect(mcnemar(0, 6)).toBeCloseTo(2 / 64, 12)
    expect(mcnemar(1, 9)).toBeCloseTo(22 / 1024, 12)
    expect(mcnemar(0, 0)).toBe(1)
  })

  it('names metrics that went the wrong way, and no times or counts', () => {
    const before = { hybrid: { 'ndcg@10': 0.5, p95_ms: 10 }, log_loss: 0.3, questions: 100 }
    const now = { hybrid: { 'ndcg@10': 0.4, p95_ms: 90 }, log_loss: 0.4, questions: 10 }
    expect(worseMetrics(before, now, 0.01)).toEqual(['hybrid.ndcg@10 went from 0.5 to 0.4.', 'log_loss went from 0.3 to 0.4.'])
    expect(worseMetrics(before, before, 0)).toEqual([])
  })
})
