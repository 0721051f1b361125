/**
 * Grows one tree leaf by leaf, always splitting the leaf that gains most (Ke et al. 2017). Only the smaller child of a
 * split is counted: its sibling's histogram is their parent's minus its own. Rows that do not teach (left out by bagging,
 * or held out) ride along, so that their scores follow.
 *
 *   order:  | leaf 0 | leaf 1 | ... | rows that teach end here | riders of leaf 0 | riders of leaf 1 | ...
 */
import type { Tree } from '../trees/tree.ts'
import { type Draft, draftNode, finishTree, newDraft } from './draft.ts'
import type { Field } from './field.ts'
import { histogramPool } from './histograms.ts'
import { chunk, groupWidth } from './layout.ts'
import { binsOfChoice, type LeafSums, leafValue } from './split.ts'
import { columnSums, tasks, tellLeaf } from './tasks.ts'

/** Some rows in `order`. */
interface Range {
  readonly begin: number
  readonly count: number
}

/** How one leaf is best split. */
interface Split {
  readonly column: number
  readonly gain: number
  /** Numbers: bins up to this one go left. */
  readonly lastLeft: number
  readonly missingLeft: boolean
  /** Categories: the bins that go left. */
  readonly leftBins: readonly number[] | null
  /** Sums over the rows that go left. */
  readonly g: number
  readonly h: number
  /** L2 on top, for the children's values. */
  readonly l2: number
}

export interface Leaf extends LeafSums, Range {
  readonly riders: Range
  readonly value: number
  readonly depth: number
  split: Split | null
  histogram: number
  /** The link in the tree that holds this leaf: which child of which node. */
  readonly parent: number
  readonly side: 'left' | 'right'
}

export interface GrowRequest {
  /** Byte offset of the pairs to learn from. */
  readonly pairs: number
  /** Rows at the beginning of `order` that teach; the rest ride along. */
  readonly teaching: number
  /** Whether `order` is 0, 1, 2, ... */
  readonly inOrder: boolean
  readonly maxDepth: number
}

export interface Grown {
  readonly tree: Tree
  /** In the order of the tree's leaves. */
  readonly leaves: readonly Leaf[]
}

export type Grower = (request: GrowRequest) => Grown

export function treeGrower(field: Field): Grower {
  return (request) => {
    const plot: Plot = { field, request, pool: histogramPool(field), draft: newDraft(), leaves: [] }
    plot.leaves.push(rootOf(plot))
    while (plot.leaves.length < field.layout.leaves) {
      const at = mostPromising(plot.leaves)
      const leaf = plot.leaves[at]
      if (leaf === undefined) break
      const children = divide(plot, leaf)
      if (children === null) leaf.split = null
      else plot.leaves.splice(at, 1, ...children)
    }
    return { tree: finishTree(plot.draft, plot.leaves, field.problem.weights && weightsOf(field)), leaves: plot.leaves }
  }
}

/** What one tree grows on. */
interface Plot {
  readonly field: Field
  readonly request: GrowRequest
  readonly pool: ReturnType<typeof histogramPool>
  readonly draft: Draft
  readonly leaves: Leaf[]
}

function rootOf({ field, request, pool }: Plot): Leaf {
  const { layout } = field
  const { teaching, inOrder } = request
  const { g, h } = orderPairs(field, request, { begin: 0, count: teaching })
  const sums = { g, h, rows: teaching, low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY }
  const root: Leaf = {
    ...sums,
    ...{ begin: 0, count: teaching, riders: { begin: teaching, count: layout.rows - teaching } },
    ...{ value: leafValue(sums, field.rules), depth: 0, split: null, histogram: pool.take([]), parent: -1, side: 'left' },
  }
  if (maySplit(field, request, root))
    search(field, [root], { list: inOrder ? -1 : layout.order, pairs: inOrder ? request.pairs : layout.ordered })
  return root
}

