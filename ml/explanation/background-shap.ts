/**
 * Exact TreeSHAP against rows of other data (Lundberg et al. 2020, "interventional"): where a coalition does not hold a
 * column, the column takes its value from a background row; the answer is the mean over background rows.
 *
 * The idea: for one row and one background row, a leaf is reached by coalitions that hold some a columns and lack some
 * other b. Its value counts (a - 1)! b! / (a + b)! for each column that must be held and the negative
 * a! (b - 1)! / (a + b)! for each that must not. One walk finds those leaves: a node where both rows go the same way is
 * followed; where they part, and the column has not parted before, both ways are.
 */
import { addAt, at } from '../models/at.ts'
import { type Rows, rowAt, type Shap } from './shapley.ts'
import { type OneTree, type TreeSum, treesFor } from './tree-sum.ts'

/** Shapley values of one output for every row, against at least one row of background. O(rows x background x leaves). */
export function backgroundShap(sum: TreeSum, output: number, { rows, background }: Comparison): Shap {
  const values = new Float64Array(rows.count * rows.width)
  let base = 0
  for (const tree of treesFor(sum, output)) {
    const ways = waysOf(tree, background)
    for (let other = 0; other < background.count; other++) base += at(tree.leaf, leafAt(tree, ways, other * tree.nodes))
    if (tree.nodes > 0) addTree(tree, ways, { rows, values })
  }
  for (let i = 0; i < values.length; i++) values[i] = at(values, i) / background.count
  return { base: (sum.start[output] ?? 0) + base / background.count, values }
}

interface Comparison {
  readonly rows: Rows
  readonly background: Rows
}

function addTree(tree: OneTree, ways: Uint8Array, { rows, values }: { readonly rows: Rows; readonly values: Float64Array }): void {
  const { nodes } = tree
  const others = Array.from({ length: ways.length / nodes }, (_, other) => ways.subarray(other * nodes, (other + 1) * nodes))
  const own = waysOf(tree, rows)
  const nothing = new Uint8Array(0)
  const pair: Pair = {
    ...{ tree, weights: weightsOf(tree), decided: new Uint8Array(rows.width) },
    ...{ own: nothing, other: nothing, sums: values, ifHeld: 0, ifLacking: 0 },
  }
  for (let row = 0; row < rows.count; row++) {
    pair.own = own.subarray(row * nodes, (row + 1) * nodes)
    pair.sums = rowAt({ ...rows, values }, row)
    for (const other of others) {
      pair.other = other
      compare(pair, 0, 0, 0)
    }
  }
}

/** Row by row, for each node 0 where the row goes left and 1 where it goes right. */
function waysOf({ nodes, feature, goesLeft }: OneTree, { count, width, values }: Rows): Uint8Array {
  const ways = new Uint8Array(count * nodes)
  for (let row = 0; row < count; row++) {
    for (let node = 0; node < nodes; node++)
      ways[row * nodes + node] = goesLeft(node, at(values, row * width + (feature[node] ?? 0))) ? 0 : 1
  }
  return ways
}

function leafAt({ nodes, child }: OneTree, ways: Uint8Array, from: number): number {
  if (nodes === 0) return 0
  let node = 0
  while (node >= 0) node = child[2 * node + (ways[from + node] ?? 0)] ?? 0
  return ~node
}

/** Who decides a column on the way down: nobody yet, the row (it is held), or the background row (it is not). */
const undecided = 0
const held = 1
const lacking = 2

/** One row beside one other, as the walk goes on. */
interface Pair {
  readonly tree: OneTree
  readonly weights: Weights
  /** By column. */
  readonly decided: Uint8Array
  /** The ways of the row and of the other. */
  own: Uint8Array
  other: Uint8Array
  /** Values by column, added to. */
  sums: Float64Array
  /** What the leaves just walked count for one column that is held, and for one that is not. */
  ifHeld: number
  ifLacking: number
}

/** Walks from a node or leaf on; `a` columns are held and `b` lacking by then. */
function compare(pair: Pair, link: number, a: number, b: number): void {
  const end = follow(pair, link)
  if (end >= 0) {
    part(pair, end, a, b)
    return
  }
  const { tree, weights } = pair
  const value = at(tree.leaf, ~end)
  pair.ifHeld = value * at(weights.held, a * weights.width + b)
  pair.ifLacking = value * at(weights.lacking, a * weights.width + b)
}

/** To the leaf, or to a node where the two part on a column that nobody has decided. */
function follow({ tree: { feature, child }, decided, own, other }: Pair, link: number): number {
  let next = link
  while (next >= 0) {
    const by = decided[feature[next] ?? 0]
    const mine = own[next] ?? 0
    const theirs = other[next] ?? 0
    if (mine !== theirs && by === undecided) return next
    next = child[2 * next + (by === lacking ? theirs : mine)] ?? 0
  }
  return next
}

function part(pair: Pair, node: number, a: number, b: number): void {
  const { tree, decided, own, other, sums } = pair
  const column = tree.feature[node] ?? 0
  decided[column] = held
  compare(pair, tree.child[2 * node + (own[node] ?? 0)] ?? 0, a + 1, b)
  const { ifHeld, ifLacking } = pair
  decided[column] = lacking
  compare(pair, tree.child[2 * node + (other[node] ?? 0)] ?? 0, a, b + 1)
  decided[column] = undecided
  addAt(sums, column, ifHeld + pair.ifLacking)
  pair.ifHeld += ifHeld
  pair.ifLacking += ifLacking
}

interface Weights {
  /** Length of a line of the tables, which are asked by a x width + b. */
  readonly width: number
  readonly held: Float64Array
  readonly lacking: Float64Array
}

/** (a - 1)! b! / (a + b)! = 1 / (a C(a + b, a)), and the same with a and b changed, negative. */
function weightsOf({ nodes, child, feature }: OneTree): Weights {
  /** No more columns are held and lacking than a path is long, or than the tree asks. */
  const width = Math.min(depthOf(nodes, child), new Set(feature).size) + 1
  const held = new Float64Array(width * width)
  const lacking = new Float64Array(width * width)
  for (let a = 0; a < width; a++) {
    let choices = 1
    for (let b = 0; b < width; b++) {
      if (b > 0) choices = (choices * (a + b)) / b
      held[a * width + b] = a > 0 ? 1 / (a * choices) : 0
      lacking[a * width + b] = b > 0 ? -1 / (b * choices) : 0
    }
  }
  return { width, held, lacking }
}

/** Children lie after their parent. */
function depthOf(nodes: number, child: Int32Array): number {
  const depths = new Int32Array(nodes)
  let most = 0
  for (let node = 0; node < nodes; node++) {
    const depth = (depths[node] ?? 0) + 1
    most = Math.max(most, depth)
    for (let edge = 2 * node; edge < 2 * node + 2; edge++) {
      const next = child[edge] ?? 0
      if (next >= 0) depths[next] = depth
    }
  }
  return most
}
