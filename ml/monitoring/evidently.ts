/**
 * The statistics and default decisions of Evidently's data drift preset, for teams that compare with its reports:
 * Sturges bins over both samples, natural logarithms, Wasserstein distance in standard deviations of the reference.
 */
import type { Column } from '../data/frame.ts'
import { chiSquareTail } from './distributions.ts'
import type { ColumnDrift } from './drift.ts'
import { countLevels, present } from './levels.ts'
import { compareShares, jensenShannon, kolmogorovSmirnov, wasserstein } from './two-sample.ts'

/** Up to this many reference rows Evidently tests, beyond it measures a distance. */
const testedRows = 1000
const alpha = 0.05
const leastDistance = 0.1

type Judged = Pick<ColumnDrift, 'test' | 'statistic' | 'p_value' | 'threshold' | 'drifted' | 'psi' | 'js'>

/** One column as Evidently would show it. */
export function judgeLikeEvidently(before: Column, after: Column): Judged {
  if (before.type === 'number' && after.type === 'number') return judgeNumbers(present(before.values), present(after.values))
  const { before: reference, after: current } = countLevels(before, after)
  return judgeCounts(reference, current)
}

/** PSI as Evidently computes it from counts in the same bins: a share of zero becomes 1e-4, or a millionth of the least. */
export function evidentlyStability(reference: readonly number[], current: readonly number[]): number {
  const before = fillZeros(reference)
  const after = fillZeros(current)
  return before.reduce((total, p, bin) => total + (p - (after[bin] ?? 0)) * Math.log(p / (after[bin] ?? 1)), 0)
}

/** Counts by value where the reference has at most twenty different ones, else in Sturges bins over both. Samples sorted. */
export function countLikeEvidently(
  reference: Float64Array,
  current: Float64Array,
): { readonly before: readonly number[]; readonly after: readonly number[] } {
  if (new Set(reference).size <= 20) {
    const values = [...new Set([...reference, ...current])]
    const count = (sample: Float64Array): readonly number[] =>
      values.map((value) => sample.reduce((sum, each) => sum + (each === value ? 1 : 0), 0))
    return { before: count(reference), after: count(current) }
  }
  const least = Math.min(reference[0] ?? 0, current[0] ?? 0)
  const greatest = Math.max(reference.at(-1) ?? 0, current.at(-1) ?? 0)
  const bins = Math.ceil(Math.log2(reference.length + current.length) + 1)
  const place = (value: number): number => Math.min(bins - 1, Math.floor(((value - least) / (greatest - least)) * bins))
  const count = (sample: Float64Array): readonly number[] => {
    const counts = new Array<number>(bins).fill(0)
    for (const value of sample) counts[place(value)] = (counts[place(value)] ?? 0) + 1
    return counts
  }
  return { before: count(reference), after: count(current) }
}

function judgeNumbers(reference: Float64Array, current: Float64Array): Judged {
  const counts = countLikeEvidently(reference, current)
  const sizes = {
    psi: evidentlyStability(counts.before, counts.after),
    js: jensenShannon(counts.before, counts.after) * Math.sqrt(Math.LN2),
  }
  if (new Set([...reference, ...current]).size <= 5) return judgeCounts(counts.before, counts.after)
  if (reference.length <= testedRows) {
    const { statistic, pValue } = kolmogorovSmirnov(reference, current)
    return { ...sizes, test: 'ks', statistic, p_value: pValue, threshold: alpha, drifted: pValue < alpha }
  }
  const statistic = normedWasserstein(reference, current)
  return { ...sizes, test: 'wasserstein', statistic, threshold: leastDistance, drifted: statistic >= leastDistance }
}

/** In standard deviations of the reference (divisor n), of which 0.001 is the least. */
export function normedWasserstein(reference: Float64Array, current: Float64Array): number {
  const mean = reference.reduce((sum, value) => sum + value, 0) / reference.length
  const variance = reference.reduce((sum, value) => sum + (value - mean) ** 2, 0) / reference.length
  return wasserstein(reference, current) / Math.max(Math.sqrt(variance), 0.001)
}

function judgeCounts(reference: readonly number[], current: readonly number[]): Judged {
  const sizes = { psi: evidentlyStability(reference, current), js: jensenShannon(reference, current) * Math.sqrt(Math.LN2) }
  if (total(reference) > testedRows)
    return { ...sizes, test: 'js', statistic: sizes.js, threshold: leastDistance, drifted: sizes.js >= leastDistance }
  const { test, statistic, pValue } = reference.length === 2 ? twoShares(reference, current) : goodnessOfFit(reference, current)
  return { ...sizes, test, statistic, p_value: pValue, threshold: alpha, drifted: pValue < alpha }
}

interface CountTest {
  readonly test: 'z' | 'chi_square'
  readonly statistic: number
  readonly pValue: number
}

function twoShares(reference: readonly number[], current: readonly number[]): CountTest {
  return {
    test: 'z',
    ...compareShares({ hits: reference[0] ?? 0, rows: total(reference) }, { hits: current[0] ?? 0, rows: total(current) }),
  }
}

/** The current counts against the reference's shares taken as the truth; a level new to the reference is drift for sure. */
export function goodnessOfFit(reference: readonly number[], current: readonly number[]): CountTest {
  const scale = total(current) / Math.max(1, total(reference))
  let statistic = 0
  for (const [level, count] of reference.entries()) {
    const expected = count * scale
    const seen = current[level] ?? 0
    if (expected > 0) statistic += (seen - expected) ** 2 / expected
    else if (seen > 0) return { test: 'chi_square', statistic: Number.MAX_VALUE, pValue: 0 }
  }
  return { test: 'chi_square', statistic, pValue: chiSquareTail(statistic, reference.length - 1) }
}

function fillZeros(counts: readonly number[]): readonly number[] {
  const all = total(counts)
  const shares = counts.map((count) => (all > 0 ? count / all : 0))
  const least = Math.min(...shares.filter((share) => share > 0))
  const filling = least <= 1e-4 ? least / 1e6 : 1e-4
  return shares.map((share) => (share === 0 ? filling : share))
}

const total = (counts: readonly number[]): number => counts.reduce((sum, count) => sum + count, 0)
