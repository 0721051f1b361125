/** What a classifier does to each group of rows: how often it says yes, how often rightly, and how sure one can be of that. */
import type { RowGroups } from '../evaluation/row-groups.ts'

/** Yes or no, row by row. */
export interface Decisions {
  /** 1 where yes is true. */
  readonly actual: Uint8Array
  /** 1 where the model says yes. */
  readonly called: Uint8Array
}

export interface Counts {
  readonly truePositives: number
  readonly falsePositives: number
  readonly falseNegatives: number
  readonly trueNegatives: number
}

export const rateNames = ['selection_rate', 'tpr', 'fpr', 'fnr', 'precision', 'accuracy'] as const
export type RateName = (typeof rateNames)[number]

export type Rates = Readonly<Partial<Record<RateName, number>>>

export interface Interval {
  readonly low: number
  readonly high: number
}

export interface GroupRates {
  readonly group: string
  readonly rows: number
  readonly counts: Counts
  /** A rate of no rows (tpr of a group without positives) is left out. */
  readonly rates: Rates
  /** 95 %, Wilson's. */
  readonly intervals: Readonly<Partial<Record<RateName, Interval>>>
}

/** In the order of `groups.names`. */
export function ratesByGroup({ actual, called }: Decisions, groups: RowGroups): readonly GroupRates[] {
  const cells = groups.names.map(() => new Float64Array(4))
  for (let row = 0; row < actual.length; row++) {
    const own = cells[groups.of[row] ?? 0]
    const cell = 2 * (actual[row] ?? 0) + (called[row] ?? 0)
    if (own !== undefined) own[cell] = (own[cell] ?? 0) + 1
  }
  return groups.names.map((group, g) => {
    const [trueNegatives = 0, falsePositives = 0, falseNegatives = 0, truePositives = 0] = cells[g] ?? []
    const counts = { truePositives, falsePositives, falseNegatives, trueNegatives }
    return { group, rows: rowsOf(counts), counts, ...ratesOf(counts) }
  })
}

export function rowsOf({ truePositives, falsePositives, falseNegatives, trueNegatives }: Counts): number {
  return truePositives + falsePositives + falseNegatives + trueNegatives
}

export function addCounts(all: readonly Counts[]): Counts {
  const sum = (of: (counts: Counts) => number): number => all.reduce((total, counts) => total + of(counts), 0)
  return {
    truePositives: sum((counts) => counts.truePositives),
    falsePositives: sum((counts) => counts.falsePositives),
    falseNegatives: sum((counts) => counts.falseNegatives),
    trueNegatives: sum((counts) => counts.trueNegatives),
  }
}

export function ratesOf(counts: Counts): Pick<GroupRates, 'rates' | 'intervals'> {
  const { truePositives: tp, falsePositives: fp, falseNegatives: fn, trueNegatives: tn } = counts
  const parts: Readonly<Record<RateName, readonly [number, number]>> = {
    selection_rate: [tp + fp, tp + fp + fn + tn],
    tpr: [tp, tp + fn],
    fpr: [fp, fp + tn],
    fnr: [fn, tp + fn],
    precision: [tp, tp + fp],
    accuracy: [tp + tn, tp + fp + fn + tn],
  }
  const defined = rateNames.filter((name) => parts[name][1] > 0)
  return {
    rates: Object.fromEntries(defined.map((name) => [name, parts[name][0] / parts[name][1]])),
    intervals: Object.fromEntries(defined.map((name) => [name, wilson(...parts[name])])),
  }
}

/** The normal quantile of .975. */
const z = 1.959963984540054

/** 95 % interval of a share, k of n, inside 0 to 1 also where k is 0 or n (Wilson 1927). */
export function wilson(k: number, n: number): Interval {
  const p = k / n
  const divisor = 1 + (z * z) / n
  const centre = p + (z * z) / (2 * n)
  const half = z * Math.sqrt((p * (1 - p)) / n + (z * z) / (4 * n * n))
  return { low: Math.max(0, (centre - half) / divisor), high: Math.min(1, (centre + half) / divisor) }
}
