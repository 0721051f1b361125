/** Histograms of gradients, for growing trees: what assembly/histogram.ts exports, in WebAssembly or in JavaScript. */
import { type Engine, kernelOver } from './load.ts'

/** The first four columns of a group only. */
export const fourColumns = 2
/** The group's columns have 64 bins each, not 256. */
export const narrowColumns = 1
/** Bytes of scratch that `sumSome` needs. */
export const sumScratch = 8192

/** Pointers are byte offsets into the memory. Each function is explained in the assembly source. */
export interface HistogramKernel {
  sumAll(n: number, bins: number, pairs: number, histogram: number, shape: number): void
  sumSome(rows: number, n: number, bins: number, pairs: number, histogram: number, shape: number, buffer: number): void
  gather(rows: number, n: number, from: number, to: number): void
  clear(at: number, bytes: number): void
  copy(to: number, from: number, bytes: number): void
  subtract(from: number, part: number, bytes: number): void
  sumPairs(n: number, pairs: number, to: number): void
  partition(rows: number, n: number, bins: number, side: number, lefts: number, rights: number): number
  bestThreshold(histogram: number, bins: number, missing: number, totals: number, l2: number, least: number, to: number): void
}

const names = ['sumAll', 'sumSome', 'gather', 'clear', 'copy', 'subtract', 'sumPairs', 'partition', 'bestThreshold']

const isKernel = (exports: WebAssembly.Exports): exports is WebAssembly.Exports & HistogramKernel =>
  names.every((name) => typeof exports[name] === 'function')

export function histogramKernel(memory: WebAssembly.Memory, engine?: Engine): HistogramKernel {
  return kernelOver(memory, { name: 'histogram', isKernel, twin: histogramTwin, ...(engine && { engine }) })
}

/** The same in JavaScript, with the same additions in the same order: the bits are equal. */
function histogramTwin(memory: WebAssembly.Memory): HistogramKernel {
  const bytes = new Uint8Array(memory.buffer)
  const words = new Uint32Array(memory.buffer)
  const floats = new Float32Array(memory.buffer)
  const doubles = new Float64Array(memory.buffer)
  const gather = (rows: number, n: number, from: number, to: number): void => {
    for (let i = 0; i < n; i++) {
      const source = (from >>> 2) + 2 * (words[(rows >>> 2) + i] ?? 0)
      words[(to >>> 2) + 2 * i] = words[source] ?? 0
      words[(to >>> 2) + 2 * i + 1] = words[source + 1] ?? 0
    }
  }
  const sumRow = (bins: number, pair: number, histogram: number, shape: number): void => {
    const g = floats[pair] ?? 0
    const h = floats[pair + 1] ?? 0
    const slots = shape & narrowColumns ? 64 : 256
    const columns = shape & fourColumns ? 4 : 8
    for (let c = 0; c < columns; c++) {
      const slot = histogram + 2 * (c * slots + (bytes[bins + c] ?? 0))
      doubles[slot] = (doubles[slot] ?? 0) + g
      doubles[slot + 1] = (doubles[slot + 1] ?? 0) + h
    }
  }
  return {
    gather,
    sumAll: (n, bins, pairs, histogram, shape) => {
      for (let i = 0; i < n; i++) sumRow(bins + 8 * i, (pairs >>> 2) + 2 * i, histogram >>> 3, shape)
    },
    sumSome: (rows, n, bins, pairs, histogram, shape) => {
      for (let i = 0; i < n; i++) sumRow(bins + 8 * (words[(rows >>> 2) + i] ?? 0), (pairs >>> 2) + 2 * i, histogram >>> 3, shape)
    },
    clear: (place, length) => bytes.fill(0, place, place + length),
    copy: (to, from, length) => bytes.copyWithin(to, from, from + length),
    subtract: (from, part, length) => {
      for (let i = 0; i < length >>> 3; i++) doubles[(from >>> 3) + i] = (doubles[(from >>> 3) + i] ?? 0) - (doubles[(part >>> 3) + i] ?? 0)
    },
    sumPairs: (n, pairs, to) => {
      let [g, h] = [0, 0]
      for (let i = 0; i < n; i++) {
        g += floats[(pairs >>> 2) + 2 * i] ?? 0
        h += floats[(pairs >>> 2) + 2 * i + 1] ?? 0
      }
      doubles[to >>> 3] = g
      doubles[(to >>> 3) + 1] = h
    },
    partition: (rows, n, bins, side, lefts, rights) => {
      let [left, right] = [0, 0]
      for (let i = 0; i < n; i++) {
        const row = words[(rows >>> 2) + i] ?? 0
        if (bytes[side + (bytes[bins + 8 * row] ?? 0)] === 0) words[(rights >>> 2) + right++] = row
        else words[(lefts >>> 2) + left++] = row
      }
      return left
    },
    bestThreshold: (histogram, bins, missing, totals, l2, least, to) => {
      const leaf = { doubles, histogram: histogram >>> 3, totals: totals >>> 3, l2, least, to: to >>> 3 }
      doubles[to >>> 3] = 0
      const best = scan(leaf, { from: bins - 1, until: 0, step: -1, beat: 0 })
      if (missing !== 0) scan(leaf, { from: 0, until: bins, step: 1, beat: best })
    },
  }
}

interface Scanned {
  readonly doubles: Float64Array
  readonly histogram: number
  readonly totals: number
  readonly l2: number
  readonly least: number
  readonly to: number
}

interface Course {
  readonly from: number
  readonly until: number
  /** Down (-1) the near side, which grows bin by bin, is the right one; up it is the left one. */
  readonly step: 1 | -1
  readonly beat: number
}

function scan({ doubles, histogram, totals, l2, least, to }: Scanned, { from, until, step, beat }: Course): number {
  const read = (i: number): number => doubles[i] ?? 0
  let [g, h, best] = [0, 0, beat]
  for (let bin = from; bin !== until; bin += step) {
    g += read(histogram + 2 * bin)
    h += read(histogram + 2 * bin + 1)
    if (h < least) continue
    const [farG, farH] = [read(totals) - g, read(totals + 1) - h]
    if (farH < least) break
    const gain = (g * g) / (h + l2) + (farG * farG) / (farH + l2)
    if (gain <= best) continue
    best = gain
    doubles.set(step < 0 ? [gain, 2 * (bin - 1) + 1, farG, farH] : [gain, 2 * bin, g, h], to)
  }
  return best
}
