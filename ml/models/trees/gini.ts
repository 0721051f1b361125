/** Judges splits by Gini impurity and answers class shares: the criterion of a classification tree (Breiman et al. 1984). */
import type { CategoryBins, ColumnBins, NumberBins } from './binning.ts'
import type { Criterion, Split } from './grow.ts'
import { countClasses } from './histogram.ts'

export interface GiniOptions {
  readonly classes: number
  readonly minInLeaf: number
}

/** Categories are scanned in the order of their share of each class in turn, which is exact for two classes. */
export function giniCriterion(binned: readonly ColumnBins[], target: Float64Array, { classes, minInLeaf }: GiniOptions): Criterion {
  return {
    width: classes,
    count: (histogram, starts, rows) => {
      for (const [index, column] of binned.entries()) countClasses(histogram, starts[index] ?? 0, column.bins, { rows, target, classes })
    },
    total: (rows) => {
      const counts = new Float64Array(classes)
      for (const row of rows) counts[target[row] ?? 0] = (counts[target[row] ?? 0] ?? 0) + 1
      return counts
    },
    best: (column, histogram, at, total) => {
      const bins = binned[column]
      if (bins === undefined || sum(total) < 2 * minInLeaf) return null
      const leaf: LeafCounts = {
        column,
        total,
        minInLeaf,
        counts: (bin) => histogram.subarray(at + classes * bin, at + classes * (bin + 1)),
      }
      return bins.type === 'number' ? bestThreshold(bins, leaf) : bestSubset(bins, leaf)
    },
    rows: sum,
    value: (total) => Array.from(total, (count) => count / Math.max(1, sum(total))),
  }
}

interface LeafCounts {
  readonly column: number
  readonly total: Float64Array
  readonly minInLeaf: number
  /** Rows of each class in a bin. */
  counts(bin: number): Float64Array
}

function bestThreshold(bins: NumberBins, leaf: LeafCounts): Split | null {
  const order = Array.from({ length: bins.valueBins }, (_, bin) => bin)
  const right = bestPrefix(order, leaf)
  const left = sum(leaf.counts(bins.valueBins)) > 0 ? bestPrefix(order, leaf, bins.valueBins) : null
  const missingLeft = (left?.gain ?? 0) > (right?.gain ?? 0)
  const found = missingLeft ? left : right
  if (found === null) return null
  return { column: leaf.column, gain: found.gain, lastLeft: found.length - 1, missingLeft, leftBins: null, left: found.left, l2: 0 }
}

function bestSubset(bins: CategoryBins, leaf: LeafCounts): Split | null {
  const known = Array.from({ length: bins.valueBins - 1 }, (_, index) => index + 1)
  const classes = leaf.total.length
  let best: Split | null = null
  for (let k = 0; k < (classes === 2 ? 1 : classes); k++) {
    const share = known.map((bin) => (leaf.counts(bin)[k] ?? 0) / Math.max(1, sum(leaf.counts(bin))))
    const order = known.toSorted((a, b) => (share[a - 1] ?? 0) - (share[b - 1] ?? 0) || a - b)
    const found = bestPrefix(order, leaf)
    if (found === null || found.gain <= (best?.gain ?? 0)) continue
    const leftBins = order.slice(0, found.length)
    best = { column: leaf.column, gain: found.gain, lastLeft: -1, missingLeft: false, leftBins, left: found.left, l2: 0 }
  }
  return best
}

interface Prefix {
  readonly gain: number
  readonly length: number
  readonly left: Float64Array
}

/** The best number of bins to send left, in this order; the rows of bin `also` go left with any of them. */
function bestPrefix(order: readonly number[], { total, minInLeaf, counts }: LeafCounts, also?: number): Prefix | null {
  const all = sum(total)
  const whole = squares(total) / all
  const left = also === undefined ? new Float64Array(total.length) : counts(also).slice()
  let best: Prefix | null = null
  for (const [index, bin] of order.entries()) {
    add(left, counts(bin))
    const n = sum(left)
    if (n < minInLeaf || all - n < minInLeaf) continue
    const gain = squares(left) / n + squaresOfRest(total, left) / (all - n) - whole
    if (gain > Math.max(best?.gain ?? 0, 1e-9)) best = { gain, length: index + 1, left: left.slice() }
  }
  return best
}

function add(to: Float64Array, counts: Float64Array): void {
  for (let k = 0; k < to.length; k++) to[k] = (to[k] ?? 0) + (counts[k] ?? 0)
}

function sum(counts: Float64Array): number {
  let n = 0
  for (let k = 0; k < counts.length; k++) n += counts[k] ?? 0
  return n
}

function squares(counts: Float64Array): number {
  let n = 0
  for (let k = 0; k < counts.length; k++) n += (counts[k] ?? 0) ** 2
  return n
}

function squaresOfRest(total: Float64Array, left: Float64Array): number {
  let n = 0
  for (let k = 0; k < total.length; k++) n += ((total[k] ?? 0) - (left[k] ?? 0)) ** 2
  return n
}
