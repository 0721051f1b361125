/** Many trees laid end to end in typed arrays: the loop that every prediction of a tree model runs. */
import type { InputColumn } from '../problem.ts'
import type { Tree } from './tree.ts'

/** Finds the leaf of each tree. `leafOf(tree, row)` counts leaves over all trees; `values` is indexed by it. */
export interface Forest {
  readonly trees: number
  /** Outputs of every leaf of every tree, `outputs` numbers each. */
  readonly values: Float64Array
  leafOf(tree: number, row: Float64Array): number
}

/** Throws a RangeError when a tree asks for a column that is not there. */
export function layOut(trees: readonly Tree[], columns: readonly InputColumn[]): Forest {
  const nodes = placeNodes(trees, columns)
  const { roots, feature, threshold, left, right, missingLeft, setStart, setSize, members } = nodes
  const goesLeft = (at: number, x: number): boolean => {
    const set = setStart[at] ?? -1
    if (set >= 0) return x >= 0 && x < (setSize[at] ?? 0) && members[set + x] === 1
    return Number.isNaN(x) ? missingLeft[at] === 1 : x <= (threshold[at] ?? 0)
  }
  return {
    trees: trees.length,
    values: Float64Array.from(trees.flatMap((tree) => tree.leafValue)),
    leafOf: (tree, row) => {
      let at = roots[tree] ?? 0
      while (at >= 0) at = (goesLeft(at, row[feature[at] ?? 0] ?? Number.NaN) ? left[at] : right[at]) ?? 0
      return ~at
    },
  }
}

interface Nodes {
  /** First node of each tree; ~leaf for a tree without nodes. */
  readonly roots: Int32Array
  readonly feature: Int32Array
  readonly threshold: Float64Array
  readonly left: Int32Array
  readonly right: Int32Array
  readonly missingLeft: Uint8Array
  /** Of a category's set: where it starts in `members`, and how many codes it spans. A start of -1 marks a number. */
  readonly setStart: Int32Array
  readonly setSize: Int32Array
  readonly members: Uint8Array
}

function placeNodes(trees: readonly Tree[], columns: readonly InputColumn[]): Nodes {
  const all = <T>(list: (tree: Tree, firstNode: number, firstLeaf: number) => readonly T[]): readonly T[] => {
    let node = 0
    let leaf = 0
    return trees.flatMap((tree) => {
      const listed = list(tree, node, leaf)
      node += tree.feature.length
      leaf += tree.leafCover.length
      return listed
    })
  }
  const placed = (children: readonly number[], firstNode: number, firstLeaf: number): readonly number[] =>
    children.map((child) => (child < 0 ? ~(firstLeaf + ~child) : firstNode + child))
  const sets = all((tree) => tree.feature.map((column, i) => setOf(tree, i, columns[column])))
  const starts: number[] = []
  const members: number[] = []
  for (const set of sets) {
    starts.push(set === null ? -1 : members.length)
    for (const isMember of set ?? []) members.push(isMember)
  }
  return {
    roots: Int32Array.from(all((tree, firstNode, firstLeaf) => [tree.feature.length === 0 ? ~firstLeaf : firstNode])),
    feature: Int32Array.from(all((tree) => tree.feature)),
    threshold: Float64Array.from(all((tree) => tree.threshold)),
    left: Int32Array.from(all((tree, firstNode, firstLeaf) => placed(tree.left, firstNode, firstLeaf))),
    right: Int32Array.from(all((tree, firstNode, firstLeaf) => placed(tree.right, firstNode, firstLeaf))),
    missingLeft: Uint8Array.from(all((tree) => tree.missing)),
    setStart: Int32Array.from(starts),
    setSize: Int32Array.from(sets, (set) => set?.length ?? 0),
    members: Uint8Array.from(members),
  }
}

/** By code, 1 for those that go left; null when the node asks for a number. */
function setOf(tree: Tree, node: number, column: InputColumn | undefined): readonly number[] | null {
  if (column === undefined) throw new RangeError('A tree asks for a column that the model does not have.')
  if (column.type === 'number') return null
  const codes = new Set(tree.sets[tree.threshold[node] ?? -1] ?? [])
  return Array.from({ length: Math.max(-1, ...codes) + 1 }, (_, code) => (codes.has(code) ? 1 : 0))
}
