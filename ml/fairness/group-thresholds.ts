/**
 * A threshold for each group that makes groups equal and errs least (Hardt, Price & Srebro 2016, as Fairlearn's
 * ThresholdOptimizer). Each group's thresholds trace a curve; the rate that all groups share is sought where the accuracy
 * summed over groups is highest, and a group that has no threshold of exactly that rate draws between its two neighbours.
 * For equalized odds, groups whose curve lies higher are brought down by answering some rows by chance.
 */
import { steps } from '../evaluation/ranking.ts'
import type { RowGroups } from '../evaluation/row-groups.ts'
import { type HullPoint, placeOn, upperHull } from './hull.ts'
import type { Rates } from './rates.ts'

export const fairnessConstraints = ['demographic_parity', 'equal_opportunity', 'equalized_odds'] as const
export type FairnessConstraint = (typeof fairnessConstraints)[number]

export interface GroupThreshold {
  readonly group: string
  /** Lowest score called positive, and how often it is the one to use; null calls nothing positive. Shares add up to 1 - chance. */
  readonly thresholds: readonly { readonly threshold: number | null; readonly share: number }[]
  /** Share of rows answered by chance alone, and how often chance says yes. */
  readonly chance: { readonly share: number; readonly yes: number }
  /** To be expected on these rows. */
  readonly rates: Rates
}

export interface ThresholdPlan {
  readonly groups: readonly GroupThreshold[]
  /** To be expected on these rows. */
  readonly accuracy: number
}

export interface ScoredGroups {
  readonly actual: Uint8Array
  readonly scores: Float64Array
  readonly groups: RowGroups
}

/** Undefined where a group has rows of one answer only: its curve does not exist. */
export function groupThresholds(sample: ScoredGroups, constraint: FairnessConstraint): ThresholdPlan | undefined {
  const curves = sample.groups.names.map((_, g) => curveOf(sample, g))
  if (curves.some(({ positives, negatives }) => positives === 0 || negatives === 0)) return undefined
  const axes = axesOf[constraint]
  const hulls = curves.map((curve) => upperHull(curve.points.map((point) => axes(point, curve))))
  const shared = constraint === 'equalized_odds' ? bestOdds(hulls, curves) : bestRate(hulls, curves)
  const groups = curves.map((curve, g) => thresholdOf(sample.groups.names[g] ?? '', { curve, hull: hulls[g] ?? [], ...shared }))
  const rows = curves.reduce((sum, { positives, negatives }) => sum + positives + negatives, 0)
  const right = groups.reduce((sum, { rates }, g) => sum + (rates.accuracy ?? 0) * sizeOf(curves[g]), 0)
  return { groups, accuracy: right / rows }
}

interface CurvePoint {
  readonly threshold: number | null
  readonly truePositives: number
  readonly falsePositives: number
}

interface Curve {
  readonly points: readonly CurvePoint[]
  readonly positives: number
  readonly negatives: number
}

const sizeOf = (curve: Curve | undefined): number => (curve === undefined ? 0 : curve.positives + curve.negatives)

function curveOf({ actual, scores, groups }: ScoredGroups, group: number): Curve {
  const rows = Uint32Array.from(actual, (_, row) => row).filter((row) => groups.of[row] === group)
  const found = steps(
    Uint8Array.from(rows, (row) => actual[row] ?? 0),
    Float64Array.from(rows, (row) => scores[row] ?? 0),
  )
  const last = found.at(-1)
  return {
    points: [{ threshold: null, truePositives: 0, falsePositives: 0 }, ...found],
    positives: last?.truePositives ?? 0,
    negatives: last?.falsePositives ?? 0,
  }
}

/** What the groups share along x and what is wanted high along y; for equalized odds the ROC curve, else accuracy. */
const axesOf: Readonly<Record<FairnessConstraint, (point: CurvePoint, curve: Curve) => HullPoint>> = {
  demographic_parity: (point, curve) => ({
    x: (point.truePositives + point.falsePositives) / sizeOf(curve),
    y: (point.truePositives + curve.negatives - point.falsePositives) / sizeOf(curve),
    threshold: point.threshold,
  }),
  equal_opportunity: (point, curve) => ({
    x: point.truePositives / curve.positives,
    y: (point.truePositives + curve.negatives - point.falsePositives) / sizeOf(curve),
    threshold: point.threshold,
  }),
  equalized_odds: (point, curve) => ({
    x: point.falsePositives / curve.negatives,
    y: point.truePositives / curve.positives,
    threshold: point.threshold,
  }),
}

