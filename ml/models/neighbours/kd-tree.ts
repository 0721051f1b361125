/**
 * A k-d tree (Bentley 1975; search as Arya & Mount 1993): points halved again and again along the number in which they are
 * spread widest. A search goes down to where the query lies and back up, leaving out every half that cannot come near enough.
 */
import { at } from '../at.ts'
import type { Distance } from './distance.ts'
import { farthest, type Nearest, offer } from './nearest.ts'
import { type Metric, type Places, type Points, sizeOf } from './points.ts'

type Node =
  | { readonly kind: 'leaf'; readonly from: number; readonly to: number }
  | { readonly kind: 'split'; readonly number: number; readonly value: number; readonly low: Node; readonly high: Node }

/** The points lie in the order of the leaves. */
export interface KdTree extends Places {
  readonly root: Node
  /** Training row of each point. */
  readonly rows: Uint32Array
  readonly numbers: number
  readonly metric: Metric
}

const leafPoints = 24

export function kdTree(points: Points, count: number): KdTree {
  const { numbers, categories } = sizeOf(points.columns)
  const rows = Uint32Array.from({ length: count }, (_, row) => row)
  const root = grow({ coordinates: points.coordinates, numbers, rows }, 0, count)
  const coordinates = new Float64Array(count * numbers)
  const codes = new Int32Array(count * categories)
  for (const [place, row] of rows.entries()) {
    coordinates.set(points.coordinates.subarray(row * numbers, (row + 1) * numbers), place * numbers)
    codes.set(points.codes.subarray(row * categories, (row + 1) * categories), place * categories)
  }
  return { root, rows, coordinates, codes, numbers, metric: points.metric }
}

interface Growing {
  readonly coordinates: Float64Array
  readonly numbers: number
  /** Reordered as the tree grows. */
  readonly rows: Uint32Array
}

function grow(growing: Growing, from: number, to: number): Node {
  const number = to - from > leafPoints ? widest(growing, from, to) : -1
  if (number < 0) return { kind: 'leaf', from, to }
  const { coordinates, numbers, rows } = growing
  const own = rows.slice(from, to)
  const values = Float64Array.from(own, (row) => at(coordinates, row * numbers + number))
  const sorted = values.toSorted()
  const middle = at(sorted, sorted.length >> 1)
  /** The lower half is below the middle value; where none is, it is what equals it. */
  const value = middle > at(sorted, 0) ? middle : (sorted.find((each) => each > middle) ?? middle)
  let low = from
  let high = from + values.reduce((below, each) => below + (each < value ? 1 : 0), 0)
  const cut = high
  for (let i = 0; i < own.length; i++) rows[at(values, i) < value ? low++ : high++] = own[i] ?? 0
  return { kind: 'split', number, value, low: grow(growing, from, cut), high: grow(growing, cut, to) }
}

/** The number that spans most between these points; -1 when they are all the same. */
function widest({ coordinates, numbers, rows }: Growing, from: number, to: number): number {
  let best = -1
  let most = 0
  for (let number = 0; number < numbers; number++) {
    let low = Number.POSITIVE_INFINITY
    let high = Number.NEGATIVE_INFINITY
    for (let i = from; i < to; i++) {
      const value = at(coordinates, (rows[i] ?? 0) * numbers + number)
      if (value < low) low = value
      if (value > high) high = value
    }
    if (high - low > most) {
      most = high - low
      best = number
    }
  }
  return best
}

export interface TreeQuery {
  readonly queries: Places
  /** Which of the queries. */
  readonly query: number
  readonly distance: Distance
  readonly nearest: Nearest
}

/** Sums of rounded parts may exceed what they bound by this share. */
const rounding = 1 - 1e-12

export function searchTree({ root, rows, numbers, metric }: KdTree, { queries, query, distance, nearest }: TreeQuery): void {
  /** How far each number of the query lies outside the box of the node visited, as distances count it. */
  const outside = new Float64Array(numbers)
  const visit = (node: Node, bound: number): void => {
    if (node.kind === 'leaf') {
      offer(nearest, distance, { query, from: node.from, to: node.to, rows })
      return
    }
    const away = at(queries.coordinates, query * numbers + node.number) - node.value
    visit(away < 0 ? node.low : node.high, bound)
    const before = at(outside, node.number)
    const beyond = metric === 'euclidean' ? away * away : Math.abs(away)
    const far = bound - before + beyond
    if (far * rounding > farthest(nearest)) return
    outside[node.number] = beyond
    visit(away < 0 ? node.high : node.low, far)
    outside[node.number] = before
  }
  visit(root, 0)
}
