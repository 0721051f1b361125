/**
 * Judges by Gini impurity over more than two classes (Breiman et al. 1984): the rows of a node are counted by bin and class,
 * and a division is a prefix of its bins.
 */
import { addAt, at } from '../at.ts'
import { type ForestColumns, maxBins } from './columns.ts'
import type { Sample } from './sample.ts'
import { type Cuts, drawCut, type Grouped, type Judge, type JudgeOptions, keepCut, newCuts, newSplit } from './split.ts'

/** `target` holds the class of each row. */
export function countJudge(
  columns: ForestColumns,
  { target, classes }: { readonly target: Float64Array; readonly classes: number },
  { minLeaf, random }: JudgeOptions,
): Judge {
  const node = newNode(columns.rows, classes)
  const table = newTable(classes)
  const best = newSplit()
  const cuts = newCuts(minLeaf)
  let sample: Sample = { rows: new Int32Array(), weights: new Float64Array(), outside: new Int32Array() }
  const compete = (grouped: Grouped): void => {
    if (random === undefined) scanAll(node, table, cuts, grouped)
    else {
      drawCut(cuts, columns, grouped, random)
      scan(node, table, cuts)
    }
    if (cuts.gain > best.gain) keepCut(best, cuts, grouped, columns)
  }
  /** Categories have no order of their own: they compete in one drawn, or in one for each class. */
  const competeAsCategory = (grouped: Grouped): void => {
    const values = grouped.hasMissing ? grouped.count - 1 : grouped.count
    if (random !== undefined) {
      shuffle(table.bins, values, random)
      compete(grouped)
      return
    }
    for (let k = 0; k < classes; k++) {
      sortByShare(table, values, k)
      compete(grouped)
    }
  }
  return {
    width: classes,
    best,
    begin: (drawn) => {
      sample = drawn
    },
    enter: (from, to) => {
      best.column = -1
      best.gain = -1
      return enter(node, { sample, target, from, to })
    },
    found: () => best.column >= 0,
    weight: () => node.weight,
    answer: (into, slot) => {
      for (let k = 0; k < classes; k++) into[slot + k] = at(node.total, k) / node.weight
    },
    consider: (column) => {
      const count = tally(columns, column, node, table)
      if (count > 1) {
        const grouped = { column, bins: table.bins, count, hasMissing: table.bins[count - 1] === columns.values[column] }
        cuts.gain = best.gain
        if (columns.category[column] === 1) competeAsCategory(grouped)
        else compete(grouped)
      }
      forget(table, count)
      return count > 1
    },
    gain: () => Math.max(0, best.gain - squares(node.total) / node.weight),
  }
}

/** The rows of the node at hand, side by side. */
interface Node {
  readonly rows: Int32Array
  readonly labels: Int32Array
  readonly weights: Float64Array
  /** Weight of each class. */
  readonly total: Float64Array
  size: number
  weight: number
}

const newNode = (rows: number, classes: number): Node => ({
  rows: new Int32Array(rows),
  labels: new Int32Array(rows),
  weights: new Float64Array(rows),
  total: new Float64Array(classes),
  size: 0,
  weight: 0,
})

interface Range {
  readonly sample: Sample
  readonly target: Float64Array
  readonly from: number
  readonly to: number
}

function enter(node: Node, { sample, target, from, to }: Range): boolean {
  const { rows, labels, weights, total } = node
  const first = at(target, sample.rows[from] ?? 0)
  let pure = true
  let weight = 0
  total.fill(0)
  for (let i = from; i < to; i++) {
    const row = sample.rows[i] ?? 0
    const w = at(sample.weights, row)
    const label = at(target, row)
    if (label !== first) pure = false
    rows[i - from] = row
    labels[i - from] = label
    weights[i - from] = w
    addAt(total, label, w)
    weight += w
  }
  node.size = to - from
  node.weight = weight
  return !pure
}

function squares(counts: Float64Array): number {
  let sum = 0
  for (let k = 0; k < counts.length; k++) sum += at(counts, k) * at(counts, k)
  return sum
}

/** What the bins of one column hold. */
interface Table {
  /** Bins with rows, in the order that prefixes are taken from. */
  readonly bins: Int32Array
  /** By bin: rows, all 0 between columns. */
  readonly rows: Int32Array
  /** By bin and class: weight, all 0 between columns. */
  readonly counts: Float64Array
  /** By class: weight on the left, while scanning. */
  readonly left: Float64Array
}