type Hull = readonly HullPoint[]

interface Shared {
  readonly x: number
  /** Height that all groups are brought down to; absent: each keeps its own. */
  readonly y?: number
}

/** Accuracy over all groups is a sum of concave lines in x: its best lies at a corner of one of them. */
function bestRate(hulls: readonly Hull[], curves: readonly Curve[]): Shared {
  const worth = (x: number): number => hulls.reduce((sum, hull, g) => sum + sizeOf(curves[g]) * placeOn(hull, x).y, 0)
  return { x: bestOf(cornersOf(hulls), worth) }
}

/** The lowest of the hulls is concave too; its corners are those of the hulls and where two of them cross. */
function bestOdds(hulls: readonly Hull[], curves: readonly Curve[]): Shared {
  const positives = curves.reduce((sum, curve) => sum + curve.positives, 0)
  const negatives = curves.reduce((sum, curve) => sum + curve.negatives, 0)
  const lowest = (x: number): number => Math.min(...hulls.map((hull) => placeOn(hull, x).y))
  const x = bestOf([...cornersOf(hulls), ...crossingsOf(hulls)], (at) => positives * lowest(at) + negatives * (1 - at))
  return { x, y: lowest(x) }
}

const cornersOf = (hulls: readonly Hull[]): readonly number[] =>
  [...new Set(hulls.flatMap((hull) => hull.map(({ x }) => x)))].sort((a, b) => a - b)

function crossingsOf(hulls: readonly Hull[]): readonly number[] {
  const corners = cornersOf(hulls)
  return corners.slice(1).flatMap((to, i) => {
    const from = corners[i] ?? 0
    const heights = hulls.map((hull) => [placeOn(hull, from).y, placeOn(hull, to).y] as const)
    return heights.flatMap(([a, b], g) =>
      heights.slice(g + 1).flatMap(([c, d]) => {
        const [before, after] = [a - c, b - d]
        return before * after < 0 ? [from + ((to - from) * before) / (before - after)] : []
      }),
    )
  })
}

/** The first of the best. */
function bestOf(candidates: readonly number[], worth: (x: number) => number): number {
  let best = candidates[0] ?? 0
  let most = Number.NEGATIVE_INFINITY
  for (const x of candidates) {
    const value = worth(x)
    if (value <= most + 1e-12) continue
    best = x
    most = value
  }
  return best
}

function thresholdOf(group: string, { curve, hull, x, y }: Shared & { readonly curve: Curve; readonly hull: Hull }): GroupThreshold {
  const place = placeOn(hull, x)
  /** Between the curve (height place.y) and pure chance (height x) lies y. */
  const chance = y === undefined || place.y - y < 1e-12 ? 0 : Math.min(1, (place.y - y) / (place.y - x))
  const thresholds = [
    { threshold: place.left.threshold, share: (1 - chance) * (1 - place.share) },
    { threshold: place.right.threshold, share: (1 - chance) * place.share },
  ].filter(({ share }) => share > 1e-12)
  const expected = (of: (point: CurvePoint) => number, whole: number): number =>
    thresholds.reduce((sum, { threshold, share }) => sum + share * of(pointAt(curve, threshold)), 0) + chance * x * whole
  const hits = expected(({ truePositives }) => truePositives, curve.positives)
  const alarms = expected(({ falsePositives }) => falsePositives, curve.negatives)
  return {
    group,
    thresholds,
    chance: { share: chance, yes: chance > 0 ? x : 0 },
    rates: {
      selection_rate: (hits + alarms) / sizeOf(curve),
      tpr: hits / curve.positives,
      fpr: alarms / curve.negatives,
      fnr: 1 - hits / curve.positives,
      ...(hits + alarms > 0 && { precision: hits / (hits + alarms) }),
      accuracy: (hits + curve.negatives - alarms) / sizeOf(curve),
    },
  }
}

const nothing: CurvePoint = { threshold: null, truePositives: 0, falsePositives: 0 }

const pointAt = ({ points }: Curve, threshold: number | null): CurvePoint =>
  points.find((point) => point.threshold === threshold) ?? nothing
