import { describe, expect, it } from 'vitest'
import { measure } from '../evaluation/metrics.ts'
import { seededRandom } from '../evaluation/seeded-random.ts'
import { stackedScores, stackingWeights } from './stacking.ts'

const random = seededRandom(5)
const target = Float64Array.from({ length: 400 }, () => 10 * random())
const truth = { task: 'regression', classes: 0, target } as const
const noisy = (sd: number, bias = 0) => ({ scores: target.map((y) => y + bias + sd * (random() + random() + random() - 1.5)) })

describe('how candidates answer together', () => {
  it('gives one that is perfect all the weight', () => {
    expect(stackingWeights([noisy(2), { scores: target.slice() }, noisy(1)], truth, { metric: 'rmse' })).toEqual([0, 1, 0])
  })

  it('shares between equals whose errors differ, and beats each of them', () => {
    const candidates = [noisy(2), noisy(2), noisy(2)]
    const weights = stackingWeights(candidates, truth, { metric: 'rmse' })
    const rmse = (scores: Float64Array): number => measure({ ...truth, scores }).rmse ?? Number.NaN
    expect(weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 12)
    for (const weight of weights) expect(weight).toBeGreaterThan(0.15)
    for (const { scores } of candidates) expect(rmse(stackedScores(candidates, weights))).toBeLessThan(0.8 * rmse(scores))
  })

  it('lets errors of opposite sign cancel', () => {
    const weights = stackingWeights([noisy(0.1, 2), noisy(0.1, -2), noisy(3)], truth, { metric: 'mae' })
    expect(weights[0]).toBeCloseTo(0.5, 1)
    expect(weights[1]).toBeCloseTo(0.5, 1)
  })

  it('takes the first where the metric cannot be measured', () => {
    const one = { task: 'binary', classes: 2, target: new Float64Array(4) } as const
    const scores = new Float64Array(8).fill(0.5)
    expect(stackingWeights([{ scores }, { scores }], one, { metric: 'roc_auc' })).toEqual([1, 0])
  })
})
