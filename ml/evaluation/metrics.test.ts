import { describe, expect, it } from 'vitest'
import { calibrationCurve, gainCurve, precisionRecallCurve, rocCurve, thinned } from './curves.ts'
import { confusion, isBetter, measure, metricsOf, type Scored } from './metrics.ts'
import { averagePrecision, rocAuc } from './ranking.ts'
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

  it('leave out all that a sample without an answer, without a kind or without numbers cannot say', () => {
    expect(measure(binary([], []))).toEqual({})
    expect(measure(binary([0, 1], [Number.NaN, 0.5]))).toEqual({})
    const one = measure(binary([1, 1], [0.6, 0.7]))
    for (const name of ['roc_auc', 'pr_auc', 'ks', 'specificity', 'cohen_kappa']) expect(one).not.toHaveProperty(name)
    const infinite = measure({
      task: 'regression',
      classes: 0,
      target: Float64Array.of(1, 2, 3),
      scores: Float64Array.of(1, 2, Number.POSITIVE_INFINITY),
    })
    expect(Object.values(infinite).every(Number.isFinite)).toBe(true)
    expect(infinite).not.toHaveProperty('rmse')
  })

  it('are those of every metric the tasks promise', () => {
    const three = chosen([0, 1, 2, 0, 1, 2], [0, 2, 1, 0, 0, 1], 3)
    const promised = metricsOf.multiclass.filter((name) => !['top_3_accuracy', 'top_5_accuracy'].includes(name))
    expect(Object.keys(measure(three)).toSorted()).toEqual([...promised].sort())
    expect(Object.keys(measure(binary([0, 1, 1], [0.2, 0.4, 0.9]))).toSorted()).toEqual([...metricsOf.binary].sort())
    const numbers: Scored = { task: 'regression', classes: 0, target: Float64Array.of(1, 2), scores: Float64Array.of(1.5, 2.5) }
    expect(Object.keys(measure(numbers)).toSorted()).toEqual([...metricsOf.regression].sort())
  })

  it('know which way is better', () => {
    expect(isBetter('roc_auc', 0.9, 0.8)).toBe(true)
    expect(isBetter('log_loss', 0.9, 0.8)).toBe(false)
  })
})

