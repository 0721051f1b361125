/**
 * Isolation trees (Liu et al. 2008): a column and a cut drawn by chance, again and again, until every row is alone. Rows that
 * are few and different are alone early, so the depth of a row tells how usual it is.
 */
import { at } from '../at.ts'
import type { Inputs } from '../problem.ts'
import { type Trees, treeKind } from '../trees/trees.ts'
import { newCandidates, resetCandidates, search } from './candidates.ts'
import { addSet, clear, type Draft, finish, hang, makeRoom, newDraft } from './draft.ts'

const eulerGamma = 0.577_215_664_901_532_9

/** Depth at which a binary search tree of `rows` rows gives up a search on average: c(n) in the paper. */
export function averageDepth(rows: number): number {
  if (rows <= 2) return rows === 2 ? 1 : 0
  return 2 * (Math.log(rows - 1) + eulerGamma) - (2 * (rows - 1)) / rows
}

/** `size` of the numbers 0 to `rows` - 1, without putting back (Floyd's algorithm). */
export function drawRows(rows: number, size: number, random: () => number): Int32Array {
  const drawn = new Set<number>()
  for (let last = rows - size; last < rows; last++) {
    const row = Math.floor(random() * (last + 1))
    drawn.add(drawn.has(row) ? last : row)
  }
  return Int32Array.from(drawn)
}

/** Grows a tree on the rows, which are reordered. A leaf answers its depth, and what a bigger one leaves unsaid: c(n). */
export function isolationGrower(inputs: Inputs): (rows: Int32Array, random: () => number) => Trees {
  const draft = newDraft(1)
  const candidates = newCandidates(inputs.columns.length)
  return (rows, random) => {
    clear(draft)
    resetCandidates(candidates)
    const deepest = Math.ceil(Math.log2(Math.max(2, rows.length)))
    const node: Node = { rows, from: 0, to: rows.length, cut: noCut }
    const chance = chanceJudge(inputs, node, random)
    const stack = [0, rows.length, 0, -1, 0]
    while (stack.length > 0) {
      const [known = 0, link = 0, depth = 0, to = 0, from = 0] = [stack.pop(), stack.pop(), stack.pop(), stack.pop(), stack.pop()]
      makeRoom(draft)
      node.from = from
      node.to = to
      node.cut = noCut
      if (to - from < 2 || depth >= deepest || !search(candidates, chance, { known, most: 1, random })) {
        addLeaf(draft, link, { rows: to - from, depth })
        continue
      }
      const added = addNode(draft, link, { cut: node.cut, rows: to - from, depth })
      const middle = divide(node, inputs)
      stack.push(middle, to, depth + 1, 2 * added + 1, candidates.known)
      stack.push(from, middle, depth + 1, 2 * added, candidates.known)
    }
    return finish(draft)
  }
}

interface Cut {
  readonly column: number
  /** Numbers up to it go left. */
  readonly threshold: number
  readonly missingLeft: boolean
  /** Categories that go left; undefined for numbers. */
  readonly left: ReadonlySet<number> | undefined
}

const noCut: Cut = { column: -1, threshold: 0, missingLeft: false, left: undefined }

interface Node {
  readonly rows: Int32Array
  from: number
  to: number
  cut: Cut
}

/** Takes the first column that varies in the node, and draws a cut of it. */
function chanceJudge(inputs: Inputs, node: Node, random: () => number) {
  return {
    consider: (column: number): boolean => {
      const isCategory = inputs.columns[column]?.type === 'category'
      const values = inputs.values[column] ?? new Float64Array(inputs.rows)
      const cut = isCategory ? cutOfCategories(node, values, random) : cutOfNumbers(node, values, random)
      if (cut !== null) node.cut = { ...cut, column }
      return cut !== null
    },
    found: () => node.cut.column >= 0,
  }
}

type Drawn = Omit<Cut, 'column'>

