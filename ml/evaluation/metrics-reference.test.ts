/**
 * Metrics against scikit-learn's digits. A small share of them is kept beside this test; a file with more, in the same
 * form, is read from MILLRACE_REFERENCE_METRICS.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { clusterAgreement } from './cluster-agreement.ts'
import { adjustedRandIndex, calinskiHarabasz, daviesBouldin, silhouette } from './clustering.ts'
import { averaged, classMeasures, fBeta } from './confusion.ts'
import { calibrationCurve, rocCurve } from './curves.ts'
import { dcg, ndcg } from './gain.ts'
import { confusion, measure, type Scored } from './metrics.ts'
import { rankingOf } from './ranking.ts'

const number = z.number()
const numbers = z.array(number)
const averages = z.object({ precision: number, recall: number, f1: number })
const binarySet = z.object({
  y: numbers,
  score: numbers,
  expected: z.object({
    accuracy: number,
    balanced_accuracy: number,
    binary: averages,
    macro: averages,
    micro: averages,
    weighted: averages,
    fbeta2: number,
    mcc: number,
    cohen_kappa: number,
    jaccard: number,
    confusion_matrix: z.array(numbers),
    roc_auc: number,
    average_precision: number,
    pr_auc_trapezoid: number,
    roc_curve: z.object({ fpr: numbers, tpr: numbers, thresholds: z.array(z.union([number, z.object({ nonfinite: z.string() })])) }),
    ks_stat: number,
    log_loss: number,
    brier: number,
    calibration_curve_5_uniform: z.object({ prob_true: numbers, prob_pred: numbers }),
  }),
})
const multiclassSet = z.object({
  y: numbers,
  proba: z.array(numbers),
  labels: numbers,
  expected: z.object({
    accuracy: number,
    balanced_accuracy: number,
    macro: averages,
    micro: averages,
    weighted: averages,
    per_class: z.object({ precision: numbers, recall: numbers, f1: numbers, support: numbers }),
    roc_auc_ovr_macro: number,
    roc_auc_ovr_weighted: number,
    roc_auc_ovo_macro: number,
    roc_auc_ovo_weighted: number,
    log_loss: number,
    top_2_accuracy: number,
    mcc: number,
    cohen_kappa: number,
    confusion_matrix: z.array(numbers),
  }),
})
const regressionSet = z.object({ y: numbers, pred: numbers, expected: z.record(z.string(), number) })
const rankingSet = z.object({ relevance: numbers, score: numbers, expected: z.record(z.string(), number) })
const clusteringSet = z.object({
  X: z.array(numbers),
  labels: numbers,
  true: numbers,
  expected: z.object({
    silhouette: number,
    silhouette_noisy: number,
    davies_bouldin: number,
    calinski_harabasz: number,
    ari: number,
    nmi: number,
    ami: number,
    homogeneity: number,
    completeness: number,
    v_measure: number,
    fowlkes_mallows: number,
  }),
})
const reference = z.object({
  binary: z.record(z.string(), binarySet),
  multiclass: z.record(z.string(), multiclassSet),
  regression: z.record(z.string(), regressionSet),
  ranking: z.record(z.string(), rankingSet),
  clustering: z.record(z.string(), clusteringSet).default({}),
})

const near = (found: number | undefined, wanted: number | undefined): void =>
  expect(Math.abs((found ?? Number.NaN) - (wanted ?? Number.NaN))).toBeLessThanOrEqual(1e-9)
const allNear = (found: readonly number[], wanted: readonly number[]): void => {
  expect(found).toHaveLength(wanted.length)
  for (const [i, value] of found.entries()) near(value, wanted[i])
}

const { MILLRACE_REFERENCE_METRICS: larger } = process.env
const files = [join(import.meta.dirname, 'fixtures/metrics-reference.json'), ...(larger === undefined ? [] : [larger])]

describe.each(files)("scikit-learn's digits in %s", async (file) => {
  const sets = reference.parse(JSON.parse(await readFile(file, 'utf8')))

  it.each(Object.entries(sets.binary))('two classes: %s', (_, { y, score, expected }) => {
    const scores = Float64Array.from(score)
    const positive = Uint8Array.from(y)
    const scored: Scored = {
      task: 'binary',
      classes: 2,
      target: Float64Array.from(y),
      scores: Float64Array.from(score.flatMap((p) => [1 - p, p])),
    }
    const found = measure(scored)
    const table = confusion(scored)
    expect(table).toEqual(expected.confusion_matrix)
    for (const name of ['accuracy', 'balanced_accuracy', 'mcc', 'cohen_kappa', 'jaccard', 'roc_auc', 'log_loss', 'brier'] as const)
      near(found[name], expected[name])
    for (const [name, value] of Object.entries(expected.binary)) near(found[name], value)
    near(found.f2, expected.fbeta2)
    near(fBeta(table, 1, 2), expected.fbeta2)
    near(found.pr_auc, expected.average_precision)
    near(found.ks, expected.ks_stat)
    near(rankingOf({ of: positive, k: 1, classes: 2, scores }).trapezoid, expected.pr_auc_trapezoid)
    for (const averaging of ['macro', 'micro', 'weighted'] as const)
      for (const [name, value] of Object.entries(averaged(table, averaging)))
        near(value, Object.entries(expected[averaging]).find(([key]) => key === name)?.[1])
    near(found.f1_macro, expected.macro.f1)
    near(found.f1_weighted, expected.weighted.f1)
    const curve = rocCurve(positive, scores)
    allNear(
      curve.map(({ fpr }) => fpr),
      expected.roc_curve.fpr,
    )
    allNear(
      curve.map(({ tpr }) => tpr),
      expected.roc_curve.tpr,
    )
    expect(curve.map(({ threshold }) => threshold)).toEqual(
      expected.roc_curve.thresholds.map((threshold) => (typeof threshold === 'number' ? threshold : null)),
    )
    const bins = calibrationCurve(positive, scores, { bins: 5 })
    allNear(
      bins.map(({ observed }) => observed),
      expected.calibration_curve_5_uniform.prob_true,
    )
    allNear(
      bins.map(({ predicted }) => predicted),
      expected.calibration_curve_5_uniform.prob_pred,
    )
  })

  it.each(Object.entries(sets.multiclass))('many classes: %s', (_, { y, proba, labels, expected }) => {
    const scored: Scored = {
      task: 'multiclass',
      classes: labels.length,
      target: Float64Array.from(y),
      scores: Float64Array.from(proba.flat()),
    }
    const found = measure(scored)
    const table = confusion(scored)
    expect(table).toEqual(expected.confusion_matrix)
    for (const name of ['accuracy', 'balanced_accuracy', 'mcc', 'cohen_kappa', 'log_loss', 'top_2_accuracy'] as const)
      near(found[name], expected[name])
    near(found.roc_auc, expected.roc_auc_ovr_macro)
    near(found.roc_auc_weighted, expected.roc_auc_ovr_weighted)
    near(found.roc_auc_ovo, expected.roc_auc_ovo_macro)
    near(found.roc_auc_ovo_weighted, expected.roc_auc_ovo_weighted)
    for (const averaging of ['macro', 'micro', 'weighted'] as const) {
      const { precision, recall, f1 } = averaged(table, averaging)
      allNear([precision, recall, f1], [expected[averaging].precision, expected[averaging].recall, expected[averaging].f1])
    }
    near(found.precision_macro, expected.macro.precision)
    const own = classMeasures(table)
    for (const name of ['precision', 'recall', 'f1', 'support'] as const)
      allNear(
        own.map((measures) => measures[name]),
        expected.per_class[name],
      )
  })

  it.each(Object.entries(sets.regression))('numbers: %s', (_, { y, pred, expected }) => {
    const found = measure({ task: 'regression', classes: 0, target: Float64Array.from(y), scores: Float64Array.from(pred) })
    for (const [name, value] of Object.entries(expected)) {
      if (name === 'rmsle' && found.rmsle === undefined) expect(Math.min(...y, ...pred)).toBeLessThan(0)
      else near(found[name], value)
    }
  })

  it.each(Object.entries(sets.clustering))('clusters: %s', (_, { X, labels, true: truth, expected }) => {
    const values = Float64Array.from(X.flat())
    const [found, known] = [Int32Array.from(labels), Int32Array.from(truth)]
    const clustered = { width: X[0]?.length ?? 0, values, labels: found }
    near(silhouette(clustered), expected.silhouette)
    near(silhouette({ ...clustered, labels: known }), expected.silhouette_noisy)
    near(daviesBouldin(clustered), expected.davies_bouldin)
    near(calinskiHarabasz(clustered), expected.calinski_harabasz)
    near(adjustedRandIndex(known, found), expected.ari)
    const agreement = clusterAgreement(known, found)
    for (const name of ['ami', 'homogeneity', 'completeness', 'v_measure', 'fowlkes_mallows'] as const)
      near(agreement[name], expected[name])
    near(agreement.v_measure, expected.nmi)
  })

  it.each(Object.entries(sets.ranking))('lists: %s', (_, { relevance, score, expected }) => {
    for (const [name, value] of Object.entries(expected)) {
      const [metric, k] = name.split('@')
      const list = [Float64Array.from(relevance), Float64Array.from(score), ...(k === 'None' ? [] : [Number(k)])] as const
      near(metric === 'dcg' ? dcg(...list) : ndcg(...list), value)
    }
  })
})
