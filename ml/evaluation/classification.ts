/**
 * How good class probabilities are. What a row says that does not depend on how much it counts (the class it chooses, its
 * log loss, its place in each ranking) is worked out once; measuring resamples, groups and weights then costs a walk each.
 */
import { at } from '../models/at.ts'
import { chosenClass } from '../models/problem.ts'
import { accuracy, averaged, balancedAccuracy, classMeasures, cohenKappa, fBeta, jaccard, matthews } from './confusion.ts'
import type { Metrics, Scored } from './metrics.ts'
import { fallingOrder, type Ranking, rankingOf } from './ranking.ts'

export interface Judged {
  readonly classes: number
  readonly target: Float64Array
  readonly chosen: Int32Array
  /** Log loss of each row. */
  readonly losses: Float64Array
  /** Squared distance from the true answer; for two classes that of the second, for more that of all. */
  readonly squares: Float64Array
  /** How many classes were given more than the true one: 0 where it is on top. */
  readonly place: Int32Array
  /** The probability of each class, and its rows from the highest down. Of two classes only the second is ranked. */
  readonly ranked: readonly { readonly k: number; readonly scores: Float64Array; readonly order: Uint32Array }[]
}

const ks = [2, 3, 5]

export function judge(scored: Scored): Judged {
  const { target, scores, classes } = scored
  const rows = target.length
  const losses = new Float64Array(rows)
  const squares = new Float64Array(rows)
  const chosen = new Int32Array(rows)
  const place = new Int32Array(rows)
  for (let row = 0; row < rows; row++) {
    const from = row * classes
    const y = at(target, row)
    const p = at(scores, from + y)
    chosen[row] = chosenClass(scores, from, classes)
    losses[row] = -Math.log(Math.min(1 - Number.EPSILON, Math.max(Number.EPSILON, p)))
    squares[row] = distance(scores.subarray(from, from + classes), y)
    place[row] = placeOf(scores.subarray(from, from + classes), y)
  }
  const kinds = classes === 2 ? [1] : Array.from({ length: classes }, (_, k) => k)
  const ranked = kinds.map((k) => {
    const own = scoreOf(scored, k)
    return { k, scores: own, order: fallingOrder(own) }
  })
  return { classes, target, chosen, losses, squares, place, ranked }
}

/** Brier's: of two classes the second one's square, of more the sum of all. */
function distance(scores: Float64Array, y: number): number {
  let sum = 0
  for (let k = scores.length === 2 ? 1 : 0; k < scores.length; k++) sum += ((k === y ? 1 : 0) - at(scores, k)) ** 2
  return sum
}

/** Among equals the later class stands first, as scikit-learn's top-k has it. */
function placeOf(scores: Float64Array, y: number): number {
  let place = 0
  for (let k = 0; k < scores.length; k++) {
    if (at(scores, k) > at(scores, y) || (at(scores, k) === at(scores, y) && k > y)) place++
  }
  return place
}

/** Every measure of metricsOf for two classes or more; NaN for what these rows cannot define. A weight of 0 leaves a row out. */
export function classificationMetrics(judged: Judged, weights?: Float64Array): Metrics {
  const table = tableOf(judged, weights)
  const macro = averaged(table, 'macro')
  const byWeight = averaged(table, 'weighted')
  const mean = (values: Float64Array): number => weightedMean(values, weights)
  const common = {
    accuracy: accuracy(table),
    f1_macro: macro.f1,
    f1_weighted: byWeight.f1,
    precision_macro: macro.precision,
    recall_macro: macro.recall,
    balanced_accuracy: balancedAccuracy(table),
    mcc: matthews(table),
    cohen_kappa: cohenKappa(table),
    log_loss: mean(judged.losses),
    brier: mean(judged.squares),
  }
  const rankings = judged.ranked.map(({ k, scores, order }) =>
    rankingOf({ of: judged.target, k, classes: judged.classes, scores, weights, order }),
  )
  const [second] = rankings
  if (judged.classes > 2) return { ...common, ...manyClasses(judged, { rankings, table, weights }) }
  const [negative, positive] = classMeasures(table)
  return {
    ...common,
    f1: positive?.f1 ?? 0,
    f2: fBeta(table, 1, 2),
    precision: positive?.precision ?? 0,
    recall: positive?.recall ?? 0,
    specificity: negative === undefined || negative.support === 0 ? Number.NaN : negative.recall,
    jaccard: jaccard(table, 1),
    roc_auc: second?.rocAuc ?? Number.NaN,
    pr_auc: second?.averagePrecision ?? Number.NaN,
    ks: second?.ks ?? Number.NaN,
    calibration_error: calibrationError(judged, weights),
  }
}

