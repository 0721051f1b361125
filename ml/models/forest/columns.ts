/**
 * The columns of a problem as bytes, in memory that threads share: a node of a forest finds its splits by counting them.
 * Unlike boosting's bins, rare values keep their own: a leaf may be a single row.
 */
import type { InputColumn, Inputs } from '../problem.ts'

/** Bins a column may have at most, what is missing included. */
export const maxBins = 256

export interface ForestColumns {
  readonly rows: number
  readonly count: number
  /** Bin of every row, column after column. What is missing, or a category too rare for its own bin, has the last one: `values[c]`. */
  readonly bins: Uint8Array
  /** By column: bins of values, 1 to 255. They rise with the numbers; categories come by how often they occur. */
  readonly values: Int32Array
  /** By column: bins in use, the one for what is missing included. */
  readonly slots: Int32Array
  /** By column: 1 for a category. */
  readonly category: Uint8Array
  /** Smallest and largest number in each bin, 256 a column; of a category both are its code. */
  readonly low: Float64Array
  readonly high: Float64Array
}

/** `most`: bins of values a column may have, 2 to 255. Numbers beyond that many distinct ones share bins of equal counts. */
export function forestColumns({ rows, columns, values }: Inputs, most: number): ForestColumns {
  const count = columns.length
  const made: ForestColumns = {
    rows,
    count,
    bins: new Uint8Array(new SharedArrayBuffer(rows * count)),
    values: new Int32Array(count),
    slots: new Int32Array(count),
    category: Uint8Array.from(columns, ({ type }) => (type === 'category' ? 1 : 0)),
    low: new Float64Array(maxBins * count),
    high: new Float64Array(maxBins * count),
  }
  for (const [index, column] of columns.entries()) binColumn(made, { index, column, values: values[index] ?? new Float64Array(), most })
  return made
}

interface Source {
  readonly index: number
  readonly column: InputColumn
  readonly values: Float64Array
  readonly most: number
}

function binColumn(made: ForestColumns, { index, column, values, most }: Source): void {
  const bins = made.bins.subarray(index * made.rows, (index + 1) * made.rows)
  const from = index * maxBins
  const [low, high] = [made.low.subarray(from, from + maxBins), made.high.subarray(from, from + maxBins)]
  const used =
    column.type === 'category'
      ? binCategories(values, { bins, codes: low, levels: column.levels.length, most })
      : binNumbers(values, { bins, low, high, most })
  if (column.type === 'category') high.set(low)
  made.values[index] = used
  made.slots[index] = used + (bins.includes(used) ? 1 : 0)
}

interface NumberBins {
  readonly bins: Uint8Array
  readonly low: Float64Array
  readonly high: Float64Array
  readonly most: number
}

function binNumbers(values: Float64Array, { bins, low, high, most }: NumberBins): number {
  const upper = distinctUpTo(values, most) ?? quantiles(values, most)
  const used = Math.max(1, upper.length)
  low.fill(Number.POSITIVE_INFINITY, 0, upper.length)
  for (let row = 0; row < bins.length; row++) {
    const value = values[row] ?? Number.NaN
    if (Number.isNaN(value)) {
      bins[row] = used
      continue
    }
    const bin = lowerBound(upper, upper.length, value)
    bins[row] = bin
    if (value < (low[bin] ?? 0)) low[bin] = value
    high[bin] = upper[bin] ?? 0
  }
  return used
}

/** All distinct numbers in order, or undefined when there are more than `most`: found without sorting the column. */
function distinctUpTo(values: Float64Array, most: number): Float64Array | undefined {
  const found = new Float64Array(most + 1)
  let count = 0
  for (let row = 0; row < values.length; row++) {
    const value = values[row] ?? Number.NaN
    if (Number.isNaN(value)) continue
    const at = lowerBound(found, count, value)
    if (at < count && found[at] === value) continue
    if (count === most) return undefined
    found.copyWithin(at + 1, at, count)
    found[at] = value
    count++
  }
  return found.slice(0, count)
}

/** Upper ends of bins that hold as equal counts as ties allow; the last end is the largest number. */
function quantiles(values: Float64Array, most: number): Float64Array {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort()
  const upper: number[] = []
  let from = 0
  while (from < sorted.length && upper.length < most) {
    const fair = (sorted.length - from) / (most - upper.length)
    let end = Math.min(sorted.length, from + Math.max(1, Math.round(fair)))
    while (end < sorted.length && sorted[end] === sorted[end - 1]) end++
    upper.push(sorted[end - 1] ?? 0)
    from = end
  }
  return Float64Array.from(upper)
}

/** The first of `count` rising numbers that is not below `value`; the last of all when none is. */
function lowerBound(rising: Float64Array, count: number, value: number): number {
  let low = 0
  let high = count
  while (low < high) {
    const middle = (low + high) >> 1
    if ((rising[middle] ?? 0) < value) low = middle + 1
    else high = middle
  }
  return low
}

interface CategoryBins {
  readonly bins: Uint8Array
  readonly codes: Float64Array
  readonly levels: number
  readonly most: number
}

/** The most frequent categories, one bin each. */
function binCategories(values: Float64Array, { bins, codes, levels, most }: CategoryBins): number {
  const counts = new Int32Array(levels)
  for (const code of values) if (code >= 0) counts[code] = (counts[code] ?? 0) + 1
  const kept = Array.from(counts.keys())
    .filter((code) => (counts[code] ?? 0) > 0)
    .sort((a, b) => (counts[b] ?? 0) - (counts[a] ?? 0) || a - b)
    .slice(0, most)
  const used = Math.max(1, kept.length)
  codes.set(kept)
  const binOf = new Uint8Array(levels).fill(used)
  for (const [bin, code] of kept.entries()) binOf[code] = bin
  for (let row = 0; row < bins.length; row++) {
    const code = values[row] ?? Number.NaN
    bins[row] = code >= 0 ? (binOf[code] ?? used) : used
  }
  return used
}
