/** Trees grown at random and Shapley values by their definition: what fast ways are held against. */
import type { InputColumn } from '../models/problem.ts'
import type { Tree } from '../models/trees/tree.ts'
import { packTrees, type Trees, treeKind } from '../models/trees/trees.ts'
import type { Rows } from './shapley.ts'
import { type OneTree, type TreeSum, treesFor } from './tree-sum.ts'

/** Numbers, but for every third column, which has eight categories. */
export function columnsFor(count: number): readonly InputColumn[] {
  return Array.from({ length: count }, (_, i) =>
    i % 3 === 2 ? { name: `c${i}`, type: 'category', levels: [...'abcdefgh'] } : { name: `x${i}`, type: 'number' },
  )
}

/** Rows of those columns; some values are missing, some categories unknown. */
export function randomRows(columns: readonly InputColumn[], count: number, random: () => number): Rows {
  const width = columns.length
  const values = Float64Array.from({ length: count * width }, (_, i) => {
    const kind = random()
    if (columns[i % width]?.type === 'category') return kind < 0.1 ? Number.NaN : kind < 0.2 ? -1 : Math.floor(8 * random())
    return kind < 0.15 ? Number.NaN : kind < 0.25 ? 0 : random() - 0.3
  })
  return { count, width, values }
}

export interface Growth {
  readonly leaves: number
  /** Numbers a leaf answers. */
  readonly width: number
  readonly random: () => number
}

/** A tree as it grows, in the lists of `Tree`. */
interface Draft {
  readonly feature: number[]
  readonly threshold: number[]
  readonly missing: number[]
  readonly left: number[]
  readonly right: number[]
  readonly sets: number[][]
}

/** A tree that splits a random leaf on a random column until it has enough. Every tenth leaf has no cover. */
function randomTree(columns: readonly InputColumn[], growth: Growth): Tree {
  const { leaves, width, random } = growth
  const draft: Draft = { feature: [], threshold: [], missing: [], left: [], right: [], sets: [] }
  /** Where the link to each leaf stands; the first leaf is the root. */
  const open: { readonly node: number; readonly side: 'left' | 'right' }[] = [{ node: -1, side: 'left' }]
  while (open.length < leaves) {
    const [leaf] = open.splice(Math.floor(random() * open.length), 1)
    const node = addNode(draft, columns, random)
    if (leaf !== undefined && leaf.node >= 0) draft[leaf.side][leaf.node] = node
    open.push({ node, side: 'left' }, { node, side: 'right' })
  }
  for (const [leaf, { node, side }] of open.entries()) if (node >= 0) draft[side][node] = ~leaf
  const leafCover = open.map((_, leaf) => (leaf % 10 === 9 ? 0 : 1 + Math.floor(50 * random())))
  const cover = coverOf(draft, leafCover)
  return {
    ...draft,
    ...{ cover, leafCover, gain: cover },
    value: new Array<number>(cover.length * width).fill(0),
    leafValue: Array.from({ length: leaves * width }, () => 2 * random() - 1),
  }
}

function addNode(draft: Draft, columns: readonly InputColumn[], random: () => number): number {
  const column = Math.floor(random() * columns.length)
  const isCategory = columns[column]?.type === 'category'
  draft.feature.push(column)
  draft.threshold.push(isCategory ? draft.sets.length : random() - 0.3)
  draft.missing.push(isCategory ? 0 : Math.floor(2 * random()))
  if (isCategory) draft.sets.push([0, 1, 2, 3, 4, 5, 6, 7].filter(() => random() < 0.5))
  draft.right.push(0)
  return draft.left.push(0) - 1
}

function coverOf({ left, right }: Draft, leafCover: readonly number[]): readonly number[] {
  const cover = new Array<number>(left.length).fill(0)
  const of = (link = 0): number => (link < 0 ? leafCover[~link] : cover[link]) ?? 0
  for (let node = cover.length - 1; node >= 0; node--) cover[node] = of(left[node]) + of(right[node])
  return cover
}

/** Numbers read missing values in all ways there are. */
export function randomTrees(columns: readonly InputColumn[], count: number, growth: Growth): Trees {
  const grown = Array.from({ length: count }, () => randomTree(columns, growth))
  const trees = packTrees(grown, growth.width, columns)
  const ways = [0, 0, treeKind.nanIsZero, treeKind.zeroIsMissing]
  const kind = trees.kind.map((bits) => (bits === treeKind.category ? bits : bits | (ways[Math.floor(4 * growth.random())] ?? 0)))
  return { ...trees, kind }
}

/** What a coalition of columns is worth, as a set of bits. */
export type Game = (set: number) => number

/** φ_i = Σ over S without i of |S|! (M - |S| - 1)! / M! (v(S and i) - v(S)). */
export function shapleyByDefinition(columns: number, game: Game): readonly number[] {
  const worth = Array.from({ length: 2 ** columns }, (_, set) => game(set))
  const factorial = (n: number): number => (n < 2 ? 1 : n * factorial(n - 1))
  const size = (set: number): number => [...set.toString(2)].filter((bit) => bit === '1').length
  return Array.from({ length: columns }, (_, i) =>
    worth.reduce((sum, value, set) => {
      if ((set >> i) & 1) return sum
      const weight = (factorial(size(set)) * factorial(columns - size(set) - 1)) / factorial(columns)
      return sum + weight * ((worth[set | (1 << i)] ?? 0) - value)
    }, 0),
  )
}

/** Lundberg et al. 2020, algorithm 1: where the coalition lacks a column, both ways by their share of the training rows. */
export function pathGame(sum: TreeSum, output: number, row: Float64Array): Game {
  const trees = [...treesFor(sum, output)]
  return (set) => {
    const expected = (tree: OneTree, link: number): number => {
      if (link < 0) return tree.leaf[~link] ?? 0
      const column = tree.feature[link] ?? 0
      const [left = 0, right = 0] = tree.child.subarray(2 * link, 2 * link + 2)
      if ((set >> column) & 1) return expected(tree, tree.goesLeft(link, row[column] ?? 0) ? left : right)
      return (tree.share[2 * link] ?? 0) * expected(tree, left) + (tree.share[2 * link + 1] ?? 0) * expected(tree, right)
    }
    return trees.reduce((total, tree) => total + expected(tree, tree.nodes > 0 ? 0 : ~0), sum.start[output] ?? 0)
  }
}

/** The mean answer of background rows that take this row's values where the coalition holds the column. */
export function backgroundGame(answer: (row: Float64Array) => number, row: Float64Array, background: Rows): Game {
  return (set) => {
    let total = 0
    for (let other = 0; other < background.count; other++) {
      const from = background.values.subarray(other * background.width, (other + 1) * background.width)
      total += answer(row.map((value, column) => ((set >> column) & 1 ? value : (from[column] ?? 0))))
    }
    return total / background.count
  }
}
