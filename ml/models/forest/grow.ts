/**
 * Grows a tree to the end, depth first, on a few columns drawn anew in every node (Breiman 2001). The rows of a node lie
 * side by side in one list; dividing a node divides its part of the list in place.
 */
import { type Trees, treeKind } from '../trees/trees.ts'
import { newCandidates, resetCandidates, search } from './candidates.ts'
import { type ForestColumns, maxBins } from './columns.ts'
import { addSet, clear, type Draft, finish, hang, makeRoom, newDraft } from './draft.ts'
import type { Sample } from './sample.ts'
import { divide, type Judge } from './split.ts'

export interface GrowOptions {
  /** Columns drawn in a node. */
  readonly maxFeatures: number
  /** Nodes of fewer rows are leaves. */
  readonly minSplit: number
  /** Most splits from root to leaf. */
  readonly maxDepth: number
}

export interface Grown {
  readonly trees: Trees
  /** By row: the leaf that a row outside the sample falls into; -1 for the sample's own. */
  readonly outside: Int32Array
}

/** Uses its memory again from tree to tree. The judge must have begun the sample; `random` draws columns. */
export function treeGrower(columns: ForestColumns, judge: Judge, options: GrowOptions): (sample: Sample, random: () => number) => Grown {
  const plot = newPlot(columns, judge)
  const candidates = newCandidates(columns.count)
  const { draft } = plot
  return (sample, random) => {
    clear(draft)
    resetCandidates(candidates)
    const outside = new Int32Array(columns.rows).fill(-1)
    /** Of a waiting node: its rows, its rows outside the sample, depth, link to the parent, constant columns. */
    const stack = [0, sample.rows.length, 0, sample.outside.length, 0, -1, 0]
    while (stack.length > 0) {
      const [known, link, depth] = [pop(stack), pop(stack), pop(stack)]
      const [outTo, outFrom, to, from] = [pop(stack), pop(stack), pop(stack), pop(stack)]
      makeRoom(draft)
      const mixed = judge.enter(from, to)
      const divisible = mixed && to - from >= options.minSplit && depth < options.maxDepth
      if (!divisible || !search(candidates, judge, { known, most: options.maxFeatures, random })) {
        const leaf = addLeaf(plot, link)
        for (let i = outFrom; i < outTo; i++) outside[sample.outside[i] ?? 0] = leaf
        continue
      }
      const node = addNode(plot, link)
      const middle = partition(plot, sample.rows, from, to)
      if (!judge.best.hasMissing) setMissing(plot, node, 2 * (middle - from) >= to - from)
      const outMiddle = partition(plot, sample.outside, outFrom, outTo)
      stack.push(middle, to, outMiddle, outTo, depth + 1, 2 * node + 1, candidates.known)
      stack.push(from, middle, outFrom, outMiddle, depth + 1, 2 * node, candidates.known)
    }
    return { trees: finish(draft), outside }
  }
}

const pop = (stack: number[]): number => stack.pop() ?? 0

/** What stays the same from node to node. */
export interface Plot {
  readonly columns: ForestColumns
  readonly judge: Judge
  readonly draft: Draft
  /** By bin: 1 where the division of the node at hand sends rows left. */
  readonly goesLeft: Uint8Array
  /** Rows that go right, while a node is divided. */
  readonly aside: Int32Array
}

export const newPlot = (columns: ForestColumns, judge: Judge): Plot => ({
  columns,
  judge,
  draft: newDraft(judge.width),
  goesLeft: new Uint8Array(maxBins),
  aside: new Int32Array(columns.rows),
})

/** The node that the judge has entered becomes a leaf. */
export function addLeaf({ draft, judge }: Plot, link: number): number {
  const leaf = draft.leaves++
  hang(draft, link, ~leaf)
  draft.leafCover[leaf] = judge.weight()
  judge.answer(draft.leafValue, leaf * draft.width)
  return leaf
}

/** The node that the judge has entered is divided by its best split; `goesLeft` tells how. */
export function addNode({ draft, judge, columns, goesLeft }: Plot, link: number): number {
  const { best } = judge
  const node = draft.nodes++
  hang(draft, link, node)
  const threshold = divide(columns, best, goesLeft)
  const isCategory = columns.category[best.column] === 1
  draft.feature[node] = best.column
  draft.kind[node] = isCategory ? treeKind.category : best.missingLeft ? treeKind.missingLeft : 0
  draft.threshold[node] = isCategory ? addSet(draft, codesOf(columns, best.column, goesLeft)) : threshold
  draft.gain[node] = judge.gain()
  draft.cover[node] = judge.weight()
  judge.answer(draft.value, node * draft.width)
  return node
}

function codesOf({ low, values }: ForestColumns, column: number, goesLeft: Uint8Array): readonly number[] {
  const codes: number[] = []
  for (let bin = 0; bin < (values[column] ?? 0); bin++) if (goesLeft[bin] === 1) codes.push(low[column * maxBins + bin] ?? 0)
  return codes
}

/** Where nothing was missing, what is missing later goes with the larger side. Categories always send it right. */
export function setMissing({ draft, columns, judge, goesLeft }: Plot, node: number, left: boolean): void {
  const { column } = judge.best
  if (columns.category[column] === 1 || !left) return
  draft.kind[node] = treeKind.missingLeft
  goesLeft[columns.values[column] ?? 0] = 1
}

/** Moves the rows that go left to the front, keeping their order; gives where those that go right begin. */
export function partition({ columns, judge, goesLeft, aside }: Plot, rows: Int32Array, from: number, to: number): number {
  const { bins } = columns
  const start = judge.best.column * columns.rows
  let lefts = from
  let rights = 0
  for (let i = from; i < to; i++) {
    const row = rows[i] ?? 0
    const left = goesLeft[bins[start + row] ?? 0] ?? 0
    /** Both are written and one counts: a branch would be guessed wrong every other time. */
    rows[lefts] = row
    aside[rights] = row
    lefts += left
    rights += 1 - left
  }
  for (let i = 0; i < rights; i++) rows[lefts + i] = aside[i] ?? 0
  return lefts
}
