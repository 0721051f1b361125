/** Walks packed trees: the loop that every prediction of a tree model runs, for one row or for many. */
import type { BatchScorer } from '../algorithm.ts'
import { inSet, type Trees, treeCount, treeKind } from './trees.ts'

/** Finds the leaf of a tree, counted over all trees, for the row that begins at `at` in `rows`. */
export type LeafOf = (tree: number, rows: Float64Array, at: number) => number

export function leafFinder(trees: Trees): LeafOf {
  const { feature } = trees
  const roots = rootsOf(trees)
  const links = linksOf(trees)
  const goesLeft = leftRule(trees)
  return (tree, rows, at) => {
    let node = roots[tree] ?? 0
    while (node >= 0) {
      const x = rows[at + (feature[node] ?? 0)] ?? Number.NaN
      node = links[2 * node + (goesLeft(node, x) ? 0 : 1)] ?? 0
    }
    return ~node
  }
}

/** Rows that are walked together, tree by tree, so that a tree stays in the cache (1.6x over row by row, n = 50,000). */
const block = 512

/** Calls `add(leaf, tree, row)` for every tree of every row; rows in blocks, trees in order within a block. */
export function forEachLeaf(
  trees: Trees,
  { values, rows }: { readonly values: readonly Float64Array[]; readonly rows: number },
  add: (leaf: number, tree: number, row: number) => void,
): void {
  const leafOf = leafFinder(trees)
  const count = treeCount(trees)
  const width = values.length
  const gathered = new Float64Array(block * width)
  for (let from = 0; from < rows; from += block) {
    const size = Math.min(block, rows - from)
    for (const [column, all] of values.entries()) for (let i = 0; i < size; i++) gathered[i * width + column] = all[from + i] ?? Number.NaN
    for (let tree = 0; tree < count; tree++) for (let i = 0; i < size; i++) add(leafOf(tree, gathered, i * width), tree, from + i)
  }
}

/** A batch scorer that adds up leaves into `width` raw numbers a row; `finish` turns them into scores. */
export function sumOfLeaves(trees: Trees, { start, outputOf, finish }: SumOptions): BatchScorer {
  const { leafValue } = trees
  const width = start.length
  return (values, rows, scores) => {
    const raw = new Float64Array(rows * width)
    for (let row = 0; row < rows; row++) raw.set(start, row * width)
    forEachLeaf(trees, { values, rows }, (leaf, tree, row) => {
      const slot = row * width + outputOf(tree)
      raw[slot] = (raw[slot] ?? 0) + (leafValue[leaf] ?? 0)
    })
    const outputs = scores.length / Math.max(1, rows)
    for (let row = 0; row < rows; row++)
      finish(raw.subarray(row * width, (row + 1) * width), scores.subarray(row * outputs, (row + 1) * outputs))
  }
}

export interface SumOptions {
  /** Raw numbers before the first tree. */
  readonly start: Float64Array
  /** The raw number that a tree adds to. */
  readonly outputOf: (tree: number) => number
  readonly finish: (raw: Float64Array, scores: Float64Array) => void
}

function rootsOf({ nodes, leaves }: Trees): Int32Array {
  return Int32Array.from({ length: nodes.length - 1 }, (_, tree) => {
    const isLeaf = nodes[tree] === nodes[tree + 1]
    return isLeaf ? ~(leaves[tree] ?? 0) : (nodes[tree] ?? 0)
  })
}

/** Both children side by side: one load decides where to go. */
function linksOf({ left, right }: Trees): Int32Array {
  const links = new Int32Array(2 * left.length)
  for (let node = 0; node < left.length; node++) {
    links[2 * node] = left[node] ?? 0
    links[2 * node + 1] = right[node] ?? 0
  }
  return links
}

/** LightGBM reads numbers this close to 0 as 0. */
const nearZero = 1e-35

/** Whether a node sends a value left; plain numbers are decided first. */
export function leftRule(trees: Trees): (node: number, x: number) => boolean {
  const { kind, threshold } = trees
  const odd = oddRule(trees)
  return (node, x) => {
    const bits = kind[node] ?? 0
    if (bits > treeKind.missingLeft) return odd(node, x)
    return x <= (threshold[node] ?? 0) || (bits === treeKind.missingLeft && Number.isNaN(x))
  }
}

/** What categories and the missing values of other engines ask for. */
function oddRule(trees: Trees): (node: number, x: number) => boolean {
  const { kind, threshold } = trees
  return (node, x) => {
    const bits = kind[node] ?? 0
    const at = threshold[node] ?? 0
    if ((bits & treeKind.category) !== 0) return inSet(trees, at, x)
    if ((bits & treeKind.nanIsZero) !== 0) return (Number.isNaN(x) ? 0 : x) <= at
    if (Number.isNaN(x) || Math.abs(x) <= nearZero) return (bits & treeKind.missingLeft) !== 0
    return x <= at
  }
}
