/** One tree as it grows: parallel lists over its inner nodes and leaves. `packTrees` lays finished ones end to end. */

/**
 * Node 0 is the root; a child c >= 0 is a node, c < 0 is leaf ~c. A tree without nodes is its one leaf.
 * A number goes left when `x <= threshold`, and where it is missing when `missing` is 1. A category goes left when its
 * code is in `sets[threshold]`, and right when it is missing or unknown.
 */
export interface Tree {
  /** By node: the column it asks, by position. */
  readonly feature: readonly number[]
  /** By node: the largest number that goes left, or the position in `sets`. */
  readonly threshold: readonly number[]
  readonly missing: readonly number[]
  readonly left: readonly number[]
  readonly right: readonly number[]
  /** By node: what the split gained in its criterion. */
  readonly gain: readonly number[]
  /** By node: training rows (their weights) that reached it. */
  readonly cover: readonly number[]
  /** By node: what it would answer as a leaf; as many numbers as a leaf has. */
  readonly value: readonly number[]
  readonly leafCover: readonly number[]
  /** Outputs of each leaf, leaf by leaf. */
  readonly leafValue: readonly number[]
  /** Category codes that go left. */
  readonly sets: readonly (readonly number[])[]
}
