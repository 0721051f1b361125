/**
 * Folds that keep each group of rows (one customer, one patient) on one side, so that a model is not tested on a group it
 * learned from. Groups are dealt one by one, the largest or most lopsided first, each to the fold it suits best.
 */
import { type Fold, foldsOf, numbered } from './folds.ts'
import { seededRandom, shuffled } from './seeded-random.ts'

interface GroupWish {
  /** At least 2, at most the number of groups. */
  readonly folds: number
  readonly seed: number
}

/**
 * Every row is tested once, groups stay together, and folds are about equally large (scikit-learn's GroupKFold: the largest
 * group first, to the smallest fold). `groups[row]` is a code from 0 on; a row of group -1 is a group of its own.
 */
export function groupFolds(groups: Int32Array, { folds, seed }: GroupWish): readonly Fold[] {
  const { of, count } = renumbered(groups)
  const sizes = new Float64Array(count)
  for (const group of of) sizes[group] = (sizes[group] ?? 0) + 1
  const filled = new Float64Array(folds)
  const foldOf = new Int32Array(count)
  for (const group of byFalling(sizes, seed)) {
    const fold = filled.indexOf(Math.min(...filled))
    foldOf[group] = fold
    filled[fold] = (filled[fold] ?? 0) + (sizes[group] ?? 0)
  }
  return foldsOf(
    of.map((group) => foldOf[group] ?? 0),
    numbered(folds),
  )
}

/**
 * Every row is tested once, groups stay together, and each fold has about each class's overall share (scikit-learn's
 * StratifiedGroupKFold): the group with the most uneven classes first, each to the fold that makes the classes' shares
 * differ least among folds. `target[row]` is a class index; `groups` is as for groupFolds. Time: rows x folds.
 */
export function stratifiedGroupFolds(target: Float64Array, groups: Int32Array, { folds, seed }: GroupWish): readonly Fold[] {
  const { of, count } = renumbered(groups)
  const contents = Array.from({ length: count }, () => new Map<number, number>())
  const totals: number[] = new Array(Math.max(0, ...new Set(target)) + 1).fill(0)
  for (let row = 0; row < of.length; row++) {
    const content = contents[of[row] ?? 0]
    const y = target[row] ?? 0
    content?.set(y, (content.get(y) ?? 0) + 1)
    totals[y] = (totals[y] ?? 0) + 1
  }
  const spread = Float64Array.from(contents, (content) => spreadOf(content, totals.length))
  const table = shareTable(folds, totals)
  const foldOf = new Int32Array(count)
  for (const group of byFalling(spread, seed)) {
    const content = contents[group]
    if (content === undefined) continue
    foldOf[group] = table.bestFor(content)
    table.add(foldOf[group] ?? 0, content)
  }
  return foldsOf(
    of.map((group) => foldOf[group] ?? 0),
    numbered(folds),
  )
}

type Content = ReadonlyMap<number, number>

/** Keeps the share of every class that each fold holds; only what a group changes is computed anew. */
function shareTable(folds: number, totals: readonly number[]) {
  const sizes = new Float64Array(folds)
  const shares = Array.from(totals, () => new Float64Array(folds))
  /** Sum over the group's classes of the standard deviation of their shares, were the group in `fold` (-1: in none). */
  const spread = (content: Content, fold: number): number => {
    let sum = 0
    for (const [y, rows] of content) {
      const more = rows / (totals[y] ?? 1)
      const mean = (shares[y] ?? sizes).reduce((total, share) => total + share, fold < 0 ? 0 : more) / folds
      let squares = 0
      for (let i = 0; i < folds; i++) squares += ((shares[y]?.[i] ?? 0) + (i === fold ? more : 0) - mean) ** 2
      sum += Math.sqrt(squares / folds)
    }
    return sum
  }
  return {
    /** The fold with which the shares would differ least; of equals (to scikit-learn's tolerance) the smallest. */
    bestFor: (content: Content): number => {
      let best = 0
      let least = Number.POSITIVE_INFINITY
      const before = spread(content, -1)
      for (let fold = 0; fold < folds; fold++) {
        const change = (spread(content, fold) - before) / totals.length
        const equal = Math.abs(change - least) <= 1e-8
        if (equal ? (sizes[fold] ?? 0) >= (sizes[best] ?? 0) : change > least) continue
        best = fold
        least = change
      }
      return best
    },
    add: (fold: number, content: Content): void => {
      for (const [y, rows] of content) {
        const line = shares[y]
        if (line !== undefined) line[fold] = (line[fold] ?? 0) + rows / (totals[y] ?? 1)
        sizes[fold] = (sizes[fold] ?? 0) + rows
      }
    },
  }
}

/** Standard deviation of a group's counts over all classes, those it lacks included. */
function spreadOf(content: ReadonlyMap<number, number>, classes: number): number {
  const counts = [...content.values()]
  const mean = counts.reduce((sum, rows) => sum + rows, 0) / classes
  const squares = counts.reduce((sum, rows) => sum + (rows - mean) ** 2, (classes - counts.length) * mean ** 2)
  return Math.sqrt(squares / classes)
}

/** Codes 0, 1, 2 … without gaps; every row of group -1 gets a code of its own. */
function renumbered(groups: Int32Array): { readonly of: Int32Array; readonly count: number } {
  const codes = new Map<number, number>()
  let count = 0
  const of = groups.map((group) => {
    if (group < 0) return count++
    const known = codes.get(group)
    if (known !== undefined) return known
    codes.set(group, count)
    return count++
  })
  return { of, count }
}

/** Indexes by falling size; equals come in an order that the seed decides. */
function byFalling(sizes: Float64Array, seed: number): Uint32Array {
  return shuffled(sizes.length, seededRandom(seed)).sort((a, b) => (sizes[b] ?? 0) - (sizes[a] ?? 0))
}
