/**
 * Exact TreeSHAP as trees themselves weigh what is unknown (Lundberg et al. 2020, "path-dependent"): where a coalition does
 * not hold a column, a node splits by the share of training rows that went each way.
 *
 * The idea: a leaf on a path of columns j is worth v(S) = value · Π_{j in S} o_j · Π_{j not in S} z_j, where o_j is 1 if
 * the row meets all conditions on column j, and z_j the share of training rows that did. For such a product the Shapley
 * value of column i is an integral (Owen 1972),
 *
 *   φ_i = value · (o_i - z_i) · ∫ Π_{j ≠ i} f_j(t) dt from 0 to 1,    f_j(t) = z_j + t (o_j - z_j),
 *
 * of a polynomial, which Gauss and Legendre's rule takes exactly from half as many points t as the path has columns. So a
 * tree is walked once: down, each edge multiplies the products Π f_j(t) of the edge above; up, the leaves' value · Π f_j(t)
 * add up, and each edge adds their dot product with (o_i - z_i) / f_i(t) to its column. That is the linear time of Linear
 * TreeSHAP (Yu et al. 2022) without its division of polynomials: all terms have one sign, so no digits are lost.
 *
 * A column that is asked again on a path merges with its edge above: the lower edge puts its f_j in place of the upper one.
 * All of this depends on a row only through the o of an edge and of the edge it merges with, so the factors of each case
 * are laid out per tree before the rows come.
 */
import { addAt, at } from '../models/at.ts'
import { gaussLegendre, type Rule } from './quadrature.ts'
import type { Rows, Shap } from './shapley.ts'
import { type OneTree, type TreeSum, treesFor } from './tree-sum.ts'

/** Shapley values of one output for every row. O(rows x leaves x longest path). */
export function pathShap(sum: TreeSum, output: number, rows: Rows): Shap {
  const values = new Float64Array(rows.count * rows.width)
  let base = sum.start[output] ?? 0
  for (const tree of treesFor(sum, output)) {
    const paths = pathsOf(tree)
    base += expectation(tree, paths)
    if (tree.nodes > 0) addTree(tree, paths, { rows, values })
  }
  return { base, values }
}

/** Edges are numbered 2 x node + side. */
interface Paths {
  /** By node: the edge that leads to it; -1 at the root. */
  readonly above: Int32Array
  /** By edge: the nearest edge above that asks the same column; -1 if there is none. */
  readonly merged: Int32Array
  /** By edge: z, the share of training rows that meet its conditions and those of the edges it merges with. */
  readonly zero: Float64Array
  /** Most columns on a path. */
  readonly columns: number
}

function pathsOf(tree: OneTree): Paths {
  const above = edgesAbove(tree)
  const merged = Int32Array.from({ length: 2 * tree.nodes }, (_, edge) => edgeToMerge(tree, above, edge >> 1))
  const zero = tree.share.slice()
  const lengths = new Int32Array(merged.length).fill(1)
  let columns = 0
  for (let edge = 0; edge < merged.length; edge++) {
    const up = above[edge >> 1] ?? -1
    const same = merged[edge] ?? -1
    if (same >= 0) zero[edge] = at(zero, edge) * at(zero, same)
    if (up >= 0) lengths[edge] = (lengths[up] ?? 0) + (same >= 0 ? 0 : 1)
    columns = Math.max(columns, lengths[edge] ?? 0)
  }
  return { above, merged, zero, columns }
}

function edgesAbove({ nodes, child }: OneTree): Int32Array {
  const above = new Int32Array(nodes).fill(-1)
  for (const [edge, next] of child.entries()) if (next >= 0) above[next] = edge
  return above
}

function edgeToMerge({ feature }: OneTree, above: Int32Array, node: number): number {
  let edge = above[node] ?? -1
  while (edge >= 0 && feature[edge >> 1] !== feature[node]) edge = above[edge >> 1] ?? -1
  return edge
}

/** What the tree answers when nothing is known: each leaf by the share of training rows in it. */
function expectation({ nodes, child, share, leaf }: OneTree, { above }: Paths): number {
  if (nodes === 0) return at(leaf, 0)
  const reached = new Float64Array(nodes)
  let sum = 0
  for (let node = 0; node < nodes; node++) {
    const up = above[node] ?? -1
    reached[node] = up < 0 ? 1 : at(reached, up >> 1) * at(share, up)
    for (let edge = 2 * node; edge < 2 * node + 2; edge++) {
      const next = child[edge] ?? 0
      if (next < 0) sum += at(reached, node) * at(share, edge) * at(leaf, ~next)
    }
  }
  return sum
}

/**
 * What an edge does in each of its cases, one number per point. An edge that merges with none has case 0 (the row meets
 * it) and 1 (it does not); one that merges has 0 (meets both), 1 (meets only the upper), 2 (did not meet the upper).
 */
