/**
 * Judges by squared error: regression trees, and trees for two classes, whose Gini impurity is the squared error of 0 and 1
 * twice over. The rows of a node are grouped by bin; a division is a prefix of the groups.
 */
import { at } from '../at.ts'
import type { ForestColumns } from './columns.ts'
import { type Groups, group, newGroups, shuffle, sortByMean } from './groups.ts'
import { type Carried, carry, gather, type Node, newNode } from './node.ts'
import { type Cuts, drawCut, type Grouped, type Judge, type JudgeOptions, keepCut, newCuts, newSplit } from './split.ts'

export interface Answers {
  /** By row: 0 or 1, or a number around 0. */
  readonly target: Float64Array
  /** Whether rows have weights of their own, beside how often they are drawn. */
  readonly weighted: boolean
  /** Leaves answer the shares of both classes; else the mean. */
  readonly binary: boolean
  /** Added to the mean. */
  readonly offset: number
}

export function momentJudge(
  columns: ForestColumns,
  { target, weighted, binary, offset }: Answers,
  { minLeaf, random }: JudgeOptions,
): Judge {
  const node = newNode(columns.rows)
  /** Counting rows beside weights would need a third number in 32 bits. */
  const packs = binary && !weighted && minLeaf === 1
  const groups = newGroups()
  const best = newSplit()
  const cuts = newCuts(minLeaf)
  let rows: Int32Array = new Int32Array()
  let carried: Carried = { weights: new Float64Array(), sums: new Float64Array(), packed: undefined }
  return {
    width: binary ? 2 : 1,
    best,
    begin: (drawn) => {
      rows = drawn.rows
      carried = carry(drawn, target, packs)
    },
    enter: (from, to) => {
      best.column = -1
      best.gain = -1
      gather(node, rows, carried, { from, to })
      return binary ? node.sum > 0 && node.sum < node.weight : varies(target, rows, from, to)
    },
    found: () => best.column >= 0,
    weight: () => node.weight,
    answer: (into, slot) => {
      const mean = node.sum / node.weight
      into[slot] = binary ? (node.weight - node.sum) / node.weight : mean + offset
      if (binary) into[slot + 1] = mean
    },
    consider: (column) => {
      const count = group(columns, column, node, groups)
      if (count < 2) return false
      const hasMissing = groups.bin[count - 1] === columns.values[column]
      const grouped = { column, bins: groups.bin, count, hasMissing }
      cuts.gain = best.gain
      if (columns.category[column] === 1) arrange(groups, hasMissing ? count - 1 : count, random)
      if (random === undefined) scanAll(node, groups, cuts, grouped)
      else {
        drawCut(cuts, columns, grouped, random)
        scan(node, groups, cuts)
      }
      if (cuts.gain > best.gain) keepCut(best, cuts, grouped, columns)
      return true
    },
    /** Of two classes, Gini counts both. */
    gain: () => (best.gain / node.weight) * (binary ? 2 : 1),
  }
}

/** Exact, where a sum of squares would round. */
function varies(target: Float64Array, rows: Int32Array, from: number, to: number): boolean {
  const first = at(target, rows[from] ?? 0)
  for (let i = from + 1; i < to; i++) if (at(target, rows[i] ?? 0) !== first) return true
  return false
}

/** The order of categories: whatever chance says where one cut is drawn, else by mean. */
function arrange(groups: Groups, count: number, random: (() => number) | undefined): void {
  if (random === undefined) sortByMean(groups, count)
  else shuffle(groups, count, random)
}

/** Every prefix, and where values are missing, every prefix together with them. */
function scanAll(node: Node, groups: Groups, cuts: Cuts, { count, hasMissing }: Grouped): void {
  cuts.from = 0
  cuts.to = count - 2
  cuts.missing = -1
  scan(node, groups, cuts)
  if (!hasMissing || count < 3) return
  cuts.to = count - 3
  cuts.missing = count - 1
  scan(node, groups, cuts)
}

/**
 * With weight w and sum s on the left, W and S in the node, dividing lowers the squared error by
 * (s W - S w)² / (w (W - w)) / W; the last division is the same for all and left to `gain`. A side whose weight is lost in
 * rounding divides nothing.
 */
function scan({ size, weight, sum }: Node, groups: Groups, cuts: Cuts): void {
  const { from, to, missing, minLeaf } = cuts
  let { gain } = cuts
  let n = missing < 0 ? 0 : at(groups.rows, missing)
  let w = missing < 0 ? 0 : at(groups.weight, missing)
  let s = missing < 0 ? 0 : at(groups.sum, missing)
  for (let i = 0; i <= to; i++) {
    n += at(groups.rows, i)
    w += at(groups.weight, i)
    s += at(groups.sum, i)
    if (i < from || n < minLeaf || size - n < minLeaf || w <= 0 || w >= weight) continue
    const apart = s * weight - sum * w
    const gained = (apart * apart) / (w * (weight - w))
    if (gained <= gain) continue
    gain = gained
    cuts.last = i
    cuts.missingLeft = missing >= 0
  }
  cuts.gain = gain
}