/** Expected digits are scikit-learn 1.9's with the same sample_weight. */
describe('weighted metrics', () => {
  const near = (found: Readonly<Record<string, number>>, wanted: Readonly<Record<string, number>>): void => {
    for (const [name, value] of Object.entries(wanted)) expect(found[name], name).toBeCloseTo(value, 12)
  }

  it('count rows of two classes by their weight', () => {
    const scored = binary([0, 1, 1, 0, 1, 0, 0, 1, 0, 1], [0.2, 0.6, 0.6, 0.6, 0.9, 0.1, 0.3, 0.4, 0.7, 0.45])
    near(measure(scored), { roc_auc: 0.72, pr_auc: 0.716190476190476, log_loss: 0.5647252738392593, brier: 0.19825 })
    near(measure({ ...scored, weights: Float64Array.of(1, 2, 1, 0.5, 1, 3, 1, 1, 2, 1) }), {
      accuracy: 0.6666666666666666,
      balanced_accuracy: 0.6666666666666666,
      f1: 0.64,
      f1_macro: 0.6648275862068966,
      f1_weighted: 0.6675862068965517,
      f2: 0.6557377049180327,
      mcc: 0.33149677206589795,
      cohen_kappa: 0.3305785123966942,
      jaccard: 0.47058823529411764,
      roc_auc: 0.7388888888888889,
      pr_auc: 0.7031171442936149,
      log_loss: 0.5270093949528218,
      brier: 0.18314814814814817,
    })
  })

  it('count numbers by their weight', () => {
    near(
      measure({
        task: 'regression',
        classes: 0,
        target: Float64Array.of(17.8, 6.8, 3.44, 0.55, 2.34, 5.93, 3.99, 1.93, 7.11),
        scores: Float64Array.of(20.59, 5.67, 2.07, 0.76, 1.96, 5.05, 5.24, 2.06, 6.95),
        weights: Float64Array.of(1, 2, 0.5, 1, 3, 1, 1, 0.25, 2),
      }),
      {
        mse: 1.2039127659574462,
        mae: 0.8142553191489361,
        median_ae: 0.3799999999999999,
        r2: 0.9362926782937895,
        explained_variance: 0.9366778792506093,
        mape: 0.1770849093772782,
        rmsle: 0.15040198821383058,
        'pinball_0.9': 0.4412553191489361,
        'pinball_0.1': 0.3729999999999999,
        poisson_deviance: 0.16585449511382822,
      },
    )
  })

  it.each(['binary', 'multiclass', 'regression'] as const)('of weight 2 and 0 are those of a row twice and of none: %s', (task) => {
    const random = seededRandom(8)
    const classes = task === 'regression' ? 0 : task === 'binary' ? 2 : 4
    const width = Math.max(1, classes)
    const target = Float64Array.from({ length: 60 }, () => (classes === 0 ? random() : Math.floor(random() * classes)))
    const scores = Float64Array.from({ length: 60 * width }, () => Math.round(20 * random()) / 20 + 0.01)
    const weights = Float64Array.from({ length: 60 }, () => Math.floor(3 * random()))
    const rows = [...weights].flatMap((weight, row) => new Array<number>(weight).fill(row))
    const found = measure({ task, classes, target, scores, weights })
    const wanted = measure({
      task,
      classes,
      target: Float64Array.from(rows, (row) => target[row] ?? 0),
      scores: Float64Array.from(rows.flatMap((row) => [...scores.subarray(row * width, (row + 1) * width)])),
    })
    expect(Object.keys(found)).toEqual(Object.keys(wanted))
    near(found, wanted)
  })

  it('sum squares over many classes for the Brier score', () => {
    const scores = Float64Array.from(
      // biome-ignore format: a table of numbers
      [0.139, 0.01, 0.514, 0.337, 0.014, 0.304, 0.639, 0.043, 0.182, 0.03, 0.289, 0.499, 0.217, 0.324, 0.277, 0.182, 0.205, 0.045, 0.236, 0.514, 0.052, 0.625, 0.187, 0.136, 0.04104104104104104, 0.6356356356356355, 0.025025025025025023, 0.29829829829829824, 0.07192807192807193, 0.2947052947052947, 0.1358641358641359, 0.49750249750249753, 0.078, 0.071, 0.684, 0.167],
    )
    const target = Float64Array.of(0, 3, 1, 2, 2, 1, 0, 3, 1)
    expect(measure({ task: 'multiclass', classes: 4, target, scores }).brier).toBeCloseTo(0.9755854149546326, 12)
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

  it('draws a gain curve from nothing to all, above the diagonal for scores that know something', () => {
    const curve = gainCurve(positive, scores)
    expect(curve[0]).toMatchObject({ share: 0, gain: 0 })
    expect(curve.at(-1)).toEqual({ share: 1, gain: 1, lift: 1 })
    expect(curve.every(({ share, gain }) => gain >= share - 1e-12)).toBe(true)
    expect(gainCurve(Uint8Array.of(0, 1, 1, 0), Float64Array.of(1, 4, 3, 2))).toEqual([
      { share: 0, gain: 0, lift: 2 },
      { share: 0.25, gain: 0.5, lift: 2 },
      { share: 0.5, gain: 1, lift: 2 },
      { share: 0.75, gain: 1, lift: 4 / 3 },
      { share: 1, gain: 1, lift: 1 },
    ])
    expect(gainCurve(new Uint8Array(3), Float64Array.of(1, 2, 3))).toEqual([])
  })

  it('draws calibration in bins of equal width or of equal rows, with counts', () => {
    const answers = Uint8Array.of(0, 1, 1, 0, 1, 0, 0, 1, 0, 1)
    const given = Float64Array.of(0.2, 0.6, 0.6, 0.6, 0.9, 0.1, 0.3, 0.4, 0.7, 0.45)
    const even = calibrationCurve(answers, given, { bins: 2, strategy: 'quantile' })
    expect(even.map(({ rows }) => rows)).toEqual([5, 5])
    for (const [i, [observed, predicted]] of [
      [0.4, 0.29],
      [0.6, 0.68],
    ].entries()) {
      expect(even[i]?.observed).toBeCloseTo(observed ?? 0, 12)
      expect(even[i]?.predicted).toBeCloseTo(predicted ?? 0, 12)
    }
    expect(calibrationCurve(answers, given).reduce((sum, { rows }) => sum + rows, 0)).toBe(10)
  })

  it('keeps both ends when thinned', () => {
    const points = Array.from({ length: 1000 }, (_, i) => i)
    expect(thinned(points, 5)).toEqual([0, 250, 500, 749, 999])
    expect(thinned([1, 2], 5)).toEqual([1, 2])
  })
})