/** A threshold between the least and the greatest number; null when all are the same. */
function cutOfNumbers(node: Node, values: Float64Array, random: () => number): Drawn | null {
  const { least, greatest, missing } = rangeOf(node, values)
  const size = node.to - node.from
  if (missing === size || (least === greatest && missing === 0)) return null
  /** What is missing is one side, where all that is there is the same. */
  if (least === greatest) return { threshold: greatest, missingLeft: false, left: undefined }
  const share = random()
  const drawn = least * (1 - share) + greatest * share
  const threshold = drawn >= least && drawn < greatest ? drawn : least
  if (missing > 0) return { threshold, missingLeft: random() < 0.5, left: undefined }
  /** Nothing is missing here: a row that lacks it is unusual, and goes with the fewer. */
  let lefts = 0
  for (let i = node.from; i < node.to; i++) if (at(values, node.rows[i] ?? 0) <= threshold) lefts++
  return { threshold, missingLeft: 2 * lefts < size, left: undefined }
}

interface Extent {
  readonly least: number
  readonly greatest: number
  readonly missing: number
}

function rangeOf({ rows, from, to }: Node, values: Float64Array): Extent {
  let least = Number.POSITIVE_INFINITY
  let greatest = Number.NEGATIVE_INFINITY
  let missing = 0
  for (let i = from; i < to; i++) {
    const value = at(values, rows[i] ?? 0)
    if (Number.isNaN(value)) missing++
    else {
      least = Math.min(least, value)
      greatest = Math.max(greatest, value)
    }
  }
  return { least, greatest, missing }
}

/**
 * Some of the categories in the node; null when there is one. What a tree does not name goes right, so the fewer rows go
 * right, and a category never seen is unusual.
 */
function cutOfCategories({ rows, from, to }: Node, values: Float64Array, random: () => number): Drawn | null {
  const counts = new Map<number, number>()
  for (let i = from; i < to; i++) {
    const code = at(values, rows[i] ?? 0)
    counts.set(code, (counts.get(code) ?? 0) + 1)
  }
  if (counts.size < 2) return null
  const codes = [...counts.keys()]
  const chosen = new Set<number>()
  const size = 1 + Math.floor(random() * (codes.length - 1))
  while (chosen.size < size) chosen.add(codes.splice(Math.floor(random() * codes.length), 1)[0] ?? 0)
  let inside = 0
  for (const code of chosen) inside += counts.get(code) ?? 0
  const swaps = counts.has(Number.NaN) ? chosen.has(Number.NaN) : 2 * inside < to - from
  const left = swaps ? new Set(codes.filter((code) => !Number.isNaN(code))) : chosen
  return { threshold: 0, missingLeft: false, left }
}

function goesLeft({ threshold, missingLeft, left }: Cut, value: number): boolean {
  if (left !== undefined) return left.has(value)
  return Number.isNaN(value) ? missingLeft : value <= threshold
}

/** Puts the rows that go left first; gives where the others begin. */
function divide({ rows, from, to, cut }: Node, inputs: Inputs): number {
  const values = inputs.values[cut.column] ?? new Float64Array(inputs.rows)
  let middle = from
  for (let i = from; i < to; i++) {
    const row = rows[i] ?? 0
    if (!goesLeft(cut, at(values, row))) continue
    rows[i] = rows[middle] ?? 0
    rows[middle++] = row
  }
  return middle
}

interface Place {
  readonly rows: number
  readonly depth: number
}

function addLeaf(draft: Draft, link: number, { rows, depth }: Place): void {
  const leaf = draft.leaves++
  hang(draft, link, ~leaf)
  draft.leafCover[leaf] = rows
  draft.leafValue[leaf] = depth + averageDepth(rows)
}

function addNode(draft: Draft, link: number, { cut, rows, depth }: Place & { readonly cut: Cut }): number {
  const node = draft.nodes++
  hang(draft, link, node)
  draft.feature[node] = cut.column
  draft.kind[node] = cut.left === undefined ? (cut.missingLeft ? treeKind.missingLeft : 0) : treeKind.category
  draft.threshold[node] = cut.left === undefined ? cut.threshold : addSet(draft, [...cut.left])
  draft.gain[node] = 0
  draft.cover[node] = rows
  draft.value[node] = depth + averageDepth(rows)
  return node
}