/** Rows are the true class, columns the chosen one; counts or sums of weights. */
export function tableOf({ classes, target, chosen }: Pick<Judged, 'classes' | 'target' | 'chosen'>, weights?: Float64Array): number[][] {
  const flat = new Float64Array(classes * classes)
  for (let row = 0; row < chosen.length; row++) {
    const cell = at(target, row) * classes + (chosen[row] ?? 0)
    flat[cell] = at(flat, cell) + (weights === undefined ? 1 : at(weights, row))
  }
  return Array.from({ length: classes }, (_, k) => [...flat.subarray(k * classes, (k + 1) * classes)])
}

/** The probability of one class, row by row. */
export function scoreOf({ scores, target, classes }: Scored, k: number): Float64Array {
  return Float64Array.from(target, (_, row) => scores[row * classes + k] ?? 0)
}

interface Many {
  readonly rankings: readonly Ranking[]
  readonly table: readonly (readonly number[])[]
  readonly weights: Float64Array | undefined
}

/** One class against the rest, and (Hand & Till 2001) every pair of classes; classes without rows are passed over. */
function manyClasses(judged: Judged, { rankings, table, weights }: Many): Metrics {
  const supports = table.map((line) => line.reduce((sum, count) => sum + count, 0))
  const total = supports.reduce((sum, support) => sum + support, 0)
  const shareOf = (k: number): number => (supports[k] ?? 0) / total
  const roc = rankings.map(({ rocAuc }, k) => ({ value: rocAuc, weight: shareOf(k) }))
  const pairs = rankings.flatMap(({ against }, a) =>
    rankings.slice(a + 1).map((other, i) => {
      const b = a + 1 + i
      return { value: (at(against, b) + at(other.against, a)) / 2, weight: shareOf(a) + shareOf(b) }
    }),
  )
  const plain = (values: readonly Weighed[]): number => meanOf(values.map(({ value }) => ({ value, weight: 1 })))
  const tops = ks
    .filter((k) => k < judged.classes)
    .map((k) => [
      `top_${k}_accuracy`,
      weightedMean(
        Float64Array.from(judged.place, (place) => (place < k ? 1 : 0)),
        weights,
      ),
    ])
  return {
    roc_auc: plain(roc),
    roc_auc_weighted: meanOf(roc),
    roc_auc_ovo: plain(pairs),
    roc_auc_ovo_weighted: meanOf(pairs),
    pr_auc: plain(rankings.map(({ averagePrecision }, k) => ({ value: shareOf(k) === 1 ? Number.NaN : averagePrecision, weight: 1 }))),
    ...Object.fromEntries(tops),
  }
}

interface Weighed {
  readonly value: number
  readonly weight: number
}

/** Of the values that are defined. */
function meanOf(values: readonly Weighed[]): number {
  const defined = values.filter(({ value }) => Number.isFinite(value))
  const weights = defined.reduce((sum, { weight }) => sum + weight, 0)
  return defined.reduce((sum, { value, weight }) => sum + value * weight, 0) / weights
}

function weightedMean(values: Float64Array, weights: Float64Array | undefined): number {
  let sum = 0
  let total = 0
  for (let row = 0; row < values.length; row++) {
    const weight = weights === undefined ? 1 : at(weights, row)
    sum += weight * at(values, row)
    total += weight
  }
  return sum / total
}

const bins = 10

/** Mean distance between given and observed in ten bins of equal width (Naeini 2015). */
function calibrationError({ target, ranked }: Judged, weights: Float64Array | undefined): number {
  const given = ranked[0]?.scores ?? new Float64Array()
  const gaps = new Float64Array(bins)
  let total = 0
  for (let row = 0; row < given.length; row++) {
    const p = at(given, row)
    const weight = weights === undefined ? 1 : at(weights, row)
    const bin = Math.min(bins - 1, Math.max(0, Math.ceil(p * bins) - 1))
    gaps[bin] = at(gaps, bin) + weight * (p - (target[row] === 1 ? 1 : 0))
    total += weight
  }
  return gaps.reduce((sum, gap) => sum + Math.abs(gap), 0) / total
}
