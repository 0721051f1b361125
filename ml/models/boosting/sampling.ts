/** Chance in boosting: which rows are held out, which rows and columns a tree may use. Drawn anew from the seed for each, so that a resumed fit draws the same. */
import { seededRandom, shuffled } from '../../evaluation/seeded-random.ts'
import type { Problem } from '../problem.ts'

/** Streams of one seed that do not meet. */
const streams = { heldOut: 0x51ed270b, rows: 0x2545f491, columns: 0x6c8e9cf5 } as const

function randomOf(seed: number, stream: keyof typeof streams, index: number): () => number {
  return seededRandom(Math.imul(seed ^ streams[stream], 0x9e3779b1) + Math.imul(index + 1, 0x85ebca6b))
}

/** Rows in rising order: those to learn from, then those to judge by, `fraction` of each class. */
export function holdOut(
  problem: Problem,
  fraction: number,
  seed: number,
): { readonly teaching: Uint32Array; readonly heldOut: Uint32Array } {
  const order = shuffled(problem.rows, randomOf(seed, 'heldOut', 0))
  const groups = problem.task === 'regression' ? 1 : problem.classes
  const seen = new Uint32Array(groups)
  const wanted = new Uint32Array(groups)
  const groupOf = (row: number): number => (problem.task === 'regression' ? 0 : (problem.target[row] ?? 0))
  for (let row = 0; row < problem.rows; row++) wanted[groupOf(row)] = (wanted[groupOf(row)] ?? 0) + 1
  const isOut = new Uint8Array(problem.rows)
  for (const row of order) {
    const group = groupOf(row)
    const taken = (seen[group] ?? 0) + 1
    seen[group] = taken
    if (taken <= Math.round(fraction * (wanted[group] ?? 0))) isOut[row] = 1
  }
  const rows = order.sort()
  return { teaching: rows.filter((row) => isOut[row] === 0), heldOut: rows.filter((row) => isOut[row] === 1) }
}

/** `fraction` of the rows, in their order, then the others (Knuth, algorithm S: an exact count in one pass). */
export function bag(
  rows: Uint32Array,
  { fraction, seed, draw }: { readonly fraction: number; readonly seed: number; readonly draw: number },
): { readonly inside: Uint32Array; readonly outside: Uint32Array } {
  const random = randomOf(seed, 'rows', draw)
  const inside = new Uint32Array(Math.max(1, Math.round(fraction * rows.length)))
  const outside = new Uint32Array(rows.length - inside.length)
  let taken = 0
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i] ?? 0
    if (random() * (rows.length - i) < inside.length - taken) inside[taken++] = row
    else outside[i - taken] = row
  }
  return { inside, outside }
}

/** 1 for the columns that a tree may use: `fraction` of them, at least one. */
export function sampledColumns(
  columns: number,
  { fraction, seed, tree }: { readonly fraction: number; readonly seed: number; readonly tree: number },
): Uint8Array {
  const used = new Uint8Array(columns)
  if (fraction === 1) return used.fill(1)
  const order = shuffled(columns, randomOf(seed, 'columns', tree))
  for (const column of order.subarray(0, Math.max(1, Math.round(fraction * columns)))) used[column] = 1
  return used
}