const newTable = (classes: number): Table => ({
  bins: new Int32Array(maxBins),
  rows: new Int32Array(maxBins),
  counts: new Float64Array(maxBins * classes),
  left: new Float64Array(classes),
})

/** Counts a column; gives the number of bins with rows, which `bins` then lists in order. */
function tally({ bins: all, slots, rows: tableRows }: ForestColumns, column: number, node: Node, table: Table): number {
  const { rows, labels, weights, size } = node
  const { counts, bins } = table
  const classes = table.left.length
  const start = column * tableRows
  let count = 0
  for (let i = 0; i < size; i++) {
    const bin = all[start + (rows[i] ?? 0)] ?? 0
    if (table.rows[bin] === 0) bins[count++] = bin
    table.rows[bin] = (table.rows[bin] ?? 0) + 1
    addAt(counts, bin * classes + (labels[i] ?? 0), at(weights, i))
  }
  order(table, count, slots[column] ?? 0)
  return count
}

/** Sorts the list of bins: by insertion when it is short, else by looking at all there are. */
function order({ bins, rows }: Table, count: number, slots: number): void {
  if (count > 16) {
    let filled = 0
    for (let bin = 0; bin < slots; bin++) if (rows[bin] !== 0) bins[filled++] = bin
    return
  }
  for (let i = 1; i < count; i++) {
    const bin = bins[i] ?? 0
    let to = i
    for (; to > 0 && (bins[to - 1] ?? 0) > bin; to--) bins[to] = bins[to - 1] ?? 0
    bins[to] = bin
  }
}

function forget({ bins, rows, counts, left }: Table, count: number): void {
  const classes = left.length
  for (let i = 0; i < count; i++) {
    const bin = bins[i] ?? 0
    rows[bin] = 0
    counts.fill(0, bin * classes, (bin + 1) * classes)
  }
}

/** Categories by their share of one class: exact for two classes, and a good guess when tried for each of more. */
function sortByShare({ bins, counts, left }: Table, values: number, k: number): void {
  const classes = left.length
  const share = (bin: number): number => {
    let sum = 0
    for (let other = 0; other < classes; other++) sum += at(counts, bin * classes + other)
    return at(counts, bin * classes + k) / sum
  }
  bins.set(
    Array.from(bins.subarray(0, values), (bin) => ({ bin, share: share(bin) }))
      .sort((a, b) => a.share - b.share || a.bin - b.bin)
      .map(({ bin }) => bin),
  )
}

function shuffle(bins: Int32Array, values: number, random: () => number): void {
  for (let i = values - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1))
    const swap = bins[i] ?? 0
    bins[i] = bins[j] ?? 0
    bins[j] = swap
  }
}

/** Every prefix, and where values are missing, every prefix together with them. */
function scanAll(node: Node, table: Table, cuts: Cuts, { count, hasMissing }: Grouped): void {
  cuts.from = 0
  cuts.to = count - 2
  cuts.missing = -1
  scan(node, table, cuts)
  if (!hasMissing || count < 3) return
  cuts.to = count - 3
  cuts.missing = count - 1
  scan(node, table, cuts)
}

/**
 * With counts l on the left and r on the right, dividing is worth Σl²/Σl + Σr²/Σr: kept up to date bin by bin. A side whose
 * weight is lost in rounding divides nothing.
 */
function scan({ size, weight, total }: Node, table: Table, cuts: Cuts): void {
  const { bins, rows, counts, left } = table
  const { from, to, missing, minLeaf } = cuts
  const classes = left.length
  left.fill(0)
  let n = 0
  let w = 0
  let inLeft = 0
  let inRight = squares(total)
  for (let i = missing < 0 ? 0 : -1; i <= to; i++) {
    const bin = bins[i < 0 ? missing : i] ?? 0
    n += rows[bin] ?? 0
    for (let k = 0; k < classes; k++) {
      const c = at(counts, bin * classes + k)
      const l = at(left, k)
      const r = at(total, k) - l
      inLeft += c * (l + l + c)
      inRight -= c * (r + r - c)
      left[k] = l + c
      w += c
    }
    if (i < from || n < minLeaf || size - n < minLeaf || w <= 0 || w >= weight) continue
    const worth = inLeft / w + inRight / (weight - w)
    if (worth <= cuts.gain) continue
    cuts.gain = worth
    cuts.last = i
    cuts.missingLeft = missing >= 0
  }
}
