import { describe, expect, it } from 'vitest'
import { seededRandom } from '../evaluation/seeded-random.ts'
import { stackFolds, stackingWeights, weightedMean } from './stacking.ts'

const random = seededRandom(5)
const target = Float64Array.from({ length: 400 }, () => 10 * random())
const truth = { task: 'regression', classes: 0, target } as const
const noisy = (sd: number, bias = 0): Float64Array => target.map((y) => y + bias + sd * (random() + random() + random() - 1.5))
const error = (scores: Float64Array): number =>
  Math.sqrt(scores.reduce((sum, value, row) => sum + (value - (target[row] ?? 0)) ** 2, 0) / 400)

describe('how candidates answer together', () => {
  it('gives one that is perfect all the weight', () => {
    expect(stackingWeights([noisy(2), target.slice(), noisy(1)], truth)).toEqual([0, 1, 0])
  })

  it('shares between equals whose errors differ, and beats each of them', () => {
    const candidates = [noisy(2), noisy(2), noisy(2)]
    const weights = stackingWeights(candidates, truth)
    expect(weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 12)
    for (const weight of weights) expect(weight).toBeGreaterThan(0.15)
    for (const scores of candidates) expect(error(weightedMean(candidates, weights))).toBeLessThan(0.8 * error(scores))
  })

  it('lets errors of opposite sign cancel', () => {
    const [under = 0, over = 0] = stackingWeights([noisy(0.1, 2), noisy(0.1, -2), noisy(3)], truth)
    expect(under).toBeCloseTo(0.5, 1)
    expect(over).toBeCloseTo(0.5, 1)
  })

  it('is measured on each fold by weights that the fold had no part in', () => {
    const folds = [0, 1].map((fold) => ({
      name: String(fold),
      train: Uint32Array.from({ length: 200 }, (_, i) => 2 * i + 1 - fold),
      test: Uint32Array.from({ length: 200 }, (_, i) => 2 * i + fold),
    }))
    const problem = { rows: 400, columns: [], values: [], ...truth }
    /** The first is perfect on fold 0, the second on fold 1: chosen on the other fold, each is wrong. */
    const halves = (good: number): readonly Float64Array[] =>
      folds.map(({ test }, fold) => Float64Array.from(test, (row) => (target[row] ?? 0) + (fold === good ? 0 : 5)))
    const { metrics, weights } = stackFolds({ problem, folds }, [halves(0), halves(1)])
    for (const { rmse } of metrics) expect(rmse).toBeCloseTo(5, 9)
    expect(weights[0]).toBeCloseTo(0.5, 1)
  })

  it('minds how sure classes are', () => {
    const sure = Float64Array.of(0.9, 0.1, 0.1, 0.9)
    const wrong = Float64Array.of(0.01, 0.99, 0.1, 0.9)
    expect(stackingWeights([wrong, sure], { task: 'binary', classes: 2, target: Float64Array.of(0, 1) })).toEqual([0, 1])
  })
})
