/**
 * The fitted trees of a model, laid end to end in typed arrays: what boosting and forests store, and what prediction,
 * explanation and export read. Nodes and leaves are numbered over all trees.
 */
import { z } from 'zod'
import { float64s, int32s, uint8s, uint32s } from '../numbers.ts'
import type { InputColumn } from '../problem.ts'
import type { Tree } from './tree.ts'

/** Bits of `kind`. A number without any: NaN is missing and goes right. */
export const treeKind = {
  /** What is missing goes left. Numbers only: a category that is missing or unknown always goes right. */
  missingLeft: 1,
  /** NaN is read as 0, nothing is missing (trees of other engines). */
  nanIsZero: 2,
  /** NaN and 0 are both missing (trees of other engines). */
  zeroIsMissing: 4,
  /** The node asks for a category: `threshold` is the position of a set, whose codes go left. */
  category: 8,
} as const

export const treesSchema = z
  .strictObject({
    width: z.int().min(1).describe('Numbers a leaf answers'),
    nodes: int32s.describe('First node of each tree, then the number of nodes'),
    leaves: int32s.describe('First leaf of each tree, then the number of leaves'),
    feature: int32s.describe('By node: the column it asks, by position'),
    kind: uint8s.describe('By node: bits of treeKind'),
    threshold: float64s.describe('By node: the largest number that goes left, or the position of a set'),
    left: int32s.describe('By node: c >= 0 is a node, c < 0 is leaf ~c'),
    right: int32s.describe('By node: as left'),
    gain: float64s.describe('By node: what the split gained in its criterion'),
    cover: float64s.describe('By node: training rows (their weights) that reached it'),
    value: float64s.describe('By node: what it would answer as a leaf, width numbers each'),
    leafCover: float64s.describe('By leaf: training rows (their weights) in it'),
    leafValue: float64s.describe('By leaf: what it answers, width numbers each'),
    sets: int32s.describe('First word of each set of categories, then the number of words'),
    words: uint32s.describe('Sets of categories as bits: code c is bit c % 32 of word c / 32'),
  })
  .refine(isWellFormed, 'the trees are not well formed')

export type Trees = z.infer<typeof treesSchema>

export const treeCount = (trees: Pick<Trees, 'nodes'>): number => trees.nodes.length - 1

/** Whether a category's code is in a set. Codes below 0 (unknown) and NaN (missing) are in none. */
export function inSet({ sets, words }: Pick<Trees, 'sets' | 'words'>, set: number, code: number): boolean {
  if (!(code >= 0)) return false
  const word = (sets[set] ?? 0) + (code >>> 5)
  return word < (sets[set + 1] ?? 0) && (((words[word] ?? 0) >>> (code & 31)) & 1) === 1
}

/** Throws a RangeError when a node asks for a column that is not there, or for a number where the column is a category. */
export function requireColumns({ feature, kind }: Trees, columns: readonly InputColumn[]): void {
  for (const [node, index] of feature.entries()) {
    const type = columns[index]?.type
    if (type !== (((kind[node] ?? 0) & treeKind.category) !== 0 ? 'category' : 'number'))
      throw new RangeError(`Node ${node} asks for column ${index}, which the model does not have in that type.`)
  }
}

/** Lays trees end to end; `width` is the numbers a leaf answers. */
export function packTrees(trees: readonly Tree[], width: number, columns: readonly InputColumn[]): Trees {
  const nodes = firsts(trees, (tree) => tree.feature.length)
  const leaves = firsts(trees, (tree) => tree.leafCover.length)
  const setStart = firsts(trees, (tree) => tree.sets.length)
  const child = (list: 'left' | 'right'): Int32Array =>
    flat(Int32Array, trees, (tree, t) => tree[list].map((at) => (at < 0 ? ~((leaves[t] ?? 0) + ~at) : (nodes[t] ?? 0) + at)))
  const isCategory = (column: number): boolean => columns[column]?.type === 'category'
  return {
    ...packSets(trees.flatMap((tree) => tree.sets)),
    width,
    nodes,
    leaves,
    feature: flat(Int32Array, trees, (tree) => tree.feature),
    kind: flat(Uint8Array, trees, (tree) =>
      tree.feature.map((column, node) => (isCategory(column) ? treeKind.category : (tree.missing[node] ?? 0) * treeKind.missingLeft)),
    ),
    threshold: flat(Float64Array, trees, (tree, t) =>
      tree.threshold.map((at, node) => (isCategory(tree.feature[node] ?? 0) ? (setStart[t] ?? 0) + at : at)),
    ),
    left: child('left'),
    right: child('right'),
    gain: flat(Float64Array, trees, (tree) => tree.gain),
    cover: flat(Float64Array, trees, (tree) => tree.cover),
    value: flat(Float64Array, trees, (tree) => tree.value),
    leafCover: flat(Float64Array, trees, (tree) => tree.leafCover),
    leafValue: flat(Float64Array, trees, (tree) => tree.leafValue),
  }
}

