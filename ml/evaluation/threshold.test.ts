import { describe, expect, it } from 'vitest'
import { seededRandom } from './seeded-random.ts'
import { chooseThreshold, outcomeAt, thresholdMetrics } from './threshold.ts'

const positive = Uint8Array.of(0, 0, 1, 0, 1, 1)
const scores = Float64Array.of(0.1, 0.3, 0.35, 0.6, 0.7, 0.9)

describe('the threshold', () => {
  it('that costs least catches more when misses are dear and fewer when false alarms are', () => {
    const dearMiss = chooseThreshold(positive, scores, { kind: 'cost', falsePositive: 1, falseNegative: 10 })
    expect(dearMiss).toEqual({
      threshold: 0.35,
      value: 1 / 6,
      truePositives: 3,
      falsePositives: 1,
      falseNegatives: 0,
      trueNegatives: 2,
    })
    expect(chooseThreshold(positive, scores, { kind: 'cost', falsePositive: 10, falseNegative: 1 })?.threshold).toBe(0.7)
  })

  it('may be that nothing is worth calling positive', () => {
    const worthless = Float64Array.of(0.9, 0.8, 0.1, 0.7, 0.2, 0.3)
    const choice = chooseThreshold(positive, worthless, { kind: 'cost', falsePositive: 5, falseNegative: 1 })
    expect(choice).toMatchObject({ threshold: null, value: 0.5, truePositives: 0, falsePositives: 0, falseNegatives: 3 })
  })

  it.each(thresholdMetrics)('best by %s is as good as trying all', (metric) => {
    const random = seededRandom(2)
    const y = Uint8Array.from({ length: 80 }, () => (random() < 0.3 ? 1 : 0))
    const s = Float64Array.from(y, (value) => Math.round(20 * (0.3 * value + random())) / 20)
    const objective = { kind: 'metric', metric } as const
    const tried = [...s].map((threshold) => outcomeAt(threshold, { positive: y, scores: s }, objective))
    const best = chooseThreshold(y, s, objective)
    expect(best?.value).toBeCloseTo(Math.max(...tried.map(({ value }) => value)), 12)
    expect(best).toEqual(outcomeAt(best?.threshold ?? Number.NaN, { positive: y, scores: s }, objective))
  })

  it('counts rows by their weight', () => {
    const weights = Float64Array.of(1, 1, 0, 1, 1, 1)
    expect(chooseThreshold(positive, scores, { kind: 'metric', metric: 'accuracy' }, weights)).toMatchObject({ threshold: 0.7, value: 1 })
  })

  it('is not chosen where all rows are of one kind', () => {
    expect(chooseThreshold(Uint8Array.of(1, 1), Float64Array.of(0.2, 0.4), { kind: 'metric', metric: 'f1' })).toBeUndefined()
    expect(chooseThreshold(new Uint8Array(), new Float64Array(), { kind: 'metric', metric: 'f1' })).toBeUndefined()
  })
})
