import { describe, expect, it } from 'vitest'
import { type Calibration, calibratedScores, calibrationOf, crossCalibrated } from './calibration.ts'
import { fitIsotonic, heightAt } from './isotonic.ts'
import { measure, type Scored } from './metrics.ts'
import { fitPlatt, sigmoidAt } from './platt.ts'
import { seededRandom } from './seeded-random.ts'

const x = Float64Array.of(0.1, 0.4, 0.35, 0.8, 0.7, 0.35, 0.2, 0.9, 0.6, 0.4, 0.55, 0.15)
const y = Float64Array.of(0, 0, 1, 1, 0, 0, 0, 1, 1, 1, 1, 0)
const weights = Float64Array.of(1, 2, 1, 0.5, 1, 3, 1, 1, 2, 1, 1, 1)

const near = (found: Iterable<number>, wanted: readonly number[], digits = 12): void => {
  const all = [...found]
  expect(all).toHaveLength(wanted.length)
  for (const [i, value] of all.entries()) expect(value).toBeCloseTo(wanted[i] ?? Number.NaN, digits)
}

describe('isotonic regression', () => {
  it("gives scikit-learn's corners and what lies between them", () => {
    const curve = fitIsotonic(x, y)
    near(curve.x, [0.1, 0.2, 0.35, 0.4, 0.55, 0.7, 0.8, 0.9])
    near(curve.y, [0, 0, 0.5, 0.5, 2 / 3, 2 / 3, 1, 1])
    near(
      [0, 0.12, 0.3, 0.45, 0.65, 1].map((at) => heightAt(curve, at)),
      [0, 0, 1 / 3, 0.5555555555555556, 2 / 3, 1],
    )
  })

  it('counts rows by their weights', () => {
    const curve = fitIsotonic(x, y, weights)
    near(curve.y, [0, 0, 0.25, 1 / 3, 0.75, 0.75, 1, 1])
    near([heightAt(curve, 0.3), heightAt(curve, 0.45)], [0.16666666666666666, 0.47222222222222215])
  })

  it('is the mean where answers fall all the way, and the answers where they rise', () => {
    near(fitIsotonic(Float64Array.of(1, 2, 3), Float64Array.of(3, 2, 1)).y, [2, 2])
    near(fitIsotonic(Float64Array.of(3, 1, 2), Float64Array.of(9, 1, 4)).y, [1, 4, 9])
    near(fitIsotonic(Float64Array.of(5, 5), Float64Array.of(0, 1)).y, [0.5])
  })

  it('leaves out rows of no weight', () => {
    expect(fitIsotonic(x, y, new Float64Array(12)).x).toHaveLength(0)
    const some = Float64Array.from(x, (_, row) => (row < 5 ? 1 : 0))
    expect(fitIsotonic(x, y, some)).toEqual(fitIsotonic(x.slice(0, 5), y.slice(0, 5)))
  })
})

describe('Platt scaling', () => {
  const odds = x.map((p) => Math.log(p / (1 - p)))
  const positive = Uint8Array.from(y)

  it("gives scikit-learn's sigmoid", () => {
    near(Object.values(fitPlatt(odds, positive)), [-0.8632342994889326, -0.18567207580265127], 6)
    near(Object.values(fitPlatt(x, positive)), [-4.1037666103479165, 1.8612933569341503], 6)
    near(Object.values(fitPlatt(odds, positive, weights)), [-1.104253134097914, 0.056319257786217755], 6)
  })

  it('finds the bottom: the mean answer is the one wanted, and no neighbour is better', () => {
    const fitted = fitPlatt(odds, positive)
    const mean = odds.reduce((sum, score) => sum + sigmoidAt(fitted, score), 0)
    /** Six of twelve positive, each class pulled in by one row more. */
    expect(mean).toBeCloseTo(6 * (7 / 8) + 6 / 8, 9)
  })

  it('stays finite where the scores part the classes, are all the same, or are huge', () => {
    for (const scores of [Float64Array.from(y, (v) => 1000 * v), new Float64Array(12).fill(0.3), x.map((v) => v * 1e6)]) {
      const fitted = fitPlatt(scores, positive)
      expect(Object.values(fitted).every(Number.isFinite)).toBe(true)
      expect(sigmoidAt(fitted, scores[0] ?? 0)).toBeGreaterThanOrEqual(0)
    }
    expect(sigmoidAt(fitPlatt(new Float64Array(12).fill(0.3), positive), 0.3)).toBeCloseTo(0.5, 6)
  })
})

