/**
 * Sums up the rows of a node by the bin they have in a column: the inner loop of a forest. Where weight and sum share an
 * integer, one addition sums both.
 */
import { at } from '../at.ts'
import { type ForestColumns, maxBins } from './columns.ts'
import { few, type Node } from './node.ts'

/** Rows with the same bin, in the order of the bins. */
export interface Groups {
  readonly bin: Int32Array
  /** Not counted when packed. */
  readonly rows: Float64Array
  readonly weight: Float64Array
  readonly sum: Float64Array
  /** By bin: rows, weight and sum while counting; all 0 in between. */
  readonly histogram: Float64Array
  /** The same when packed. */
  readonly packed: Int32Array
  /** Bin and position in the node while sorting. */
  readonly keys: Int32Array
}

export const newGroups = (): Groups => ({
  bin: new Int32Array(maxBins),
  rows: new Float64Array(maxBins),
  weight: new Float64Array(maxBins),
  sum: new Float64Array(maxBins),
  histogram: new Float64Array(3 * maxBins),
  packed: new Int32Array(maxBins),
  keys: new Int32Array(few),
})

/** Gives the number of groups; up to 1 they are not filled. */
export function group({ bins, slots, rows }: ForestColumns, column: number, node: Node, groups: Groups): number {
  const used = slots[column] ?? 0
  const start = column * rows
  if (used < 2) return used
  if (used === 2) return node.isPacked ? twoPacked(bins, start, node, groups) : two(bins, start, node, groups)
  if (node.size <= few) return sorted(bins, start, node, groups)
  return node.isPacked ? countedPacked(bins, start, node, { groups, used }) : counted(bins, start, node, { groups, used })
}

/** Two bins, as of one-hot columns: the loop writes no memory (3x over a histogram, where each sum waits for the one before). */
function twoPacked(bins: Uint8Array, start: number, { rows, packed, size, weight, sum }: Node, groups: Groups): number {
  let n = 0
  let both = 0
  for (let i = 0; i < size; i++) {
    const bin = bins[start + (rows[i] ?? 0)] ?? 0
    n = (n + bin) | 0
    both = (both + ((packed[i] ?? 0) & -bin)) | 0
  }
  if (n === 0 || n === size) return 1
  put(groups, 0, 0, size - n, weight - (both & 0xffff), sum - (both >>> 16))
  put(groups, 1, 1, n, both & 0xffff, both >>> 16)
  return 2
}

function two(bins: Uint8Array, start: number, { rows, weights, sums, size, weight, sum }: Node, groups: Groups): number {
  let n = 0
  let w = 0
  let s = 0
  for (let i = 0; i < size; i++) {
    const bin = bins[start + (rows[i] ?? 0)] ?? 0
    n += bin
    w += bin * at(weights, i)
    s += bin * at(sums, i)
  }
  if (n === 0 || n === size) return 1
  put(groups, 0, 0, size - n, weight - w, sum - s)
  put(groups, 1, 1, n, w, s)
  return 2
}

/** Insertion sort: most nodes of a deep tree have a handful of rows. */
function sorted(bins: Uint8Array, start: number, { rows, weights, sums, size }: Node, groups: Groups): number {
  const { keys } = groups
  for (let i = 0; i < size; i++) {
    const key = ((bins[start + (rows[i] ?? 0)] ?? 0) << 8) | i
    let to = i
    for (; to > 0 && (keys[to - 1] ?? 0) > key; to--) keys[to] = keys[to - 1] ?? 0
    keys[to] = key
  }
  if ((keys[0] ?? 0) >> 8 === (keys[size - 1] ?? 0) >> 8) return 1
  let last = -1
  let bin = -1
  for (let i = 0; i < size; i++) {
    const key = keys[i] ?? 0
    const position = key & 255
    if (key >> 8 !== bin) {
      bin = key >> 8
      put(groups, ++last, bin, 1, at(weights, position), at(sums, position))
      continue
    }
    groups.rows[last] = at(groups.rows, last) + 1
    groups.weight[last] = at(groups.weight, last) + at(weights, position)
    groups.sum[last] = at(groups.sum, last) + at(sums, position)
  }
  return last + 1
}

interface Counting {
  readonly groups: Groups
  readonly used: number
}

function countedPacked(bins: Uint8Array, start: number, { rows, packed, size }: Node, { groups, used }: Counting): number {
  const histogram = groups.packed
  for (let i = 0; i < size; i++) {
    const bin = bins[start + (rows[i] ?? 0)] ?? 0
    histogram[bin] = ((histogram[bin] ?? 0) + (packed[i] ?? 0)) | 0
  }
  let count = 0
  for (let bin = 0; bin < used; bin++) {
    const both = histogram[bin] ?? 0
    if (both === 0) continue
    put(groups, count++, bin, 1, both & 0xffff, both >>> 16)
    histogram[bin] = 0
  }
  return count
}

function counted(bins: Uint8Array, start: number, { rows, weights, sums, size }: Node, { groups, used }: Counting): number {
  const { histogram } = groups
  for (let i = 0; i < size; i++) {
    const slot = 3 * (bins[start + (rows[i] ?? 0)] ?? 0)
    histogram[slot] = at(histogram, slot) + 1
    histogram[slot + 1] = at(histogram, slot + 1) + at(weights, i)
    histogram[slot + 2] = at(histogram, slot + 2) + at(sums, i)
  }
  let count = 0
  for (let bin = 0; bin < used; bin++) {
    const slot = 3 * bin
    const n = at(histogram, slot)
    if (n === 0) continue
    put(groups, count++, bin, n, at(histogram, slot + 1), at(histogram, slot + 2))
    histogram[slot] = 0
    histogram[slot + 1] = 0
    histogram[slot + 2] = 0
  }
  return count
}

function put(groups: Groups, index: number, bin: number, n: number, w: number, s: number): void {
  groups.bin[index] = bin
  groups.rows[index] = n
  groups.weight[index] = w
  groups.sum[index] = s
}

function swap(groups: Groups, a: number, b: number): void {
  const [bin, n, w, s] = [groups.bin[a] ?? 0, at(groups.rows, a), at(groups.weight, a), at(groups.sum, a)]
  put(groups, a, groups.bin[b] ?? 0, at(groups.rows, b), at(groups.weight, b), at(groups.sum, b))
  put(groups, b, bin, n, w, s)
}

/** Orders the first `count` groups by their mean: of categories, the best subset is then a prefix (Fisher 1958). */
export function sortByMean(groups: Groups, count: number): void {
  const { weight, sum } = groups
  for (let i = 1; i < count; i++)
    for (let to = i; to > 0 && at(sum, to - 1) * at(weight, to) > at(sum, to) * at(weight, to - 1); to--) swap(groups, to - 1, to)
}

/** Puts the first `count` groups in random order. */
export function shuffle(groups: Groups, count: number, random: () => number): void {
  for (let i = count - 1; i > 0; i--) swap(groups, i, Math.floor(random() * (i + 1)))
}
