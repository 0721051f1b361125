/**
 * Turns columns into at most 256 bins each, so that a tree finds its splits by counting instead of sorting
 * (Ke et al. 2017, LightGBM). Bins are found once per fit; everything after reads bytes.
 */
import type { Inputs } from '../problem.ts'

/** Bin of every row, by column. Thresholds are numbers of the original column, so a fitted tree needs no bins. */
export interface NumberBins {
  readonly type: 'number'
  readonly bins: Uint8Array
  /** Bins of values; missing rows have the bin `valueBins`. */
  readonly valueBins: number
  /** `x <= upper[b]` holds for the values of bin b and below. */
  readonly upper: Float64Array
}

export interface CategoryBins {
  readonly type: 'category'
  readonly bins: Uint8Array
  /** Bin 0 holds what is missing or rare; bin b > 0 holds the level with this code. */
  readonly valueBins: number
  readonly codes: Int32Array
}

export type ColumnBins = NumberBins | CategoryBins

/** Values rarer than this share a bin with a neighbour. */
const minInBin = 3

export function binColumns(inputs: Inputs, maxBins: number): readonly ColumnBins[] {
  return inputs.columns.map((column, index) => {
    const values = inputs.values[index] ?? new Float64Array(inputs.rows)
    return column.type === 'category' ? binCategories(values, column.levels.length, maxBins) : binNumbers(values, maxBins)
  })
}

/** How many slots a histogram of this column needs. */
export function slots(column: ColumnBins): number {
  return column.type === 'number' ? column.valueBins + 1 : column.valueBins
}

function binNumbers(values: Float64Array, maxBins: number): NumberBins {
  const upper = upperBounds(values.filter((value) => !Number.isNaN(value)).sort(), maxBins)
  const bins = new Uint8Array(values.length)
  for (let row = 0; row < values.length; row++) {
    const value = values[row] ?? Number.NaN
    bins[row] = Number.isNaN(value) ? upper.length : lowerBound(upper, value)
  }
  return { type: 'number', bins, valueBins: upper.length, upper }
}

/** The first bin whose upper bound is not below `value`. */
function lowerBound(upper: Float64Array, value: number): number {
  let low = 0
  let high = upper.length - 1
  while (low < high) {
    const middle = (low + high) >> 1
    if (value <= (upper[middle] ?? 0)) high = middle
    else low = middle + 1
  }
  return low
}

/** Every distinct value its own bin if they fit; else bins of equal count, where a heavy value keeps a bin (almost) to itself. */
function upperBounds(sorted: Float64Array, maxBins: number): Float64Array {
  const { distinct, counts } = runs(sorted)
  if (distinct.length === 0) return Float64Array.of(Number.MAX_VALUE)
  const bounds: number[] = []
  const fair = sorted.length / maxBins
  let restRows = sorted.length
  let restBins = maxBins
  for (const count of counts) {
    if (count < fair) continue
    restRows -= count
    restBins--
  }
  const size = distinct.length <= maxBins ? minInBin : Math.max(minInBin, restRows / Math.max(1, restBins))
  const isHeavy = (index: number): boolean => (counts[index] ?? 0) >= fair && distinct.length > maxBins
  let inBin = 0
  for (let i = 0; i + 1 < distinct.length; i++) {
    inBin += counts[i] ?? 0
    const full = inBin >= size || isHeavy(i) || (isHeavy(i + 1) && inBin >= Math.max(minInBin, size / 2))
    if (!full || bounds.length >= maxBins - 1) continue
    bounds.push(between(distinct[i] ?? 0, distinct[i + 1] ?? 0))
    inBin = 0
  }
  return Float64Array.from([...bounds, Number.MAX_VALUE])
}

function runs(sorted: Float64Array): { readonly distinct: readonly number[]; readonly counts: readonly number[] } {
  const distinct: number[] = []
  const counts: number[] = []
  for (let i = 0; i < sorted.length; ) {
    const value = sorted[i] ?? 0
    let end = i + 1
    while (end < sorted.length && sorted[end] === value) end++
    distinct.push(value)
    counts.push(end - i)
    i = end
  }
  return { distinct, counts }
}

/** The middle, kept below `high` where rounding would reach it. */
function between(low: number, high: number): number {
  const middle = low / 2 + high / 2
  return middle < high && middle >= low ? middle : low
}

function binCategories(values: Float64Array, levels: number, maxBins: number): CategoryBins {
  const counts = new Int32Array(levels)
  for (const code of values) if (code >= 0) counts[code] = (counts[code] ?? 0) + 1
  const kept = Array.from(counts.keys())
    .filter((code) => (counts[code] ?? 0) >= minInBin)
    .sort((a, b) => (counts[b] ?? 0) - (counts[a] ?? 0) || a - b)
    .slice(0, maxBins)
  const binOf = new Uint8Array(levels)
  for (const [rank, code] of kept.entries()) binOf[code] = rank + 1
  const bins = new Uint8Array(values.length)
  for (let row = 0; row < values.length; row++) {
    const code = values[row] ?? Number.NaN
    bins[row] = code >= 0 ? (binOf[code] ?? 0) : 0
  }
  return { type: 'category', bins, valueBins: kept.length + 1, codes: Int32Array.from([-1, ...kept]) }
}
