/** Which rows a tree learns from. Tree t of a fit draws from the seed and t alone, so any thread may grow it, also after a restart. */

import { seededRandom, shuffled } from '../../evaluation/seeded-random.ts'
import { addAt, at } from '../at.ts'

/** Rows of one tree, each once. */
export interface Sample {
  /** Rising at first; growing reorders them. */
  readonly rows: Int32Array
  /** By row of the table: how often it was drawn, times its weight; 0 for the others. */
  readonly weights: Float64Array
  /** The rows that were not drawn, to judge the tree by. */
  readonly outside: Int32Array
}

export interface SampleOptions {
  /** Rows of the table. */
  readonly rows: number
  /** Rows to draw. */
  readonly size: number
  /** Whether a row may be drawn more than once. */
  readonly bootstrap: boolean
  readonly weights?: Float64Array | undefined
}

/** The generator of one tree. Neighbouring trees share no bits of their seeds (murmur3's finaliser). */
export function treeRandom(seed: number, tree: number): () => number {
  let mixed = Math.trunc(seed) ^ Math.imul(tree + 1, 0x9e3779b1)
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return seededRandom((mixed ^ (mixed >>> 16)) >>> 0)
}

/** Draws with or without putting back; all rows when as many are wanted and none is put back. */
export function drawSample(options: SampleOptions, random: () => number): Sample {
  const { rows, weights } = options
  const times = timesDrawn(options, random)
  const order = new Int32Array(rows)
  let inside = 0
  let end = rows
  for (let row = 0; row < rows; row++) {
    if (at(times, row) > 0) order[inside++] = row
    else order[--end] = row
    if (weights !== undefined) times[row] = at(times, row) * at(weights, row)
  }
  return { rows: order.subarray(0, inside), weights: times, outside: order.subarray(inside).reverse() }
}

function timesDrawn({ rows, size, bootstrap }: SampleOptions, random: () => number): Float64Array {
  const times = new Float64Array(rows)
  if (bootstrap) for (let i = 0; i < size; i++) addAt(times, Math.floor(random() * rows), 1)
  else if (size < rows) for (const row of shuffled(rows, random).subarray(0, size)) times[row] = 1
  else times.fill(1)
  return times
}
