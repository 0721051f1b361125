/**
 * Grows one tree leaf by leaf, always splitting the leaf that gains most (Ke et al. 2017). Only the smaller child of a
 * split is counted: its sibling is the parent's histogram minus its own.
 */
import { at } from '../at.ts'
import { type ColumnBins, slots } from './binning.ts'
import type { Tree } from './tree.ts'

/** The best way to split one leaf by one column. */
export interface Split {
  readonly column: number
  readonly gain: number
  /** Numbers: bins up to this one go left. */
  readonly lastLeft: number
  readonly missingLeft: boolean
  /** Categories: the bins that go left. */
  readonly leftBins: readonly number[] | null
  /** What the criterion sums, over the rows that go left. */
  readonly left: Float64Array
  /** L2 that the children's values are shrunk by. */
  readonly l2: number
}

/** What is summed by bin, how splits are judged by the sums, and what a leaf answers. */
export interface Criterion {
  /** Numbers a bin. */
  readonly width: number
  /** Adds the rows of a leaf to its histogram, for every column. `starts[c]` is where column c begins. */
  count(histogram: Float64Array, starts: Int32Array, rows: Uint32Array): void
  /** Sums over the rows of the root. */
  total(rows: Uint32Array): Float64Array
  best(column: number, histogram: Float64Array, at: number, total: Float64Array): Split | null
  rows(total: Float64Array): number
  value(total: Float64Array, l2: number): readonly number[]
}

export interface GrowOptions {
  readonly leaves: number
  /** No limit when it is 0. */
  readonly depth: number
}

export interface Grown {
  readonly tree: Tree
  /** Rows of each leaf, in the order of the tree's leaves. */
  readonly leafRows: readonly Uint32Array[]
}

interface Leaf {
  readonly rows: Uint32Array
  readonly total: Float64Array
  readonly histogram: Float64Array
  readonly value: readonly number[]
  readonly depth: number
  readonly split: Split | null
  /** The link in the tree that holds this leaf: which child of which node. */
  readonly parent: number
  readonly side: 'left' | 'right'
}

/** Reuses its memory from one tree to the next. `rows` is reordered. */
export function treeGrower(binned: readonly ColumnBins[], options: GrowOptions): (criterion: Criterion, rows: Uint32Array) => Grown {
  const spare: Float64Array[] = []
  return (criterion, rows) => {
    const plot: Plot = { binned, options, criterion, spare, ...layout(binned, criterion) }
    const draft = newDraft()
    const leaves = [consider(plot, rootOf(plot, rows))]
    while (leaves.length < options.leaves) {
      const at = bestLeaf(leaves)
      const leaf = leaves[at]
      if (leaf === undefined || leaf.split === null) break
      const [left, right] = divide(plot, draft, leaf, leaf.split)
      leaves[at] = consider(plot, left)
      leaves.push(consider(plot, right))
    }
    for (const leaf of leaves) spare.push(leaf.histogram)
    return { tree: finish(draft, leaves), leafRows: leaves.map((leaf) => leaf.rows) }
  }
}

/** What stays the same while one tree grows. */
interface Plot {
  readonly binned: readonly ColumnBins[]
  readonly options: GrowOptions
  readonly criterion: Criterion
  /** Histograms to use again. */
  readonly spare: Float64Array[]
  /** Where each column begins in a histogram, and how long one is. */
  readonly starts: Int32Array
  readonly size: number
}

function layout(binned: readonly ColumnBins[], { width }: Criterion): Pick<Plot, 'starts' | 'size'> {
  const starts = new Int32Array(binned.length)
  let size = 0
  for (const [index, column] of binned.entries()) {
    starts[index] = size
    size += slots(column) * width
  }
  return { starts, size }
}

function counted({ criterion, spare, starts, size }: Plot, rows: Uint32Array): Float64Array {
  const histogram = spare.pop()?.fill(0) ?? new Float64Array(size)
  criterion.count(histogram, starts, rows)
  return histogram
}

function rootOf(plot: Plot, rows: Uint32Array): Leaf {
  const total = plot.criterion.total(rows)
  const value = plot.criterion.value(total, 0)
  return { rows, total, histogram: counted(plot, rows), value, depth: 0, split: null, parent: -1, side: 'left' }
}

/** Finds the leaf's best split, if it may have one. */
function consider({ criterion, options, binned, starts }: Plot, leaf: Leaf): Leaf {
  if (options.depth > 0 && leaf.depth >= options.depth) return leaf
  let split: Split | null = null
  for (let column = 0; column < binned.length; column++) {
    const found = criterion.best(column, leaf.histogram, starts[column] ?? 0, leaf.total)
    if (found !== null && found.gain > (split?.gain ?? 0)) split = found
  }
  return { ...leaf, split }
}

