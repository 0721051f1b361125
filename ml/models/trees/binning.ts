/**
 * Turns columns into at most 256 bins each, so that a tree finds its splits by counting instead of sorting
 * (Ke et al. 2017, LightGBM). Bins are found once per fit; everything after reads bytes.
 */

/** Values rarer than this share a bin with a neighbour. */
const minInBin = 3

/** What is this close to 0 is 0. */
const zero = 1e-35

/**
 * Upper bounds of bins for sorted numbers, as LightGBM finds them. 0, which often means "none", has a bin of its own; the
 * others are shared between what lies below and above. The last bound is the largest number there is.
 */
export function upperBounds(sorted: Float64Array, maxBins: number): Float64Array {
  const below = countWhile(sorted, (value) => value <= -zero)
  const upTo = countWhile(sorted, (value) => value <= zero)
  const apart = sorted.length - (upTo - below)
  if (apart === 0) return Float64Array.of(Number.MAX_VALUE)
  const bounds: number[] = []
  if (below > 0) {
    bounds.push(...boundsOf(sorted.subarray(0, below), Math.max(1, Math.floor((below / apart) * (maxBins - 1)))))
    if (below < sorted.length) bounds.push(-zero)
  }
  const rest = maxBins - 1 - bounds.length
  if (upTo < sorted.length && rest > 0) bounds.push(zero, ...boundsOf(sorted.subarray(upTo), rest))
  return Float64Array.from([...bounds, Number.MAX_VALUE])
}

/** How many of the sorted values come before the first that does not pass (halving). */
function countWhile(sorted: Float64Array, passes: (value: number) => boolean): number {
  let [low, high] = [0, sorted.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (passes(sorted[middle] ?? 0)) low = middle + 1
    else high = middle
  }
  return low
}

/**
 * Bounds between bins: every distinct value its own if they fit; else bins of equal count, where a heavy value keeps a bin
 * (almost) to itself (LightGBM's GreedyFindBin).
 */
function boundsOf(sorted: Float64Array, maxBins: number): readonly number[] {
  const { distinct, counts } = runs(sorted)
  const few = distinct.length <= maxBins
  const most = few ? maxBins : Math.min(maxBins, Math.max(1, Math.floor(sorted.length / minInBin)))
  const closes = few ? fewValues : manyValues(counts, sorted.length, most)
  const bounds: number[] = []
  let inBin = 0
  for (let i = 0; i + 1 < distinct.length && bounds.length < most - 1; i++) {
    inBin += counts[i] ?? 0
    if (!closes(i, inBin)) continue
    bounds.push(between(distinct[i] ?? 0, distinct[i + 1] ?? 0))
    inBin = 0
  }
  return bounds
}

/** Whether a bin of `inBin` values ends after distinct value `i`. Asked for every i in turn. */
type Closes = (i: number, inBin: number) => boolean

const fewValues: Closes = (_, inBin) => inBin >= minInBin

/** The fair size of a bin is found anew after each: what heavy values leave over is shared by the bins that are left. */
function manyValues(counts: Uint32Array, total: number, maxBins: number): Closes {
  const fair = total / maxBins
  let [rows, bins] = [total, maxBins]
  for (const count of counts) {
    if (count < fair) continue
    rows -= count
    bins--
  }
  let size = rows / Math.max(1, bins)
  return (i, inBin) => {
    const count = counts[i] ?? 0
    const next = counts[i + 1] ?? 0
    if (count < fair) rows -= count
    if (count < fair && inBin < size && !(next >= fair && inBin >= Math.max(1, size / 2))) return false
    if (count < fair) size = rows / Math.max(1, --bins)
    return true
  }
}

function runs(sorted: Float64Array): { readonly distinct: Float64Array; readonly counts: Uint32Array } {
  const distinct = new Float64Array(sorted.length)
  const counts = new Uint32Array(sorted.length)
  let n = 0
  for (let i = 0; i < sorted.length; n++) {
    const value = sorted[i] ?? 0
    let end = i + 1
    while (end < sorted.length && sorted[end] === value) end++
    distinct[n] = value
    counts[n] = end - i
    i = end
  }
  return { distinct: distinct.subarray(0, n), counts: counts.subarray(0, n) }
}

/** The middle of two numbers, kept below `high` where rounding would reach it. */
export function between(low: number, high: number): number {
  const middle = low / 2 + high / 2
  return middle < high && middle >= low ? middle : low
}

/** The codes that get a bin of their own, by bin from 1 on, most frequent first; and the bin of every code, 0 for rare ones. */
export function frequentCodes(
  values: Float64Array,
  levels: number,
  maxBins: number,
): { readonly codes: Int32Array; readonly binOf: Uint8Array } {
  const counts = new Uint32Array(levels)
  for (let row = 0; row < values.length; row++) {
    const code = values[row] ?? Number.NaN
    if (code >= 0) counts[code] = (counts[code] ?? 0) + 1
  }
  const kept = Array.from(counts.keys())
    .filter((code) => (counts[code] ?? 0) >= minInBin)
    .sort((a, b) => (counts[b] ?? 0) - (counts[a] ?? 0) || a - b)
    .slice(0, maxBins)
  const binOf = new Uint8Array(levels)
  for (const [rank, code] of kept.entries()) binOf[code] = rank + 1
  return { codes: Int32Array.from([-1, ...kept]), binOf }
}