function firsts(trees: readonly Tree[], length: (tree: Tree) => number): Int32Array {
  const all = new Int32Array(trees.length + 1)
  for (const [index, tree] of trees.entries()) all[index + 1] = (all[index] ?? 0) + length(tree)
  return all
}

/** No flatMap: a forest has millions of nodes. */
function flat<A extends Int32Array | Float64Array | Uint8Array>(
  kind: { new (length: number): A },
  trees: readonly Tree[],
  list: (tree: Tree, index: number) => readonly number[],
): A {
  const lists = trees.map(list)
  const all = new kind(lists.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const each of lists) for (let i = 0; i < each.length; i++) all[at++] = each[i] ?? 0
  return all
}

/** Sets of category codes as bits. */
function packSets(sets: readonly (readonly number[])[]): Pick<Trees, 'sets' | 'words'> {
  const sizes = sets.map((codes) => 1 + (codes.reduce((most, code) => Math.max(most, code), -1) >> 5))
  const starts = new Int32Array(sets.length + 1)
  for (const [index, size] of sizes.entries()) starts[index + 1] = (starts[index] ?? 0) + size
  const words = new Uint32Array(starts[sets.length] ?? 0)
  for (const [index, codes] of sets.entries())
    for (const code of codes) {
      const word = (starts[index] ?? 0) + (code >>> 5)
      words[word] = (words[word] ?? 0) | (1 << (code & 31))
    }
  return { sets: starts, words }
}

/** Every list has its length, and children lie after their parent inside their own tree, so that walking always ends. */
function isWellFormed(trees: {
  readonly width: number
  readonly nodes: Int32Array
  readonly leaves: Int32Array
  readonly feature: Int32Array
  readonly kind: Uint8Array
  readonly threshold: Float64Array
  readonly left: Int32Array
  readonly right: Int32Array
  readonly gain: Float64Array
  readonly cover: Float64Array
  readonly value: Float64Array
  readonly leafCover: Float64Array
  readonly leafValue: Float64Array
  readonly sets: Int32Array
  readonly words: Uint32Array
}): boolean {
  const { width, nodes, leaves, sets } = trees
  const [nodeCount = -1, leafCount = -1] = [nodes.at(-1), leaves.at(-1)]
  const byNode = [trees.feature, trees.kind, trees.threshold, trees.left, trees.right, trees.gain, trees.cover]
  if (byNode.some(({ length }) => length !== nodeCount) || trees.value.length !== nodeCount * width) return false
  if (trees.leafCover.length !== leafCount || trees.leafValue.length !== leafCount * width) return false
  if (nodes.length !== leaves.length || !rises(nodes) || !rises(leaves)) return false
  if (!rises(sets) || (sets.at(-1) ?? 0) !== trees.words.length) return false
  for (let tree = 0; tree + 1 < nodes.length; tree++) if (!isTree(trees, tree)) return false
  return setsExist(trees)
}

function rises(starts: Int32Array): boolean {
  if (starts[0] !== 0) return starts.length === 0
  for (let i = 1; i < starts.length; i++) if ((starts[i] ?? 0) < (starts[i - 1] ?? 0)) return false
  return true
}

function isTree({ nodes, leaves, left, right }: Pick<Trees, 'nodes' | 'leaves' | 'left' | 'right'>, tree: number): boolean {
  const [first = 0, end = 0] = nodes.subarray(tree, tree + 2)
  const [firstLeaf = 0, endLeaf = 0] = leaves.subarray(tree, tree + 2)
  if (endLeaf - firstLeaf !== end - first + 1) return false
  const inside = (child: number, node: number): boolean =>
    child >= 0 ? child > node && child < end : ~child >= firstLeaf && ~child < endLeaf
  for (let node = first; node < end; node++) if (!inside(left[node] ?? 0, node) || !inside(right[node] ?? 0, node)) return false
  return true
}

function setsExist({ kind, threshold, sets }: Pick<Trees, 'kind' | 'threshold' | 'sets'>): boolean {
  for (let node = 0; node < kind.length; node++) {
    const set = threshold[node] ?? -1
    if (((kind[node] ?? 0) & treeKind.category) !== 0 && !(Number.isInteger(set) && set >= 0 && set < sets.length - 1)) return false
  }
  return true
}
