/** What a classifier's scores look like drawn: ROC, precision-recall, cumulative gain and calibration, thinned with exact ends. */
import { type Step, steps } from './ranking.ts'

export interface RocPoint {
  /** Null at the start, where nothing is called positive. */
  readonly threshold: number | null
  readonly fpr: number
  readonly tpr: number
}

export interface PrecisionRecallPoint {
  readonly threshold: number
  readonly precision: number
  readonly recall: number
}

export interface GainPoint {
  /** Share of all rows taken, the highest scores first. */
  readonly share: number
  /** Share of all positives among them. */
  readonly gain: number
  /** How many times as many positives as the same number of rows at random. */
  readonly lift: number
}

export interface CalibrationPoint {
  /** Mean probability given in the bin. */
  readonly predicted: number
  /** Share of positives in it. */
  readonly observed: number
  readonly rows: number
}

/** Corner points only: those in the middle of a straight stretch are left out. */
export function rocCurve(positive: Uint8Array, scores: Float64Array): readonly RocPoint[] {
  const all = steps(positive, scores)
  const last = all.at(-1)
  if (last === undefined) return []
  const start: RocPoint = { threshold: null, fpr: 0, tpr: 0 }
  return [
    start,
    ...all.filter(isCorner).map(({ threshold, truePositives, falsePositives }) => ({
      threshold,
      fpr: falsePositives / Math.max(1, last.falsePositives),
      tpr: truePositives / Math.max(1, last.truePositives),
    })),
  ]
}

/** From the highest score down, one point per distinct score. */
export function precisionRecallCurve(positive: Uint8Array, scores: Float64Array): readonly PrecisionRecallPoint[] {
  const all = steps(positive, scores)
  const positives = all.at(-1)?.truePositives ?? 0
  return all.map(({ threshold, truePositives, falsePositives }) => ({
    threshold,
    precision: truePositives / (truePositives + falsePositives),
    recall: truePositives / Math.max(1, positives),
  }))
}

/** Cumulative gain and lift, from nothing taken (lift of the first step, by convention) to all rows. Empty without positives. */
export function gainCurve(positive: Uint8Array, scores: Float64Array): readonly GainPoint[] {
  const all = steps(positive, scores)
  const last = all.at(-1)
  if (last === undefined || last.truePositives === 0) return []
  const rows = last.truePositives + last.falsePositives
  const points = all.map(({ truePositives, falsePositives }) => {
    const share = (truePositives + falsePositives) / rows
    const gain = truePositives / last.truePositives
    return { share, gain, lift: gain / share }
  })
  return [{ share: 0, gain: 0, lift: points[0]?.lift ?? 1 }, ...points]
}

export interface BinWish {
  /** Default 10. */
  readonly bins?: number
  /** Bins of equal width, or of about equally many rows. Default uniform. */
  readonly strategy?: 'uniform' | 'quantile'
}

/** Given against observed, bin by bin; empty bins are left out. As scikit-learn's calibration_curve, with counts. */
export function calibrationCurve(
  positive: Uint8Array,
  probabilities: Float64Array,
  { bins = 10, strategy = 'uniform' }: BinWish = {},
): readonly CalibrationPoint[] {
  const edges =
    strategy === 'uniform' ? Float64Array.from({ length: bins - 1 }, (_, i) => (i + 1) * (1 / bins)) : quantiles(probabilities, bins)
  const sums = Array.from({ length: bins }, () => ({ predicted: 0, observed: 0, rows: 0 }))
  for (let row = 0; row < probabilities.length; row++) {
    const p = probabilities[row] ?? 0
    const bin = edges.findIndex((edge) => p <= edge)
    const sum = sums[bin < 0 ? bins - 1 : bin]
    if (sum === undefined) continue
    sum.predicted += p
    sum.observed += positive[row] ?? 0
    sum.rows++
  }
  return sums
    .filter(({ rows }) => rows > 0)
    .map(({ predicted, observed, rows }) => ({ predicted: predicted / rows, observed: observed / rows, rows }))
}

/** At most `most` of the points, evenly spaced, with both ends. */
export function thinned<P>(points: readonly P[], most: number): readonly P[] {
  if (points.length <= most) return points
  return Array.from({ length: most }, (_, i) => points[Math.round((i * (points.length - 1)) / (most - 1))]).filter(
    (point): point is P => point !== undefined,
  )
}

function isCorner(step: Step, i: number, all: readonly Step[]): boolean {
  const before = all[i - 1]
  const after = all[i + 1]
  if (before === undefined || after === undefined) return true
  const straight =
    after.truePositives - 2 * step.truePositives + before.truePositives === 0 &&
    after.falsePositives - 2 * step.falsePositives + before.falsePositives === 0
  return !straight
}

/** Inner edges between `bins` equally full bins, by straight lines between the sorted values (numpy's percentile). */
function quantiles(values: Float64Array, bins: number): Float64Array {
  const sorted = values.slice().sort()
  return Float64Array.from({ length: bins - 1 }, (_, i) => {
    const place = ((i + 1) / bins) * (sorted.length - 1)
    const low = Math.floor(place)
    const from = sorted[low] ?? 0
    return from + (place - low) * ((sorted[Math.min(low + 1, sorted.length - 1)] ?? from) - from)
  })
}
