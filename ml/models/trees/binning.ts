/**
 * Turns columns into at most 256 bins each, so that a tree finds its splits by counting instead of sorting
 * (Ke et al. 2017, LightGBM). Bins are found once per fit; everything after reads bytes.
 */

/** Values rarer than this share a bin with a neighbour. */
const minInBin = 3

/**
 * Upper bounds of bins for sorted numbers: every distinct value its own bin if they fit; else bins of equal count, where a
 * heavy value keeps a bin (almost) to itself (LightGBM's GreedyFindBin). The last bound is the largest number there is.
 */
export function upperBounds(sorted: Float64Array, maxBins: number): Float64Array {
  const { distinct, counts } = runs(sorted)
  if (distinct.length === 0) return Float64Array.of(Number.MAX_VALUE)
  const closes = distinct.length <= maxBins ? fewValues : manyValues(counts, sorted.length, maxBins)
  const bounds: number[] = []
  let inBin = 0
  for (let i = 0; i + 1 < distinct.length && bounds.length < maxBins - 1; i++) {
    inBin += counts[i] ?? 0
    if (!closes(i, inBin)) continue
    bounds.push(between(distinct[i] ?? 0, distinct[i + 1] ?? 0))
    inBin = 0
  }
  return Float64Array.from([...bounds, Number.MAX_VALUE])
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
  let size = Math.max(minInBin, rows / Math.max(1, bins))
  return (i, inBin) => {
    const count = counts[i] ?? 0
    const next = counts[i + 1] ?? 0
    if (count < fair) rows -= count
    if (count < fair && inBin < size && !(next >= fair && inBin >= Math.max(1, size / 2))) return false
    if (count < fair) size = Math.max(minInBin, rows / Math.max(1, --bins))
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

/** The middle, kept below `high` where rounding would reach it. */
function between(low: number, high: number): number {
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
