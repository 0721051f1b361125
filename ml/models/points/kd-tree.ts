/**
 * Finds all points within a distance without looking at most of them (Bentley 1975): the points are halved along their
 * widest side until few are left, and a whole half is passed over when its box is too far away.
 */
import { at } from '../at.ts'
import { squaredDistance } from './distance.ts'
import type { Points } from './encoding.ts'

export interface KdTree {
  /**
   * Calls `visit` with the index of each point whose squared distance from `point` (its coordinates begin at `from`) is at
   * most `within`, in no promised order.
   */
  within(point: Float64Array, from: number, within: number, visit: (index: number, squared: number) => void): void
}

const leafSize = 24

/** A box and the points in it: `order` from `start` to `end`. A leaf has no children. */
interface Box {
  readonly start: number
  readonly end: number
  readonly low: Float64Array
  readonly high: Float64Array
  readonly children: readonly Box[]
}

export function kdTree({ rows, width, values }: Points): KdTree {
  const order = Uint32Array.from({ length: rows }, (_, i) => i)
  const root = boxOf({ rows, width, values }, order, 0, rows)
  return {
    within: (point, from, within, visit) => {
      const open = [root]
      for (let box = open.pop(); box !== undefined; box = open.pop()) {
        if (squaredToBox(box, point, from) > within) continue
        if (box.children.length > 0) open.push(...box.children)
        else scan(box)
      }
      function scan({ start, end }: Box): void {
        for (let i = start; i < end; i++) {
          const index = order[i] ?? 0
          const squared = squaredDistance(point, from, values, index * width, width)
          if (squared <= within) visit(index, squared)
        }
      }
    },
  }
}

function boxOf(points: Points, order: Uint32Array, start: number, end: number): Box {
  const { width, values } = points
  const low = new Float64Array(width).fill(Number.POSITIVE_INFINITY)
  const high = new Float64Array(width).fill(Number.NEGATIVE_INFINITY)
  for (let i = start; i < end; i++) {
    const from = (order[i] ?? 0) * width
    for (let k = 0; k < width; k++) {
      low[k] = Math.min(at(low, k), at(values, from + k))
      high[k] = Math.max(at(high, k), at(values, from + k))
    }
  }
  let widest = 0
  for (let k = 1; k < width; k++) if (at(high, k) - at(low, k) > at(high, widest) - at(low, widest)) widest = k
  if (end - start <= leafSize || !(at(high, widest) > at(low, widest))) return { start, end, low, high, children: [] }
  const middle = (start + end) >>> 1
  const side = widest
  halve(order.subarray(start, end), middle - start, (row) => at(values, row * width + side))
  return { start, end, low, high, children: [boxOf(points, order, start, middle), boxOf(points, order, middle, end)] }
}

type Key = (row: number) => number

/** Orders just enough that nothing before `middle` is greater than anything from it on (Hoare's selection). */
function halve(order: Uint32Array, middle: number, key: Key): void {
  let left = 0
  let right = order.length - 1
  while (left < right) {
    const { below, above } = partition(order, left, right, key)
    if (middle <= below) right = below
    else if (middle >= above) left = above
    else return
  }
}

/** Afterwards nothing up to `below` is greater than the pivot, nothing from `above` on less, and all between equal. */
function partition(order: Uint32Array, left: number, right: number, key: Key): { readonly below: number; readonly above: number } {
  const pivot = key(order[(left + right) >>> 1] ?? 0)
  let above = left
  let below = right
  while (above <= below) {
    while (key(order[above] ?? 0) < pivot) above++
    while (key(order[below] ?? 0) > pivot) below--
    if (above > below) break
    const swap = order[above] ?? 0
    order[above++] = order[below] ?? 0
    order[below--] = swap
  }
  return { below, above }
}

/** 0 inside. */
function squaredToBox({ low, high }: Box, point: Float64Array, from: number): number {
  let sum = 0
  for (let k = 0; k < low.length; k++) {
    const value = at(point, from + k)
    const away = Math.max(at(low, k) - value, value - at(high, k), 0)
    sum += away * away
  }
  return sum
}
