/** A tree while it grows: lists over its nodes, in the order in which leaves were split. */
import type { Tree } from '../trees/tree.ts'
import type { Field } from './field.ts'
import type { Leaf } from './grow.ts'

export type Draft = { [K in 'feature' | 'threshold' | 'missing' | 'left' | 'right' | 'gain' | 'value']: number[] } & { sets: number[][] }

export const newDraft = (): Draft => ({ feature: [], threshold: [], missing: [], left: [], right: [], gain: [], value: [], sets: [] })

interface Decision {
  readonly column: number
  readonly gain: number
  readonly lastLeft: number
  readonly missingLeft: boolean
  readonly leftBins: readonly number[] | null
}

/** Turns a leaf into a node and returns its number. Bins become numbers and codes of the column. */
export function draftNode(draft: Draft, { heap, layout, codes }: Field, leaf: Leaf, { column, gain, ...to }: Decision): number {
  const node = draft.feature.length
  if (leaf.parent >= 0) draft[leaf.side][leaf.parent] = node
  draft.feature.push(column)
  draft.missing.push(to.missingLeft ? 1 : 0)
  draft.left.push(0)
  draft.right.push(0)
  draft.gain.push(gain)
  draft.value.push(leaf.value)
  if (to.leftBins === null) draft.threshold.push(heap[layout.upper / 8 + 256 * column + to.lastLeft] ?? Number.MAX_VALUE)
  else {
    draft.threshold.push(draft.sets.length)
    draft.sets.push(to.leftBins.map((bin) => codes[column]?.[bin] ?? 0).sort((a, b) => a - b))
  }
  return node
}

/** Links the leaves and adds up covers from below; `weigh` gives a leaf's, its rows where absent. */
export function finishTree(draft: Draft, leaves: readonly Leaf[], weigh: (leaf: Leaf) => number = ({ count }) => count): Tree {
  for (const [index, leaf] of leaves.entries()) if (leaf.parent >= 0) draft[leaf.side][leaf.parent] = ~index
  const leafCover = leaves.map(weigh)
  const cover = new Array<number>(draft.feature.length).fill(0)
  const under = (child: number): number => (child < 0 ? leafCover[~child] : cover[child]) ?? 0
  for (let node = cover.length - 1; node >= 0; node--) cover[node] = under(draft.left[node] ?? 0) + under(draft.right[node] ?? 0)
  return { ...draft, cover, leafCover, leafValue: leaves.map(({ value }) => value) }
}
