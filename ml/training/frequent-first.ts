/** Gives the frequent levels of a wide category the lowest codes. */
import type { Column } from '../data/frame.ts'

/** Up to this many, the order of the table is as good as any. */
const few = 256

/**
 * The same column with its levels by how often they occur, where there are many. Trees keep the categories that go left as
 * a bit for each code up to the highest, and ask for frequent ones only: a set of 45,000 levels takes bytes, not kilobytes.
 */
export function frequentFirst(column: Column): Column {
  if (column.type === 'number' || column.levels.length <= few) return column
  const counts = new Uint32Array(column.levels.length)
  for (const code of column.codes) if (code >= 0) counts[code] = (counts[code] ?? 0) + 1
  const order = Uint32Array.from(counts.keys()).sort((a, b) => (counts[b] ?? 0) - (counts[a] ?? 0) || a - b)
  const codeOf = new Int32Array(order.length)
  for (const [code, old] of order.entries()) codeOf[old] = code
  return {
    ...column,
    levels: Array.from(order, (old) => column.levels[old] ?? ''),
    codes: column.codes.map((code) => (code < 0 ? code : (codeOf[code] ?? 0))),
  }
}
