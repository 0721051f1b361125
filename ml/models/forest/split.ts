/** How a node is divided: what judging finds, and what growing turns it into. */
import { between } from '../trees/binning.ts'
import { type ForestColumns, maxBins } from './columns.ts'
import type { Sample } from './sample.ts'

/** The best division of a node so far; overwritten from node to node. */
export interface Split {
  /** -1 where none was found. */
  column: number
  /** In the judge's own unit while searching. */
  gain: number
  /** Numbers: neighbouring bins in the node, the last to go left and the first to go right. */
  before: number
  after: number
  /** Numbers: a threshold that was drawn; NaN asks for the middle. */
  drawn: number
  /** Whether rows in the node lack this column's value, and where they go. */
  hasMissing: boolean
  missingLeft: boolean
  /** Categories: by bin, 1 for those that go left. */
  readonly left: Uint8Array
}

export const newSplit = (): Split => ({
  column: -1,
  gain: -1,
  before: 0,
  after: 0,
  drawn: Number.NaN,
  hasMissing: false,
  missingLeft: false,
  left: new Uint8Array(maxBins),
})

export function copySplit(to: Split, from: Split): void {
  Object.assign(to, { ...from, left: to.left })
  to.left.set(from.left)
}

/** The prefixes of a column's groups that compete: rows of the first groups go left. */
export interface Cuts {
  /** First and last number of groups, less one, that may go left; the values of the column alone count. */
  from: number
  to: number
  /** The group of missing values when it goes left with every prefix; -1 when it goes right or there is none. */
  missing: number
  /** Of the best cut so far: what it gains, the last group that goes left, and whether missing values do. */
  gain: number
  last: number
  missingLeft: boolean
  /** The threshold that was drawn; NaN asks for the middle. */
  drawn: number
  /** Fewest rows of a side. */
  readonly minLeaf: number
}

export const newCuts = (minLeaf: number): Cuts => ({
  from: 0,
  to: 0,
  missing: -1,
  gain: 0,
  last: 0,
  missingLeft: false,
  drawn: Number.NaN,
  minLeaf,
})

/** The rows of a node in one column, by bin. */
export interface Grouped {
  readonly column: number
  /** The bin of each group; numbers rise. */
  readonly bins: Int32Array
  /** Groups there are, with the one of missing values, which is the last. */
  readonly count: number
  readonly hasMissing: boolean
}

/** Lets one cut compete: a threshold between the least and the greatest number, or some of the categories, shuffled before. */
export function drawCut(cuts: Cuts, columns: ForestColumns, { column, bins, count, hasMissing }: Grouped, random: () => number): void {
  const values = hasMissing ? count - 1 : count
  cuts.missing = hasMissing && values > 1 && random() < 0.5 ? count - 1 : -1
  cuts.drawn = Number.NaN
  let last = 0
  if (columns.category[column] === 1) last = Math.floor(random() * Math.max(1, values - 1))
  else {
    const at = maxBins * column
    const least = columns.low[at + (bins[0] ?? 0)] ?? 0
    const drawn = least + random() * ((columns.high[at + (bins[values - 1] ?? 0)] ?? 0) - least)
    while (last + 2 < values && middleOf(columns, at + (bins[last + 1] ?? 0)) <= drawn) last++
    cuts.drawn = drawn
  }
  cuts.from = last
  cuts.to = last
}

const middleOf = ({ low, high }: ForestColumns, slot: number): number => between(low[slot] ?? 0, high[slot] ?? 0)

/** `best` becomes the best cut of this column. */
export function keepCut(best: Split, cuts: Cuts, { column, bins, count, hasMissing }: Grouped, columns: ForestColumns): void {
  best.column = column
  best.gain = cuts.gain
  best.before = bins[cuts.last] ?? 0
  best.after = bins[cuts.last + 1] ?? 0
  best.drawn = cuts.drawn
  best.hasMissing = hasMissing
  best.missingLeft = cuts.missingLeft
  if (columns.category[column] !== 1) return
  best.left.fill(0)
  for (let i = 0; i <= cuts.last && i < count; i++) best.left[bins[i] ?? 0] = 1
}

/** Judges the divisions of one node at a time by what its rows answer. */
export interface Judge {
  /** Numbers a leaf answers. */
  readonly width: number
  readonly best: Split
  begin(sample: Sample): void
  /** Looks at the node of `sample.rows` from `from` up to `to`, and forgets `best`. False when all its rows answer the same. */
  enter(from: number, to: number): boolean
  /** Weight of the node entered last. */
  weight(): number
  /** Writes what the node entered last answers. */
  answer(into: Float64Array, at: number): void
  /** Lets a column compete for `best`. False when all rows of the node have the same bin. */
  consider(column: number): boolean
  /** Whether `best` is a division. */
  found(): boolean
  /** What `best` lowers the node's impurity by, times its weight. */
  gain(): number
}

export interface JudgeOptions {
  /** Fewest rows of a leaf. */
  readonly minLeaf: number
  /** Draws one threshold per column instead of trying all (Geurts et al. 2006); absent: tries all. */
  readonly random?: (() => number) | undefined
}

/** What tells the sides apart: rows in bins with a 1 go left. Numbers give a threshold, too, that agrees with the bins. */
export function divide(columns: ForestColumns, split: Split, goesLeft: Uint8Array): number {
  const missing = columns.values[split.column] ?? 0
  goesLeft.fill(0)
  if (columns.category[split.column] === 1) {
    /** Where what is missing goes left, the sides are swapped: a tree's missing categories go right. */
    for (let bin = 0; bin < missing; bin++) goesLeft[bin] = split.left[bin] === (split.missingLeft ? 0 : 1) ? 1 : 0
    return 0
  }
  if (split.missingLeft) goesLeft[missing] = 1
  if (split.after === missing) {
    goesLeft.fill(1, 0, missing)
    return Number.MAX_VALUE
  }
  return threshold(columns, split, goesLeft)
}

/** Between the last value that goes left and the first that goes right; bins in that gap follow their own middle. */
function threshold({ low, high }: ForestColumns, split: Split, goesLeft: Uint8Array): number {
  const at = maxBins * split.column
  const highAt = (bin: number): number => high[at + bin] ?? 0
  const lowAt = (bin: number): number => low[at + bin] ?? 0
  const wanted = Number.isNaN(split.drawn) ? between(highAt(split.before), lowAt(split.after)) : split.drawn
  let last = split.before
  while (last + 1 < split.after && between(lowAt(last + 1), highAt(last + 1)) <= wanted) last++
  goesLeft.fill(1, 0, last + 1)
  return wanted >= highAt(last) && wanted < lowAt(last + 1) ? wanted : between(highAt(last), lowAt(last + 1))
}