interface Factors {
  readonly points: number
  /** f in place of the f above: what the product down the path is multiplied by. 3 cases. */
  readonly down: Float64Array
  /** Weight x (o - z) / f, less that of the edge above, which counted the same leaves. 3 cases; nothing in case 2. */
  readonly up: Float64Array
}

const cases = 3

function factorsOf({ merged, zero }: Paths, rule: Rule): Factors {
  const points = rule.points.length
  const down = new Float64Array(merged.length * cases * points)
  const up = new Float64Array(down.length)
  for (let edge = 0; edge < merged.length; edge++) {
    const z = at(zero, edge)
    const same = merged[edge] ?? -1
    const y = same < 0 ? 1 : at(zero, same)
    for (let q = 0; q < points; q++) {
      const t = at(rule.points, q)
      const weight = at(rule.weights, q)
      /** (o - z) / f where the row meets the conditions and where it does not: there it is -z / (z (1 - t)). */
      const met = (share: number): number => (1 - share) / (share + t * (1 - share))
      const unmet = -1 / (1 - t)
      const f = z + t * (1 - z)
      const at0 = edge * cases * points + q
      const above = y + t * (1 - y)
      down[at0] = f / above
      down[at0 + points] = (z * (1 - t)) / above
      down[at0 + 2 * points] = y > 0 ? z / y : 0
      up[at0] = weight * (met(z) - (same < 0 ? 0 : met(y)))
      up[at0 + points] = weight * (unmet - (same < 0 ? 0 : met(y)))
    }
  }
  return { points, down, up }
}

function addTree(tree: OneTree, paths: Paths, { rows, values }: { readonly rows: Rows; readonly values: Float64Array }): void {
  const factors = factorsOf(paths, gaussLegendre(Math.max(1, Math.ceil(paths.columns / 2))))
  const { points } = factors
  const edges = 2 * tree.nodes
  const met = new Uint8Array(edges)
  const place = new Int32Array(edges)
  /** Products by edge and point, from place 1 on; place 0 is the root's, all 1. */
  const products = new Float64Array((edges + 1) * points).fill(1, 0, points)
  for (let row = 0; row < rows.count; row++) {
    const from = row * rows.width
    meet(tree, paths, { row: rows.values, from, points, met, place })
    descend(tree, paths, { factors, place, products })
    ascend(tree, paths, { factors, place, products, values, from })
  }
}

/** Which conditions the row meets, and with that where the factors of each edge lie. */
function meet(
  { nodes, feature, goesLeft }: OneTree,
  { merged }: Paths,
  {
    row,
    from,
    points,
    met,
    place,
  }: {
    readonly row: Float64Array
    readonly from: number
    readonly points: number
    readonly met: Uint8Array
    readonly place: Int32Array
  },
): void {
  for (let node = 0; node < nodes; node++) {
    const left = goesLeft(node, at(row, from + (feature[node] ?? 0))) ? 1 : 0
    const same = merged[2 * node] ?? -1
    const possible = same < 0 ? 1 : (met[same] ?? 0)
    const edge = 2 * node
    met[edge] = possible & left
    met[edge + 1] = possible & (1 - left)
    place[edge] = (edge * cases + (possible === 0 ? 2 : 1 - left)) * points
    place[edge + 1] = ((edge + 1) * cases + (possible === 0 ? 2 : left)) * points
  }
}

interface Walk {
  readonly factors: Factors
  readonly place: Int32Array
  readonly products: Float64Array
}

/** Products of the factors from the root to each edge; at a leaf times its value. */
function descend({ nodes, child, leaf }: OneTree, { above }: Paths, { factors: { points, down }, place, products }: Walk): void {
  for (let node = 0; node < nodes; node++) {
    const from = ((above[node] ?? -1) + 1) * points
    for (let edge = 2 * node; edge < 2 * node + 2; edge++) {
      const factor = place[edge] ?? 0
      const to = (edge + 1) * points
      const next = child[edge] ?? 0
      const value = next < 0 ? at(leaf, ~next) : 1
      for (let q = 0; q < points; q++) products[to + q] = value * at(products, from + q) * at(down, factor + q)
    }
  }
}

/** Sums over the leaves below each edge, and from them what each edge gives its column. */
function ascend(
  { nodes, feature }: OneTree,
  { above }: Paths,
  { factors: { points, up }, place, products, values, from }: Walk & { readonly values: Float64Array; readonly from: number },
): void {
  for (let node = nodes - 1; node >= 0; node--) {
    const to = ((above[node] ?? -1) + 1) * points
    const [left, right] = [(2 * node + 1) * points, (2 * node + 2) * points]
    const [upLeft, upRight] = [place[2 * node] ?? 0, place[2 * node + 1] ?? 0]
    let sum = 0
    for (let q = 0; q < points; q++) {
      const [a, b] = [at(products, left + q), at(products, right + q)]
      sum += a * at(up, upLeft + q) + b * at(up, upRight + q)
      if (node > 0) products[to + q] = a + b
    }
    addAt(values, from + (feature[node] ?? 0), sum)
  }
}
