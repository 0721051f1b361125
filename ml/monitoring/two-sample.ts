/** Tests and distances between a reference sample and a current one, column by column. */
import { chiSquareTail, kolmogorovSmirnovTail, normalTwoSided } from './distributions.ts'

export interface TestResult {
  readonly statistic: number
  readonly pValue: number
}

/** Kolmogorov-Smirnov, two-sided. Both samples sorted ascending and free of NaN. */
export function kolmogorovSmirnov(reference: Float64Array, current: Float64Array): TestResult {
  const m = reference.length
  const n = current.length
  if (m === 0 || n === 0) return { statistic: 0, pValue: 1 }
  let i = 0
  let j = 0
  let statistic = 0
  while (i < m && j < n) {
    const value = Math.min(reference[i] ?? 0, current[j] ?? 0)
    while (i < m && (reference[i] ?? 0) <= value) i++
    while (j < n && (current[j] ?? 0) <= value) j++
    statistic = Math.max(statistic, Math.abs(i / m - j / n))
  }
  return { statistic, pValue: kolmogorovSmirnovTail(statistic, m, n) }
}

/** Wasserstein distance of order 1: the area between the two distribution functions. Both samples sorted. */
export function wasserstein(reference: Float64Array, current: Float64Array): number {
  let i = 0
  let j = 0
  let area = 0
  let last = Math.min(reference[0] ?? 0, current[0] ?? 0)
  while (i < reference.length || j < current.length) {
    const value = Math.min(reference[i] ?? Number.POSITIVE_INFINITY, current[j] ?? Number.POSITIVE_INFINITY)
    area += Math.abs(i / reference.length - j / current.length) * (value - last)
    while (i < reference.length && (reference[i] ?? 0) <= value) i++
    while (j < current.length && (current[j] ?? 0) <= value) j++
    last = value
  }
  return area
}

/** Pearson's chi-square of homogeneity over levels that occur at all; no correction. Counts by level, in the same order. */
export function chiSquare(reference: readonly number[], current: readonly number[]): TestResult & { readonly degrees: number } {
  const all = sum(reference)
  const now = sum(current)
  const levels = reference.flatMap((count, level) => (count + (current[level] ?? 0) > 0 ? [level] : []))
  const degrees = Math.max(0, levels.length - 1)
  if (all === 0 || now === 0 || degrees === 0) return { statistic: 0, pValue: 1, degrees }
  let statistic = 0
  for (const level of levels) {
    const before = reference[level] ?? 0
    const after = current[level] ?? 0
    const expected = ((before + after) * all) / (all + now)
    const expectedNow = before + after - expected
    statistic += (before - expected) ** 2 / expected + (after - expectedNow) ** 2 / expectedNow
  }
  return { statistic, pValue: chiSquareTail(statistic, degrees), degrees }
}

/** Two shares compared by the pooled z test, two-sided. */
export function compareShares(
  before: { readonly hits: number; readonly rows: number },
  after: { readonly hits: number; readonly rows: number },
): TestResult {
  const pooled = (before.hits + after.hits) / (before.rows + after.rows)
  const spread = Math.sqrt(pooled * (1 - pooled) * (1 / before.rows + 1 / after.rows))
  if (!(spread > 0)) return { statistic: 0, pValue: 1 }
  const z = (after.hits / after.rows - before.hits / before.rows) / spread
  return { statistic: z, pValue: normalTwoSided(z) }
}

/** Population stability index with natural logarithms; shares below 1e-4 count as 1e-4. */
export function populationStability(reference: readonly number[], current: readonly number[]): number {
  const before = shares(reference)
  const after = shares(current)
  return before.reduce((total, share, bin) => {
    const p = Math.max(share, 1e-4)
    const q = Math.max(after[bin] ?? 0, 1e-4)
    return total + (q - p) * Math.log(q / p)
  }, 0)
}

/** Jensen-Shannon distance, base 2: 0 for equal shares, 1 for disjoint ones. */
export function jensenShannon(reference: readonly number[], current: readonly number[]): number {
  const before = shares(reference)
  const after = shares(current)
  const part = (p: number, middle: number): number => (p > 0 ? p * Math.log2(p / middle) : 0)
  const divergence = before.reduce((total, p, bin) => {
    const q = after[bin] ?? 0
    const middle = (p + q) / 2
    return total + (part(p, middle) + part(q, middle)) / 2
  }, 0)
  return Math.sqrt(Math.max(0, divergence))
}

/** Counts in ten bins cut at the reference's deciles (fewer where deciles tie); the outer bins are open. Samples sorted. */
export function countByDeciles(
  reference: Float64Array,
  current: Float64Array,
): { readonly reference: readonly number[]; readonly current: readonly number[] } {
  const cuts = [...new Set([1, 2, 3, 4, 5, 6, 7, 8, 9].map((tenth) => quantile(reference, tenth / 10)))]
  return { reference: countBetween(reference, cuts), current: countBetween(current, cuts) }
}

/** Linear interpolation between order statistics, as numpy does. The sample is sorted. */
export function quantile(sorted: Float64Array, q: number): number {
  const place = (sorted.length - 1) * q
  const low = Math.floor(place)
  const from = sorted[low] ?? Number.NaN
  return from + (place - low) * ((sorted[low + 1] ?? from) - from)
}

/** A value on a cut belongs to the bin above it. */
function countBetween(sorted: Float64Array, cuts: readonly number[]): readonly number[] {
  const ends = [...cuts.map((cut) => firstAtLeast(sorted, cut)), sorted.length]
  return ends.map((end, bin) => end - (ends[bin - 1] ?? 0))
}

function firstAtLeast(sorted: Float64Array, value: number): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((sorted[middle] ?? 0) < value) low = middle + 1
    else high = middle
  }
  return low
}

function shares(counts: readonly number[]): readonly number[] {
  const total = sum(counts)
  return counts.map((count) => (total > 0 ? count / total : 0))
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)
