import { describe, expect, it } from 'vitest'
import { confusion, isBetter, measure, type Scored } from './metrics.ts'
import { averagePrecision, precisionRecallCurve, rocAuc, rocCurve, thinned } from './ranking.ts'
import { seededRandom } from './seeded-random.ts'

const binary = (target: readonly number[], positive: readonly number[]): Scored => ({
  task: 'binary',
  classes: 2,
  target: Float64Array.from(target),
  scores: Float64Array.from(positive.flatMap((p) => [1 - p, p])),
})

const chosen = (target: readonly number[], predicted: readonly number[], classes: number): Scored => ({
  task: 'multiclass',
  classes,
  target: Float64Array.from(target),
  scores: Float64Array.from(predicted.flatMap((k) => Array.from({ length: classes }, (_, i) => (i === k ? 1 : 0)))),
})

/** Expected digits are those in scikit-learn's documentation of each metric. */
describe('metrics', () => {
  it('give the documented ROC AUC and average precision', () => {
    const { roc_auc, pr_auc } = measure(binary([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]))
    expect(roc_auc).toBeCloseTo(0.75, 12)
    expect(pr_auc).toBeCloseTo(0.8333333333333333, 12)
  })

  it('give the documented log loss', () => {
    expect(measure(binary([1, 0, 0, 1], [0.9, 0.1, 0.2, 0.65])).log_loss).toBeCloseTo(0.21616187468057912, 14)
  })

  it('give the documented brier score', () => {
    expect(measure(binary([0, 1, 1, 0], [0.1, 0.9, 0.8, 0.3])).brier).toBeCloseTo(0.0375, 14)
  })

  it('give the documented macro F1', () => {
    expect(measure(chosen([0, 1, 2, 0, 1, 2], [0, 2, 1, 0, 0, 1], 3)).f1_macro).toBeCloseTo(0.26666666666666666, 14)
  })

  it('give the documented balanced accuracy and confusion', () => {
    const scored = binary([0, 1, 0, 0, 1, 0], [0, 1, 0, 0, 0, 1])
    expect(measure(scored).balanced_accuracy).toBeCloseTo(0.625, 14)
    expect(confusion(scored)).toEqual([
      [3, 1],
      [1, 1],
    ])
  })

  it('give the documented regression errors', () => {
    const metrics = measure({
      task: 'regression',
      classes: 0,
      target: Float64Array.of(3, -0.5, 2, 7),
      scores: Float64Array.of(2.5, 0, 2, 8),
    })
    expect(metrics.mae).toBeCloseTo(0.5, 14)
    expect(metrics.rmse).toBeCloseTo(0.6123724356957945, 14)
    expect(metrics.r2).toBeCloseTo(0.9486081370449679, 14)
  })

  it('follow the convention for a target that does not vary', () => {
    const flat = (scores: Float64Array) => measure({ task: 'regression', classes: 0, target: Float64Array.of(5, 5), scores }).r2
    expect(flat(Float64Array.of(5, 5))).toBe(1)
    expect(flat(Float64Array.of(5, 6))).toBe(0)
  })

  it('leave out what one class cannot define', () => {
    const metrics = measure(binary([1, 1], [0.6, 0.7]))
    expect(metrics).not.toHaveProperty('roc_auc')
    expect(metrics.accuracy).toBe(1)
  })

  it('average one class against the rest for more classes', () => {
    const scored: Scored = {
      task: 'multiclass',
      classes: 3,
      target: Float64Array.of(0, 1, 2, 2, 1, 0),
      scores: Float64Array.from([0.7, 0.2, 0.1, 0.2, 0.5, 0.3, 0.1, 0.2, 0.7, 0.5, 0.3, 0.2, 0.3, 0.4, 0.3, 0.6, 0.2, 0.2]),
    }
    expect(measure(scored).roc_auc).toBeCloseTo(0.8958333333333334, 14)
    expect(measure(scored).log_loss).toBeCloseTo(0.7405085560852761, 12)
  })

  it('know which way is better', () => {
    expect(isBetter('roc_auc', 0.9, 0.8)).toBe(true)
    expect(isBetter('log_loss', 0.9, 0.8)).toBe(false)
  })
})

describe('ranking', () => {
  const random = seededRandom(3)
  const positive = Uint8Array.from({ length: 200 }, () => (random() < 0.3 ? 1 : 0))
  /** Few distinct scores, so that there are many ties. */
  const scores = Float64Array.from(positive, (y) => Math.round(10 * (0.4 * y + random())) / 10)

  it('has the area that counting all pairs gives, a tie counting half', () => {
    let wins = 0
    let pairs = 0
    for (let i = 0; i < 200; i++) {
      for (let j = 0; j < 200; j++) {
        if (positive[i] !== 1 || positive[j] !== 0) continue
        pairs++
        wins += Math.sign((scores[i] ?? 0) - (scores[j] ?? 0)) / 2 + 0.5
      }
    }
    expect(rocAuc(positive, scores)).toBeCloseTo(wins / pairs, 12)
  })

  it('draws a curve whose area is the AUC', () => {
    const curve = rocCurve(positive, scores)
    let area = 0
    for (const [i, point] of curve.entries()) {
      const before = curve[i - 1]
      if (before !== undefined) area += ((point.fpr - before.fpr) * (point.tpr + before.tpr)) / 2
    }
    expect(area).toBeCloseTo(rocAuc(positive, scores), 12)
    expect(curve[0]).toEqual({ threshold: null, fpr: 0, tpr: 0 })
    expect(curve.at(-1)).toMatchObject({ fpr: 1, tpr: 1 })
  })

  it('has the average precision of its precision-recall curve', () => {
    let recall = 0
    let sum = 0
    for (const point of precisionRecallCurve(positive, scores)) {
      sum += (point.recall - recall) * point.precision
      recall = point.recall
    }
    expect(averagePrecision(positive, scores)).toBeCloseTo(sum, 12)
    expect(recall).toBe(1)
  })

  it('keeps both ends when thinned', () => {
    const points = Array.from({ length: 1000 }, (_, i) => i)
    expect(thinned(points, 5)).toEqual([0, 250, 500, 749, 999])
    expect(thinned([1, 2], 5)).toEqual([1, 2])
  })
})
