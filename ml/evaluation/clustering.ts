/**
 * How well clusters hold together and keep apart, in scikit-learn's definitions to its last digits. A measure that the
 * labels cannot define (fewer than two clusters, or as many as rows) is NaN.
 */
import { seededRandom, shuffled } from './seeded-random.ts'

/** Rows as points: `labels.length x width` numbers, row by row; a label is a cluster's index, 0 or more. */
export interface Clustered {
  readonly width: number
  readonly values: Float64Array
  readonly labels: Int32Array
}

const at = (values: Float64Array, i: number): number => values[i] ?? 0

/** Rows beyond which the silhouette, whose cost grows with their square, is taken from a sample. */
const silhouetteRows = 4000

/**
 * Rousseeuw 1987: the mean over rows of (b - a) / max(a, b), a the mean distance to the row's own cluster, b that to the
 * nearest other; 0 for a row that is its whole cluster. -1 to 1. Of more than 4,000 rows a sample (drawn from `seed`) speaks.
 */
export function silhouette(clustered: Clustered, seed = 0): number {
  const { width, values, labels } = compact(sampled(clustered, seed))
  const sizes = sizesOf(labels)
  if (!isDefined(sizes, labels.length)) return Number.NaN
  const sums = new Float64Array(labels.length * sizes.length)
  for (let i = 0; i < labels.length; i++) {
    for (let j = i + 1; j < labels.length; j++) {
      const away = Math.sqrt(squared(values, i * width, values, j * width, width))
      const toJ = i * sizes.length + (labels[j] ?? 0)
      const toI = j * sizes.length + (labels[i] ?? 0)
      sums[toJ] = at(sums, toJ) + away
      sums[toI] = at(sums, toI) + away
    }
  }
  let total = 0
  for (let i = 0; i < labels.length; i++)
    total += silhouetteOf(sums.subarray(i * sizes.length, (i + 1) * sizes.length), labels[i] ?? 0, sizes)
  return total / labels.length
}

function silhouetteOf(sums: Float64Array, own: number, sizes: Float64Array): number {
  if (at(sizes, own) === 1) return 0
  const inside = at(sums, own) / (at(sizes, own) - 1)
  let outside = Number.POSITIVE_INFINITY
  for (let c = 0; c < sizes.length; c++) if (c !== own) outside = Math.min(outside, at(sums, c) / at(sizes, c))
  const most = Math.max(inside, outside)
  return most === 0 ? 0 : (outside - inside) / most
}

/** Caliński & Harabasz 1974: spread between clusters over spread within, each by its degrees of freedom. More is better. */
export function calinskiHarabasz(clustered: Clustered): number {
  const { width, values, labels } = compact(clustered)
  const sizes = sizesOf(labels)
  if (!isDefined(sizes, labels.length)) return Number.NaN
  const means = meansOf({ width, values, labels }, sizes)
  const centre = meansOf({ width, values, labels: new Int32Array(labels.length) }, Float64Array.of(labels.length))
  let within = 0
  for (let row = 0; row < labels.length; row++) within += squared(values, row * width, means, (labels[row] ?? 0) * width, width)
  let between = 0
  for (let c = 0; c < sizes.length; c++) between += at(sizes, c) * squared(means, c * width, centre, 0, width)
  if (within === 0) return 1
  return (between * (labels.length - sizes.length)) / (within * (sizes.length - 1))
}

/** Davies & Bouldin 1979: the mean over clusters of the worst (own spread + other spread) / distance. Less is better. */
export function daviesBouldin(clustered: Clustered): number {
  const { width, values, labels } = compact(clustered)
  const sizes = sizesOf(labels)
  if (!isDefined(sizes, labels.length)) return Number.NaN
  const means = meansOf({ width, values, labels }, sizes)
  const spread = new Float64Array(sizes.length)
  for (let row = 0; row < labels.length; row++) {
    const c = labels[row] ?? 0
    spread[c] = at(spread, c) + Math.sqrt(squared(values, row * width, means, c * width, width)) / at(sizes, c)
  }
  let total = 0
  for (let a = 0; a < sizes.length; a++) {
    let worst = 0
    for (let b = 0; b < sizes.length; b++) {
      const away = Math.sqrt(squared(means, a * width, means, b * width, width))
      /** scikit-learn's convention: centres in one place count as infinitely far apart. */
      if (a !== b && away > 0) worst = Math.max(worst, (at(spread, a) + at(spread, b)) / away)
    }
    total += worst
  }
  return total / sizes.length
}

/**
 * How far two labellings of the same rows agree beyond chance (Hubert & Arabie 1985): 1 the same up to names, about 0 for
 * labels at random, negative below that.
 */
export function adjustedRandIndex(truth: Int32Array, found: Int32Array): number {
  const joint = new Map<string, number>()
  const rows = new Map<number, number>()
  const columns = new Map<number, number>()
  for (let i = 0; i < truth.length; i++) {
    const t = truth[i] ?? 0
    const f = found[i] ?? 0
    joint.set(`${t},${f}`, (joint.get(`${t},${f}`) ?? 0) + 1)
    rows.set(t, (rows.get(t) ?? 0) + 1)
    columns.set(f, (columns.get(f) ?? 0) + 1)
  }
  const pairs = (counts: Iterable<number>): number => Array.from(counts, (n) => (n * (n - 1)) / 2).reduce((sum, n) => sum + n, 0)
  const together = pairs(joint.values())
  const inTruth = pairs(rows.values())
  const inFound = pairs(columns.values())
  const expected = (inTruth * inFound) / Math.max(1, (truth.length * (truth.length - 1)) / 2)
  const most = (inTruth + inFound) / 2
  return most === expected ? 1 : (together - expected) / (most - expected)
}

/** Labels renamed to 0, 1, 2 … without gaps. */
function compact({ width, values, labels }: Clustered): Clustered {
  const names = new Map([...new Set(labels)].sort((a, b) => a - b).map((label, i) => [label, i]))
  return { width, values, labels: labels.map((label) => names.get(label) ?? 0) }
}

function sampled({ width, values, labels }: Clustered, seed: number): Clustered {
  if (labels.length <= silhouetteRows) return { width, values, labels }
  const rows = shuffled(labels.length, seededRandom(seed)).subarray(0, silhouetteRows)
  const taken = new Float64Array(rows.length * width)
  for (const [i, row] of rows.entries()) taken.set(values.subarray(row * width, (row + 1) * width), i * width)
  return { width, values: taken, labels: Int32Array.from(rows, (row) => labels[row] ?? 0) }
}

function sizesOf(labels: Int32Array): Float64Array {
  const sizes = new Float64Array(labels.reduce((most, label) => Math.max(most, label + 1), 0))
  for (const label of labels) sizes[label] = at(sizes, label) + 1
  return sizes
}

const isDefined = (sizes: Float64Array, rows: number): boolean => sizes.length >= 2 && sizes.length < rows

function meansOf({ width, values, labels }: Clustered, sizes: Float64Array): Float64Array {
  const means = new Float64Array(sizes.length * width)
  for (let row = 0; row < labels.length; row++) {
    const c = labels[row] ?? 0
    for (let k = 0; k < width; k++) means[c * width + k] = at(means, c * width + k) + at(values, row * width + k)
  }
  for (let i = 0; i < means.length; i++) means[i] = at(means, i) / at(sizes, Math.floor(i / width))
  return means
}

function squared(a: Float64Array, i: number, b: Float64Array, j: number, width: number): number {
  let sum = 0
  for (let k = 0; k < width; k++) {
    const away = at(a, i + k) - at(b, j + k)
    sum += away * away
  }
  return sum
}
