/** A tree model as a sum of trees: what TreeSHAP needs to know of boosting, forests and single trees alike. */
import { type Trees, treeCount } from '../models/trees/trees.ts'
import { leftRule } from '../models/trees/walk.ts'

/** Output k is `start[k]` + `scale` x the sum over trees of number `slotOf(tree, k)` of the leaf that a row reaches. */
export interface TreeSum {
  readonly trees: Trees
  readonly start: Float64Array
  readonly scale: number
  /** Which number of its leaves a tree adds to an output; -1: the tree has nothing to say about it. */
  readonly slotOf: (tree: number, output: number) => number
}

/** One tree of a sum for one output, its nodes and leaves counted from 0. */
export interface OneTree {
  readonly nodes: number
  readonly feature: Int32Array
  /** By node, left then right: c >= 0 is a node, c < 0 is leaf ~c. */
  readonly child: Int32Array
  /** By node, left then right: the share of the training rows of the node that went there. */
  readonly share: Float64Array
  /** What each leaf adds to the output, scaled. */
  readonly leaf: Float64Array
  /** Whether a node sends a value left. */
  readonly goesLeft: (node: number, x: number) => boolean
}

/** The trees that speak for an output, one after the other. */
export function* treesFor({ trees, scale, slotOf }: TreeSum, output: number): Generator<OneTree> {
  const rule = leftRule(trees)
  for (let tree = 0; tree < treeCount(trees); tree++) {
    const slot = slotOf(tree, output)
    if (slot < 0) continue
    const [first = 0, end = 0] = trees.nodes.subarray(tree, tree + 2)
    const [firstLeaf = 0, endLeaf = 0] = trees.leaves.subarray(tree, tree + 2)
    yield {
      nodes: end - first,
      feature: trees.feature.subarray(first, end),
      ...linksOf(trees, { first, end, firstLeaf }),
      leaf: Float64Array.from(
        { length: endLeaf - firstLeaf },
        (_, i) => scale * (trees.leafValue[(firstLeaf + i) * trees.width + slot] ?? 0),
      ),
      goesLeft: (node, x) => rule(first + node, x),
    }
  }
}

/** Shares are of both children's cover, so that they add up to 1 whatever an imported tree says of the node itself. */
function linksOf(
  { left, right, cover, leafCover }: Trees,
  { first, end, firstLeaf }: { readonly first: number; readonly end: number; readonly firstLeaf: number },
): Pick<OneTree, 'child' | 'share'> {
  const child = new Int32Array(2 * (end - first))
  const share = new Float64Array(child.length)
  const own = (link: number): number => (link >= 0 ? link - first : ~(~link - firstLeaf))
  const coverOf = (link: number): number => (link >= 0 ? cover[link] : leafCover[~link]) ?? 0
  for (let node = first; node < end; node++) {
    const at = 2 * (node - first)
    const links = [left[node] ?? 0, right[node] ?? 0] as const
    const [toLeft, toRight] = [coverOf(links[0]), coverOf(links[1])]
    const total = toLeft + toRight
    child[at] = own(links[0])
    child[at + 1] = own(links[1])
    share[at] = total > 0 ? toLeft / total : 0.5
    share[at + 1] = total > 0 ? toRight / total : 0.5
  }
  return { child, share }
}