/** Puts the pairs of some rows in the order of the rows, and sums them. Nothing to order where the rows are all in order. */
function orderPairs({ layout, args, heap, team }: Field, { pairs, inOrder }: GrowRequest, { begin, count }: Range) {
  args.set([inOrder ? -1 : layout.order + 4 * begin, count, pairs])
  const chunks = Math.ceil(count / chunk)
  team.run(tasks.gather, chunks)
  let [g, h] = [0, 0]
  for (let i = 0; i < chunks; i++) {
    g += heap[layout.partials / 8 + 2 * i] ?? 0
    h += heap[layout.partials / 8 + 2 * i + 1] ?? 0
  }
  return { g, h }
}

function maySplit({ rules }: Field, { maxDepth }: GrowRequest, { depth, count }: Leaf): boolean {
  return (maxDepth <= 0 || depth < maxDepth) && count >= 2 * rules.minRows
}

/** The leaf whose split gains most; -1 when none may be split. */
function mostPromising(leaves: readonly Leaf[]): number {
  let best = -1
  let gain = 0
  for (const [index, { split }] of leaves.entries()) {
    if (split === null || split.gain <= gain) continue
    best = index
    gain = split.gain
  }
  return best
}

/**
 * Counts the first leaf's rows, whose ordered pairs are at `pairs`, takes them from its sibling's histogram (which was their
 * parent's), and finds the best split of both.
 */
function search(
  field: Field,
  [small, large]: readonly [Leaf, Leaf?],
  { list, pairs }: { readonly list: number; readonly pairs: number },
): void {
  const { layout, args, team } = field
  args.set([list, small.count, pairs, small.histogram, large?.histogram ?? -1])
  tellLeaf(field, 0, small)
  if (large) tellLeaf(field, 1, large)
  team.run(tasks.split, layout.groups)
  small.split = bestSplit(field, small, 0)
  if (large) large.split = bestSplit(field, large, 1)
}

function bestSplit(field: Field, leaf: Leaf, child: 0 | 1): Split | null {
  const { heap, used, layout } = field
  const from = layout.results / 8 + 4 * child * layout.columns
  let best = -1
  let gain = 0
  for (let column = 0; column < layout.columns; column++) {
    const found = heap[from + 4 * column] ?? 0
    if (used[column] !== 1 || found <= gain) continue
    best = column
    gain = found
  }
  if (best < 0) return null
  const [, choice = 0, g = 0, h = 0] = heap.subarray(from + 4 * best, from + 4 * best + 4)
  const split = { column: best, gain, g, h, lastLeft: choice >> 1, missingLeft: (choice & 1) === 1, leftBins: null, l2: 0 }
  if (field.meta[4 * best] === 0) return split
  const { bins, l2 } = binsOfChoice(columnSums(field, best, leaf.histogram), leaf, choice)
  return { ...split, missingLeft: false, lastLeft: -1, leftBins: bins, l2 }
}

/** Parts a leaf in two; null where the rows turn out to be all on one side, which only rounding can bring about. */
function divide(plot: Plot, leaf: Leaf): readonly [Leaf, Leaf] | null {
  const { field, request, draft } = plot
  const { split } = leaf
  if (split === null) return null
  setSides(field, split)
  const last = plot.leaves.length + 1 === field.layout.leaves
  const left = part(field, leaf, { column: split.column, ...(!last && { pairs: request.pairs }) })
  if (left === 0 || left === leaf.count) return null
  const leftRiders = part(field, leaf.riders, { column: split.column })
  const parent = draftNode(draft, field, leaf, split)
  const children = childrenOf(field, { leaf, split, parent, left, leftRiders })
  if (last) return children
  const [small, large] = isSmall(left, leaf.count) ? children : children.toReversed()
  if (small && large) searchChildren(plot, leaf, [small, large])
  return children
}

function searchChildren({ field, request, pool, leaves }: Plot, leaf: Leaf, [small, large]: readonly [Leaf, Leaf]): void {
  const able = [small, large].filter((child) => maySplit(field, request, child))
  if (able.length === 0) {
    pool.free(leaf)
    return
  }
  large.histogram = leaf.histogram
  leaf.histogram = -1
  small.histogram = pool.take(leaves)
  const { layout } = field
  const placeOf = (child: Leaf) => ({ list: layout.order + 4 * child.begin, pairs: layout.ordered })
  if (large.histogram >= 0) search(field, [small, large], placeOf(small))
  else {
    search(field, [small], placeOf(small))
    large.histogram = pool.take([...leaves, small])
    orderPairs(field, { ...request, inOrder: false }, large)
    search(field, [large], placeOf(large))
  }
  for (const child of [small, large]) {
    if (!able.includes(child)) child.split = null
    if (child.split === null) pool.free(child)
  }
}