/** Splits a leaf in two; its histogram becomes the larger child's. */
function divide(plot: Plot, draft: Draft, leaf: Leaf, split: Split): readonly [Leaf, Leaf] {
  const column = plot.binned[split.column]
  if (column === undefined) throw new RangeError(`There is no column ${split.column}.`)
  const parent = addNode(draft, { leaf, split, column, rows: plot.criterion.rows(leaf.total) })
  const [leftRows, rightRows] = partition(leaf.rows, column.bins, leftSet(column, split))
  const leftIsSmall = leftRows.length <= rightRows.length
  const small = counted(plot, leftIsSmall ? leftRows : rightRows)
  const large = subtract(leaf.histogram, small)
  const rightTotal = subtract(leaf.total.slice(), split.left)
  const child = (side: 'left' | 'right', rows: Uint32Array, total: Float64Array): Leaf => ({
    rows,
    total,
    histogram: (side === 'left') === leftIsSmall ? small : large,
    value: plot.criterion.value(total, split.l2),
    depth: leaf.depth + 1,
    split: null,
    parent,
    side,
  })
  return [child('left', leftRows, split.left), child('right', rightRows, rightTotal)]
}

/** The leaf whose split gains most; -1 when none may be split. */
function bestLeaf(leaves: readonly Leaf[]): number {
  let best = -1
  let gain = 0
  for (const [index, { split }] of leaves.entries()) {
    if (split === null || split.gain <= gain) continue
    best = index
    gain = split.gain
  }
  return best
}

/** By bin, 1 for those that go left. */
function leftSet(column: ColumnBins, { leftBins, lastLeft, missingLeft }: Split): Uint8Array {
  const set = new Uint8Array(256)
  if (leftBins !== null) for (const bin of leftBins) set[bin] = 1
  else {
    set.fill(1, 0, lastLeft + 1)
    set[column.valueBins] = missingLeft ? 1 : 0
  }
  return set
}

/** Stable and in place: both halves are views of `rows`. */
function partition(rows: Uint32Array, bins: Uint8Array, set: Uint8Array): readonly [Uint32Array, Uint32Array] {
  const right = new Uint32Array(rows.length)
  let lefts = 0
  let rights = 0
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i] ?? 0
    if (set[bins[row] ?? 0] === 1) rows[lefts++] = row
    else right[rights++] = row
  }
  rows.set(right.subarray(0, rights), lefts)
  return [rows.subarray(0, lefts), rows.subarray(lefts)]
}

/** `from` becomes `from - part`. */
function subtract(from: Float64Array, part: Float64Array): Float64Array {
  for (let i = 0; i < from.length; i++) from[i] = at(from, i) - at(part, i)
  return from
}

type Draft = { [K in 'feature' | 'threshold' | 'missing' | 'left' | 'right' | 'gain' | 'cover' | 'value']: number[] } & { sets: number[][] }

const newDraft = (): Draft => ({ feature: [], threshold: [], missing: [], left: [], right: [], gain: [], cover: [], value: [], sets: [] })

function addNode(
  draft: Draft,
  { leaf, split, column, rows }: { readonly leaf: Leaf; readonly split: Split; readonly column: ColumnBins; readonly rows: number },
): number {
  const node = draft.feature.length
  if (leaf.parent >= 0) draft[leaf.side][leaf.parent] = node
  draft.feature.push(split.column)
  draft.missing.push(split.missingLeft ? 1 : 0)
  draft.left.push(0)
  draft.right.push(0)
  draft.gain.push(split.gain)
  draft.cover.push(rows)
  draft.value.push(...leaf.value)
  if (column.type === 'number') draft.threshold.push(column.upper[split.lastLeft] ?? Number.MAX_VALUE)
  else {
    draft.threshold.push(draft.sets.length)
    draft.sets.push((split.leftBins ?? []).map((bin) => column.codes[bin] ?? 0).sort((a, b) => a - b))
  }
  return node
}

function finish(draft: Draft, leaves: readonly Leaf[]): Tree {
  for (const [index, leaf] of leaves.entries()) if (leaf.parent >= 0) draft[leaf.side][leaf.parent] = ~index
  return { ...draft, leafCover: leaves.map((leaf) => leaf.rows.length), leafValue: leaves.flatMap((leaf) => leaf.value) }
}
