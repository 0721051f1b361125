/**
 * Draws the columns that a node tries, without putting back, as scikit-learn does: `most` draws, more while none of them
 * could divide the node. A column that is constant in a node is constant below it: it takes part in the draw, but is not
 * looked at again.
 */

export interface Candidates {
  /** All columns. The first `known` are constant in the node at hand, as found on the way to it. */
  readonly order: Int32Array
  /** Columns found constant, from the root to the node at hand. */
  readonly constant: Int32Array
  /** After a search: how many columns are constant in the node. */
  known: number
}

export const newCandidates = (columns: number): Candidates => ({
  order: Int32Array.from({ length: columns }, (_, column) => column),
  constant: new Int32Array(columns),
  known: 0,
})

export function resetCandidates({ order }: Candidates): void {
  for (let column = 0; column < order.length; column++) order[column] = column
}

/**
 * Lets columns compete in the node that the judge has entered; false when none can divide it. `known` counts the columns
 * that the parent found constant; nodes must come depth first, so that the order keeps them in front.
 *
 *   order: | drawn and known constant | not drawn, known | found constant now | not drawn | drawn and tried |
 */
export function search(candidates: Candidates, judge: Chooser, { known, most, random }: SearchOptions): boolean {
  const { order, constant } = candidates
  let end = order.length
  let drawnConstant = 0
  let found = 0
  let visited = 0
  while (end > known + found && (visited < most || visited <= found + drawnConstant)) {
    visited++
    let at = drawnConstant + Math.floor(random() * (end - found - drawnConstant))
    if (at < known) {
      swap(order, at, drawnConstant++)
      continue
    }
    at += found
    if (judge.consider(order[at] ?? 0)) swap(order, at, --end)
    else swap(order, at, known + found++)
  }
  for (let i = 0; i < known; i++) order[i] = constant[i] ?? 0
  for (let i = known; i < known + found; i++) constant[i] = order[i] ?? 0
  candidates.known = known + found
  return judge.found()
}

/** Whom the columns are shown. */
interface Chooser {
  /** False when all rows of the node are the same in this column. */
  consider(column: number): boolean
  /** Whether one of the columns can divide the node. */
  found(): boolean
}

interface SearchOptions {
  readonly known: number
  readonly most: number
  readonly random: () => number
}

function swap(list: Int32Array, a: number, b: number): void {
  const kept = list[a] ?? 0
  list[a] = list[b] ?? 0
  list[b] = kept
}
