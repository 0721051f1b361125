/** A fitted tree as JSON: parallel lists over its inner nodes and leaves, so it is small, exact and fast to read. */
import { z } from 'zod'
import { numberLists, numbers } from '../numbers.ts'

/**
 * Node 0 is the root; a child c >= 0 is a node, c < 0 is leaf ~c. A tree without nodes is its one leaf.
 * A number goes left when `x <= threshold`. A category goes left when its code is in `sets[threshold]`, and right
 * when it is missing or unknown; a missing number goes left where `missing` is 1.
 */
export const treeSchema = z
  .strictObject({
    feature: numbers.describe('Column that each node asks, by position'),
    threshold: numbers.describe('Largest number that goes left, or the position in sets for a category'),
    missing: numbers.describe('1 where a missing number goes left, else 0'),
    left: numbers.describe('Left child of each node'),
    right: numbers.describe('Right child of each node'),
    gain: numbers.describe('What each split gained in the criterion'),
    cover: numbers.describe('Training rows that reached each node'),
    value: numbers.describe('What each node would answer as a leaf, first output only'),
    leafCover: numbers.describe('Training rows in each leaf'),
    leafValue: numbers.describe('Outputs of each leaf, leaf by leaf'),
    sets: numberLists.describe('Category codes that go left'),
  })
  .refine(isWellFormed, 'the tree is not well formed')

export type Tree = z.infer<typeof treeSchema>

/** Children lie after their parent and inside the lists, so that walking the tree always ends. */
function isWellFormed(tree: {
  readonly feature: readonly number[]
  readonly threshold: readonly number[]
  readonly missing: readonly number[]
  readonly left: readonly number[]
  readonly right: readonly number[]
  readonly leafCover: readonly number[]
  readonly leafValue: readonly number[]
}): boolean {
  const nodes = tree.feature.length
  const leaves = nodes + 1
  const lists = [tree.threshold, tree.missing, tree.left, tree.right]
  if (lists.some((list) => list.length !== nodes) || tree.leafCover.length !== leaves) return false
  if (tree.leafValue.length === 0 || tree.leafValue.length % leaves !== 0) return false
  for (let node = 0; node < nodes; node++) {
    for (const child of [tree.left[node] ?? 0, tree.right[node] ?? 0]) {
      if (!Number.isInteger(child) || child >= nodes || ~child >= leaves || (child >= 0 && child <= node)) return false
    }
  }
  return true
}
