import { describe, expect, it } from 'vitest'
import { bootstrapIntervals } from './bootstrap.ts'
import { measure, type Scored } from './metrics.ts'
import { seededRandom } from './seeded-random.ts'

/** Right with a chance of .8; scores that know about as much. */
function sample(rows: number, seed: number): Scored {
  const random = seededRandom(seed)
  const target = Float64Array.from({ length: rows }, () => (random() < 0.4 ? 1 : 0))
  const scores = new Float64Array(2 * rows)
  for (let row = 0; row < rows; row++) {
    const right = random() < 0.8
    const p = ((target[row] === 1) === right ? 0.5 : 0) + random() / 2
    scores[2 * row] = 1 - p
    scores[2 * row + 1] = p
  }
  return { task: 'binary', classes: 2, target, scores }
}

const width = ({ low, high }: { low: number; high: number } = { low: Number.NaN, high: Number.NaN }): number => high - low

describe('intervals by bootstrap', () => {
  it('of a share are as wide as the binomial formula says', () => {
    const scored = sample(400, 1)
    const { accuracy } = bootstrapIntervals(scored, { seed: 1 })
    const p = measure(scored).accuracy ?? 0
    expect(width(accuracy)).toBeCloseTo(2 * 1.96 * Math.sqrt((p * (1 - p)) / 400), 2)
  })

  it('hold the truth about 95 times of 100', () => {
    let held = 0
    for (let seed = 0; seed < 50; seed++) {
      const { accuracy } = bootstrapIntervals(sample(100, 1000 + seed), { seed, rounds: 150 })
      if (accuracy !== undefined && accuracy.low <= 0.8 && 0.8 <= accuracy.high) held++
    }
    expect(held).toBeGreaterThanOrEqual(43)
    expect(held).toBeLessThanOrEqual(50)
  })

  it('are the same for the same seed, and have the metric inside', () => {
    const scored = sample(200, 3)
    const intervals = bootstrapIntervals(scored, { seed: 7, rounds: 200 })
    expect(bootstrapIntervals(scored, { seed: 7, rounds: 200 })).toEqual(intervals)
    expect(bootstrapIntervals(scored, { seed: 8, rounds: 200 })).not.toEqual(intervals)
    const metrics = measure(scored)
    for (const name of ['roc_auc', 'accuracy', 'log_loss', 'f1', 'pr_auc', 'mcc']) {
      expect(intervals[name]?.low).toBeLessThan(metrics[name] ?? Number.NaN)
      expect(intervals[name]?.high).toBeGreaterThan(metrics[name] ?? Number.NaN)
    }
  })

  it('from a part of many rows are about as wide as from all', () => {
    const scored = sample(3000, 4)
    const whole = bootstrapIntervals(scored, { seed: 1, rounds: 200 })
    const part = bootstrapIntervals(scored, { seed: 1, rounds: 200, mostRows: 1000 })
    for (const name of ['accuracy', 'roc_auc', 'log_loss']) {
      expect(width(part[name]) / width(whole[name])).toBeGreaterThan(0.75)
      expect(width(part[name]) / width(whole[name])).toBeLessThan(1.33)
    }
  })

  it('of weighted rows spread more than of equal ones', () => {
    const scored = sample(500, 5)
    const weights = scored.target.map((_, row) => (row % 10 === 0 ? 20 : 0.1))
    expect(width(bootstrapIntervals({ ...scored, weights }, { seed: 1, rounds: 300 }).accuracy)).toBeGreaterThan(
      1.5 * width(bootstrapIntervals(scored, { seed: 1, rounds: 300 }).accuracy),
    )
  })

  it('exist for numbers and many classes, and not for what resampling cannot tell', () => {
    const random = seededRandom(6)
    const target = Float64Array.from({ length: 100 }, () => 10 * random())
    const numbers = bootstrapIntervals(
      { task: 'regression', classes: 0, target, scores: target.map((y) => y + random()) },
      { seed: 1, rounds: 200 },
    )
    expect(numbers.r2?.high).toBeLessThanOrEqual(1)
    expect(numbers.rmse?.low).toBeGreaterThan(0)
    expect(numbers).not.toHaveProperty('max_error')
  })

  it('are left out where a sample is too small or too many draws have one class only', () => {
    expect(bootstrapIntervals(sample(1, 1), { seed: 1 })).toEqual({})
    const rare: Scored = { ...sample(20, 1), target: Float64Array.from({ length: 20 }, (_, row) => (row === 0 ? 1 : 0)) }
    const intervals = bootstrapIntervals(rare, { seed: 1, rounds: 200 })
    expect(intervals).not.toHaveProperty('roc_auc')
    expect(intervals).toHaveProperty('accuracy')
  })

  it('of a constant target and of infinite scores are finite or absent', () => {
    const flat: Scored = { task: 'regression', classes: 0, target: new Float64Array(20).fill(5), scores: new Float64Array(20).fill(5.5) }
    const wild: Scored = { ...flat, scores: Float64Array.from({ length: 20 }, (_, row) => (row === 3 ? Number.POSITIVE_INFINITY : 5)) }
    for (const scored of [flat, wild]) {
      const ends = Object.values(bootstrapIntervals(scored, { seed: 1, rounds: 100 })).flatMap(({ low, high }) => [low, high])
      expect(ends.every(Number.isFinite)).toBe(true)
    }
  })
})
