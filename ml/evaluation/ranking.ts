/** How well scores order positives before negatives: ROC and precision-recall, with ties counted as scikit-learn does. */

/** Cumulative counts at each distinct score, from the highest down. */
interface Step {
  readonly threshold: number
  readonly truePositives: number
  readonly falsePositives: number
}

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

/** Area under the ROC curve: the chance that a positive scores above a negative. NaN when there is only one kind. */
export function rocAuc(positive: Uint8Array, scores: Float64Array): number {
  let area = 0
  let before: Step = { threshold: Number.NaN, truePositives: 0, falsePositives: 0 }
  for (const step of steps(positive, scores)) {
    area += ((step.falsePositives - before.falsePositives) * (step.truePositives + before.truePositives)) / 2
    before = step
  }
  return area / (before.truePositives * before.falsePositives)
}

/** Average precision: precision at each distinct score, weighted by the recall it adds. NaN without positives. */
export function averagePrecision(positive: Uint8Array, scores: Float64Array): number {
  let sum = 0
  let hits = 0
  for (const { truePositives, falsePositives } of steps(positive, scores)) {
    sum += ((truePositives - hits) * truePositives) / (truePositives + falsePositives)
    hits = truePositives
  }
  return sum / hits
}

/** Corner points only: those in the middle of a straight stretch are left out. */
export function rocCurve(positive: Uint8Array, scores: Float64Array): readonly RocPoint[] {
  const all = steps(positive, scores)
  const last = all.at(-1)
  if (last === undefined) return []
  const points = all.filter((step, i) => {
    const before = all[i - 1]
    const after = all[i + 1]
    if (before === undefined || after === undefined) return true
    const straight =
      after.truePositives - 2 * step.truePositives + before.truePositives === 0 &&
      after.falsePositives - 2 * step.falsePositives + before.falsePositives === 0
    return !straight
  })
  const start: RocPoint = { threshold: null, fpr: 0, tpr: 0 }
  return [
    start,
    ...points.map(({ threshold, truePositives, falsePositives }) => ({
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

/** At most `most` of the points, evenly spaced, with both ends. */
export function thinned<P>(points: readonly P[], most: number): readonly P[] {
  if (points.length <= most) return points
  return Array.from({ length: most }, (_, i) => points[Math.round((i * (points.length - 1)) / (most - 1))]).filter(
    (point): point is P => point !== undefined,
  )
}

function steps(positive: Uint8Array, scores: Float64Array): readonly Step[] {
  const order = Uint32Array.from(scores, (_, row) => row).sort((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0))
  const found: Step[] = []
  let truePositives = 0
  let falsePositives = 0
  for (let i = 0; i < order.length; i++) {
    const row = order[i] ?? 0
    if (positive[row] === 1) truePositives++
    else falsePositives++
    if (scores[order[i + 1] ?? -1] === scores[row]) continue
    found.push({ threshold: scores[row] ?? 0, truePositives, falsePositives })
  }
  return found
}
