/** Grows a tree of limited size, always dividing the leaf that gains most (as scikit-learn's max_leaf_nodes and LightGBM do). */
import type { Trees } from '../trees/trees.ts'
import type { ForestColumns } from './columns.ts'
import { clear, finish, makeRoom } from './draft.ts'
import { addLeaf, addNode, newPlot, type Plot, partition, setMissing } from './grow.ts'
import type { Sample } from './sample.ts'
import { copySplit, type Judge, newSplit, type Split } from './split.ts'

export interface LeafwiseOptions {
  /** Most leaves. */
  readonly leaves: number
  /** Nodes of fewer rows are leaves. */
  readonly minSplit: number
  /** Most splits from root to leaf. */
  readonly maxDepth: number
}

/** A leaf that may be divided yet. */
interface Leaf {
  readonly from: number
  readonly to: number
  readonly depth: number
  /** The child of which node it is; see `addNode`. */
  readonly link: number
  /** What dividing it gains; 0 when it can't be divided. */
  readonly gain: number
  readonly split: Split
}

/** All columns compete for every split. The judge must have begun the sample, whose rows are reordered. */
export function growLeafwise(columns: ForestColumns, judge: Judge, sample: Sample, options: LeafwiseOptions): Trees {
  const plot = newPlot(columns, judge)
  clear(plot.draft)
  const consider = (leaf: Pick<Leaf, 'from' | 'to' | 'depth' | 'link'>): Leaf => considered(plot, leaf, options)
  const leaves = [consider({ from: 0, to: sample.rows.length, depth: 0, link: -1 })]
  while (leaves.length < options.leaves) {
    const at = mostGaining(leaves)
    const leaf = leaves[at]
    if (leaf === undefined) break
    const { from, to, link } = leaf
    makeRoom(plot.draft)
    judge.enter(from, to)
    copySplit(judge.best, leaf.split)
    const node = addNode(plot, link)
    const middle = partition(plot, sample.rows, from, to)
    if (!judge.best.hasMissing) setMissing(plot, node, 2 * (middle - from) >= to - from)
    const depth = leaf.depth + 1
    leaves[at] = consider({ from, to: middle, depth, link: 2 * node })
    leaves.push(consider({ from: middle, to, depth, link: 2 * node + 1 }))
  }
  for (const { from, to, link } of leaves) {
    makeRoom(plot.draft)
    judge.enter(from, to)
    addLeaf(plot, link)
  }
  return finish(plot.draft)
}

function considered({ judge, columns }: Plot, leaf: Pick<Leaf, 'from' | 'to' | 'depth' | 'link'>, options: LeafwiseOptions): Leaf {
  const split = newSplit()
  const { from, to, depth } = leaf
  if (to - from < options.minSplit || depth >= options.maxDepth || !judge.enter(from, to)) return { ...leaf, gain: 0, split }
  for (let column = 0; column < columns.count; column++) judge.consider(column)
  copySplit(split, judge.best)
  return { ...leaf, gain: split.column < 0 ? 0 : judge.gain(), split }
}

/** The leaf whose split gains most; -1 when no split gains anything. */
function mostGaining(leaves: readonly Leaf[]): number {
  let best = -1
  let most = 0
  for (const [index, { gain }] of leaves.entries()) {
    if (gain <= most) continue
    best = index
    most = gain
  }
  return best
}