/** A model too sure of itself: true odds to the third. */
function overconfident(rows: number, seed: number, classes = 2): Scored {
  const random = seededRandom(seed)
  const target = new Float64Array(rows)
  const scores = new Float64Array(rows * classes)
  for (let row = 0; row < rows; row++) {
    const raw = Array.from({ length: classes }, () => -Math.log(random()))
    const total = raw.reduce((sum, value) => sum + value, 0)
    let left = random() * total
    target[row] = Math.max(
      0,
      raw.findIndex((value) => {
        left -= value
        return left < 0
      }),
    )
    const sharp = raw.map((value) => value ** 3)
    const all = sharp.reduce((sum, value) => sum + value, 0)
    scores.set(
      sharp.map((value) => value / all),
      row * classes,
    )
  }
  return { task: classes === 2 ? 'binary' : 'multiclass', classes, target, scores }
}

describe('calibration', () => {
  it.each([
    ['platt', 2],
    ['isotonic', 2],
    ['platt', 4],
    ['isotonic', 4],
  ] as const)('by %s of %i classes lowers log loss on rows it has not seen and keeps probabilities', (method, classes) => {
    const calibration = calibrationOf(overconfident(4000, 1, classes), method)
    const fresh = overconfident(4000, 2, classes)
    const scores = calibratedScores(calibration, fresh.scores, classes)
    const before = measure(fresh)
    const after = measure({ ...fresh, scores })
    expect(after.log_loss).toBeLessThan((before.log_loss ?? 0) - 0.05)
    if (classes === 2) expect(after.brier).toBeLessThan((before.brier ?? 0) - 0.005)
    for (let row = 0; row < 100; row++) {
      const own = scores.subarray(row * classes, (row + 1) * classes)
      expect(own.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 12)
      expect(own.every((p) => p >= 0 && p <= 1)).toBe(true)
    }
  })

  it('by Platt undoes a power of the odds', () => {
    const calibration = calibrationOf(overconfident(20_000, 5), 'platt')
    const curve = calibration.method === 'platt' ? calibration.curves[0] : undefined
    expect(curve?.slope).toBeCloseTo(-1 / 3, 1)
    expect(curve?.intercept).toBeCloseTo(0, 1)
  })

  it('keeps the order of scores, so what ranks stays', () => {
    const scored = overconfident(500, 3)
    const scores = calibratedScores(calibrationOf(scored, 'platt'), scored.scores, 2)
    expect(measure({ ...scored, scores }).roc_auc).toBeCloseTo(measure(scored).roc_auc ?? 0, 12)
  })

  it('of a fold is learned on the other folds only', () => {
    const scored = overconfident(900, 4)
    const foldOf = Int32Array.from(scored.target, (_, row) => row % 3)
    const crossed = crossCalibrated(scored, foldOf, 'isotonic')
    const changed = { ...scored, target: scored.target.map((value, row) => (foldOf[row] === 0 ? 1 - value : value)) }
    const again = crossCalibrated(changed, foldOf, 'isotonic')
    for (let row = 0; row < 900; row += 3) expect(again[2 * row]).toBe(crossed[2 * row])
    expect(again).not.toEqual(crossed)
    expect(measure({ ...scored, scores: crossed }).log_loss).toBeLessThan(measure(scored).log_loss ?? 0)
  })

  it.each<[string, Scored, RegExp]>([
    ['numbers', { task: 'regression', classes: 0, target: Float64Array.of(1), scores: Float64Array.of(1) }, /regression model/],
    [
      'one class',
      { task: 'binary', classes: 2, target: Float64Array.of(1, 1), scores: Float64Array.of(0.1, 0.9, 0.2, 0.8) },
      /2 of 2 rows/,
    ],
    [
      'an infinite score',
      { task: 'binary', classes: 2, target: Float64Array.of(0, 1), scores: Float64Array.of(0.1, 0.9, 0, Number.POSITIVE_INFINITY) },
      /Infinity of row 1/,
    ],
  ])('refuses %s', (_, scored, words) => {
    expect(() => calibrationOf(scored, 'platt')).toThrow(words)
  })

  it('gives even shares where every class is ruled out', () => {
    const calibration: Calibration = {
      method: 'isotonic',
      curves: [0, 1, 2].map(() => ({ x: Float64Array.of(0, 1), y: Float64Array.of(0, 0) })),
    }
    near(calibratedScores(calibration, Float64Array.of(0.2, 0.3, 0.5), 3), [1 / 3, 1 / 3, 1 / 3])
  })
})
