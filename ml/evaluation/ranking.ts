/**
 * How well scores order positives before negatives. All measures come from one walk down the rows by falling score, counting
 * what lies above; rows of equal score are one step, as scikit-learn counts them.
 */
import { at } from '../models/at.ts'

/** Cumulative counts at each distinct score, from the highest down. */
export interface Step {
  readonly threshold: number
  readonly truePositives: number
  readonly falsePositives: number
}

/** Area under the ROC curve: the chance that a positive scores above a negative. NaN when there is only one kind. */
export function rocAuc(positive: Uint8Array, scores: Float64Array): number {
  return rankingOf({ of: positive, k: 1, classes: 2, scores }).rocAuc
}

/** Average precision: precision at each distinct score, weighted by the recall it adds. NaN when there is only one kind. */
export function averagePrecision(positive: Uint8Array, scores: Float64Array): number {
  return rankingOf({ of: positive, k: 1, classes: 2, scores }).averagePrecision
}

export interface Ranked {
  /** Class of each row, below `classes`; class `k` is the positive one. */
  readonly of: Float64Array | Uint8Array
  readonly k: number
  readonly classes: number
  readonly scores: Float64Array
  /** 0 for rows that do not count. */
  readonly weights?: Float64Array | undefined
  /** Rows by falling score, where that is known already. */
  readonly order?: Uint32Array | undefined
}

/** Each is NaN where the rows have only one kind. */
export interface Ranking {
  readonly rocAuc: number
  readonly averagePrecision: number
  /** Area under the precision-recall curve by straight lines between its points: rosier than average precision. */
  readonly trapezoid: number
  /** Kolmogorov-Smirnov: the largest distance between true and false positive rate. */
  readonly ks: number
  /** Class by class: the chance that a row of `k` scores above a row of that class. */
  readonly against: Float64Array
}

/** Ties count half. Time: one sort and one walk, however many classes. */
export function rankingOf(ranked: Ranked): Ranking {
  const { of, k, classes, scores } = ranked
  const walk = {
    of,
    k,
    scores,
    weights: ranked.weights ?? new Float64Array(of.length).fill(1),
    order: ranked.order ?? fallingOrder(scores),
  }
  const totals = totalsOf(of, walk.weights, classes)
  const positives = at(totals, k)
  const negatives = totals.reduce((sum, total) => sum + total, 0) - positives
  const wins = new Float64Array(classes)
  let [above, below, precision, area, trapezoid, ks] = [0, 0, 1, 0, 0, 0]
  for (let from = 0; from < walk.order.length; ) {
    const to = tieEnd(walk, from)
    /** A score that is not a number equals nothing, not even itself: there is no order. */
    if (to === from) return unordered(classes)
    const hits = hitsOf(walk, from, to)
    below += missesOf(walk, { from, to, level: above + hits / 2 }, wins)
    above += hits
    from = to
    if (above + below === 0) continue
    const now = above / (above + below)
    area += hits * now
    trapezoid += (hits * (now + precision)) / 2
    precision = now
    ks = Math.max(ks, Math.abs(above / positives - below / negatives))
  }
  if (!(positives > 0 && negatives > 0)) return unordered(classes)
  return {
    rocAuc: wins.reduce((sum, value) => sum + value, 0) / (positives * negatives),
    averagePrecision: area / positives,
    trapezoid: trapezoid / positives,
    ks,
    against: wins.map((value, other) => value / (positives * at(totals, other))),
  }
}

const unordered = (classes: number): Ranking => ({
  rocAuc: Number.NaN,
  averagePrecision: Number.NaN,
  trapezoid: Number.NaN,
  ks: Number.NaN,
  against: new Float64Array(classes).fill(Number.NaN),
})

type Walk = Required<Omit<Ranked, 'classes' | 'weights' | 'order'>> & { readonly weights: Float64Array; readonly order: Uint32Array }

function totalsOf(of: Float64Array | Uint8Array, weights: Float64Array, classes: number): Float64Array {
  const totals = new Float64Array(classes)
  for (let row = 0; row < of.length; row++) totals[of[row] ?? 0] = at(totals, of[row] ?? 0) + at(weights, row)
  return totals
}

/** Where the stretch of equal scores that begins at `from` ends. */
function tieEnd({ scores, order }: Walk, from: number): number {
  const score = scores[order[from] ?? 0]
  let to = from
  while (to < order.length && scores[order[to] ?? 0] === score) to++
  return to
}

/** Weight of the positives in a stretch. */
function hitsOf({ of, k, weights, order }: Walk, from: number, to: number): number {
  let hits = 0
  for (let i = from; i < to; i++) if (of[order[i] ?? 0] === k) hits += at(weights, order[i] ?? 0)
  return hits
}

interface Stretch {
  readonly from: number
  readonly to: number
  /** Positives above the stretch, and half of those in it. */
  readonly level: number
}

/** Weight of the negatives in a stretch; adds to `wins` how many positives lie above each. */
function missesOf({ of, k, weights, order }: Walk, { from, to, level }: Stretch, wins: Float64Array): number {
  let misses = 0
  for (let i = from; i < to; i++) {
    const row = order[i] ?? 0
    const other = of[row] ?? 0
    if (other === k) continue
    misses += at(weights, row)
    wins[other] = at(wins, other) + at(weights, row) * level
  }
  return misses
}

/** Rows by falling score; equal scores in the order of rows. */
export function fallingOrder(scores: Float64Array): Uint32Array {
  return Uint32Array.from(scores, (_, row) => row).sort((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0) || a - b)
}

/** What each possible threshold would call positive: one step per distinct score, from the highest down. */
export function steps(positive: Uint8Array, scores: Float64Array, weights?: Float64Array): readonly Step[] {
  const order = fallingOrder(scores)
  const found: Step[] = []
  let truePositives = 0
  let falsePositives = 0
  for (let i = 0; i < order.length; i++) {
    const row = order[i] ?? 0
    if (positive[row] === 1) truePositives += weights?.[row] ?? 1
    else falsePositives += weights?.[row] ?? 1
    if (i + 1 < order.length && scores[order[i + 1] ?? 0] === scores[row]) continue
    if (truePositives + falsePositives > 0) found.push({ threshold: scores[row] ?? 0, truePositives, falsePositives })
  }
  return found
}
