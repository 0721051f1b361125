/**
 * The rows of the node at hand, side by side, so that every column it tries reads them in order. A row carries its weight
 * and its sum, weight times target; where both are small whole numbers they share one 32-bit integer.
 */
import { at } from '../at.ts'
import type { Sample } from './sample.ts'

export interface Node {
  readonly rows: Int32Array
  /** Not filled in larger nodes that are packed. */
  readonly weights: Float64Array
  readonly sums: Float64Array
  /** Weight in the low 16 bits, sum in the high ones. */
  readonly packed: Int32Array
  /** Whether all of `packed` may be added up: together the weights are below 2^15. */
  isPacked: boolean
  size: number
  weight: number
  sum: number
}

export const newNode = (rows: number): Node => ({
  rows: new Int32Array(rows),
  weights: new Float64Array(rows),
  sums: new Float64Array(rows),
  packed: new Int32Array(rows),
  isPacked: false,
  size: 0,
  weight: 0,
  sum: 0,
})

/** What each row of the table carries in one tree. */
export interface Carried {
  readonly weights: Float64Array
  readonly sums: Float64Array
  /** Absent where weights are not whole or targets not 0 or 1. */
  readonly packed: Int32Array | undefined
}

export function carry({ rows, weights }: Sample, target: Float64Array, packs: boolean): Carried {
  const sums = new Float64Array(weights.length)
  const packed = packs ? new Int32Array(weights.length) : undefined
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i] ?? 0
    sums[row] = at(weights, row) * at(target, row)
    if (packed !== undefined) packed[row] = at(weights, row) + 65_536 * at(sums, row)
  }
  return { weights, sums, packed }
}

/** Nodes of up to this many rows are sorted instead of counted, for which sums must lie apart. */
export const few = 24

/** Fills `node` with `rows` from `from` up to `to`. */
export function gather(node: Node, rows: Int32Array, carried: Carried, { from, to }: { readonly from: number; readonly to: number }): void {
  node.size = to - from
  if (carried.packed === undefined) gatherApart(node, rows, carried, from)
  else gatherPacked(node, rows, carried.packed, from)
}

function gatherApart(node: Node, all: Int32Array, carried: Carried, from: number): void {
  const { rows, weights, sums, size } = node
  let weight = 0
  let sum = 0
  for (let i = 0; i < size; i++) {
    const row = all[from + i] ?? 0
    const w = at(carried.weights, row)
    const s = at(carried.sums, row)
    rows[i] = row
    weights[i] = w
    sums[i] = s
    weight += w
    sum += s
  }
  node.isPacked = false
  node.weight = weight
  node.sum = sum
}

function gatherPacked(node: Node, all: Int32Array, carried: Int32Array, from: number): void {
  const { rows, packed, weights, sums, size } = node
  let weight = 0
  let sum = 0
  for (let i = 0; i < size; i++) {
    const row = all[from + i] ?? 0
    const both = carried[row] ?? 0
    rows[i] = row
    packed[i] = both
    weight += both & 0xffff
    sum += both >>> 16
  }
  node.isPacked = weight < 32_768
  node.weight = weight
  node.sum = sum
  if (node.isPacked && size > few) return
  for (let i = 0; i < size; i++) {
    const both = packed[i] ?? 0
    weights[i] = both & 0xffff
    sums[i] = both >>> 16
  }
}