/** By bin of the split's column, 4 for those that go left: the width of a row's number. */
function setSides({ bytes, layout, meta }: Field, { column, leftBins, lastLeft, missingLeft }: Split): void {
  const { side } = layout
  bytes.fill(0, side, side + 256)
  if (leftBins !== null) for (const bin of leftBins) bytes[side + bin] = 4
  else {
    bytes.fill(4, side, side + lastLeft + 1)
    bytes[side + (meta[4 * column + 1] ?? 0)] = missingLeft ? 4 : 0
  }
}

const isSmall = (part: number, all: number): boolean => 2 * part <= all

/** Parts the rows of a range, left ones first, each side in its old order, and orders the `pairs` of the smaller. Returns how many are on the left. */
function part(field: Field, { begin, count }: Range, { column, pairs = -1 }: { readonly column: number; readonly pairs?: number }): number {
  const { layout, args, counts, team, histogram } = field
  const list = layout.order + 4 * begin
  const bins = layout.bins + Math.floor(column / groupWidth) * layout.groupBytes + (column % groupWidth)
  if (count <= chunk) {
    const left = histogram.partition(list, count, bins, layout.side, list, layout.rights)
    histogram.copy(list + 4 * left, layout.rights, 4 * (count - left))
    if (pairs < 0) return left
    if (isSmall(left, count)) histogram.gather(list, left, pairs, layout.ordered)
    else histogram.gather(list + 4 * left, count - left, pairs, layout.ordered)
    return left
  }
  const chunks = Math.ceil(count / chunk)
  args.set([list, count, bins])
  team.run(tasks.part, chunks)
  let left = 0
  for (let i = 0; i < chunks; i++) left += counts[i] ?? 0
  args.set([left, pairs < 0 ? -1 : isSmall(left, count) ? 1 : 0, pairs], 3)
  team.run(tasks.settle, chunks)
  return left
}

interface Parted {
  readonly leaf: Leaf
  readonly split: Split
  readonly parent: number
  readonly left: number
  readonly leftRiders: number
}

function childrenOf(field: Field, { leaf, split, parent, left, leftRiders }: Parted): readonly [Leaf, Leaf] {
  const { riders } = leaf
  const rules = { ...field.rules, l2: field.rules.l2 + split.l2 }
  const leftSums = { g: split.g, h: split.h, rows: left, low: leaf.low, high: leaf.high }
  const rightSums = { g: leaf.g - split.g, h: leaf.h - split.h, rows: leaf.count - left, low: leaf.low, high: leaf.high }
  const [leftValue, rightValue] = [leafValue(leftSums, rules), leafValue(rightSums, rules)]
  const monotone = field.meta[4 * split.column + 3] ?? 0
  const middle = (leftValue + rightValue) / 2
  const shared = { depth: leaf.depth + 1, split: null, histogram: -1, parent }
  return [
    {
      ...shared,
      ...leftSums,
      ...(monotone > 0 ? { high: middle } : monotone < 0 ? { low: middle } : {}),
      ...{ side: 'left', value: leftValue, begin: leaf.begin, count: left, riders: { begin: riders.begin, count: leftRiders } },
    },
    {
      ...shared,
      ...rightSums,
      ...(monotone > 0 ? { low: middle } : monotone < 0 ? { high: middle } : {}),
      ...{ side: 'right', value: rightValue, begin: leaf.begin + left, count: leaf.count - left },
      riders: { begin: riders.begin + leftRiders, count: riders.count - leftRiders },
    },
  ]
}

/** Sums the weights of a leaf's rows. */
function weightsOf({ layout, memory, heap }: Field): (leaf: Leaf) => number {
  const order = new Uint32Array(memory.buffer, layout.order, layout.rows)
  return ({ begin, count }) => {
    let sum = 0
    for (let i = begin; i < begin + count; i++) sum += heap[layout.weights / 8 + (order[i] ?? 0)] ?? 0
    return sum
  }
}
