/** Where everything a fit works on lies in the memory that its threads share. All places are byte offsets. */
import { Fault } from '../../../platform/fault.ts'
import { sortScratch } from '../../kernels/binning.ts'
import { sumScratch } from '../../kernels/histogram.ts'

/** Columns whose bins lie side by side. */
export const groupWidth = 8
/** Bytes of a histogram pair: gradient and hessian. */
export const pairBytes = 16
/** Bytes of a group's histogram at its widest: eight columns of 256 bins. */
const wideGroup = groupWidth * 256 * pairBytes

/** Rows of one unit of work: even, so that a pair of rows never falls apart. */
export const chunk = 16_384
/** Rows whose columns are copied in, to be binned, at a time. */
export const staged = 65_536
/** Rows that bounds of bins are found on, as LightGBM does. */
const mostSampled = 200_000
/** Histograms beyond this are not all kept; what is not kept is counted again. */
const mostHistograms = 512 * 2 ** 20

export interface LayoutRequest {
  readonly rows: number
  readonly columns: number
  /** Trees a round. */
  readonly outputs: number
  readonly leaves: number
  readonly threads: number
  readonly weighted: boolean
}

export interface Layout extends LayoutRequest {
  readonly groups: number
  /** Float64: what the caller tells the units of a task. */
  readonly args: number
  /** Int32, four a column: 1 for a category, bins of values, 1 where values are missing, monotone direction. */
  readonly meta: number
  /** Uint8 by column: 1 where the tree may use it. */
  readonly used: number
  /** Int32 by group: shape, and where in a histogram it begins. */
  readonly shapes: number
  /** Float64, 256 a column: upper bounds of its bins. */
  readonly upper: number
  /** Uint8 by bin: 4 for left. */
  readonly side: number
  /** Float64, four a column, for two leaves: gain, choice, gradient and hessian of the left side. */
  readonly results: number
  /** Float64, two a chunk: sums of pairs. */
  readonly partials: number
  /** Int32 by chunk: rows that went left. */
  readonly counts: number
  /** Float64, three a leaf: first row, rows, value. */
  readonly leafTable: number
  /** Scratch of each thread. */
  readonly scratch: number
  readonly scratchBytes: number
  /** Uint8: group by group, eight bytes a row. */
  readonly bins: number
  readonly groupBytes: number
  /** Float32 pairs, output by output; `ordered` in the order of a leaf's rows. */
  readonly pairs: number
  readonly pairStep: number
  readonly ordered: number
  /** Uint32: rows, leaf by leaf, and both sides of a leaf that is parted. */
  readonly order: number
  readonly lefts: number
  readonly rights: number
  /** Float64, output by output. */
  readonly scores: number
  readonly scoreStep: number
  readonly target: number
  readonly weights: number
  readonly histograms: number
  readonly histogramBytes: number
  /** While binning, over what comes after the bins: float64 samples and rows of eight columns, and lists to sort with. */
  readonly sample: number
  readonly sampled: number
  readonly spare: number
  readonly stage: number
  readonly bytes: number
}

/** Throws `invalid_input` when it does not fit into 4 GiB. */
export function layOut(request: LayoutRequest): Layout {
  const { rows, columns, outputs, leaves, threads, weighted } = request
  const groups = Math.ceil(columns / groupWidth)
  const chunks = Math.ceil(rows / chunk)
  const place = allocator()
  const head = {
    args: place(64 * 8),
    meta: place(columns * 16),
    used: place(columns),
    shapes: place(groups * 8),
    upper: place(columns * 256 * 8),
    side: place(256),
    results: place(2 * columns * 32),
    partials: place(chunks * 16),
    counts: place(chunks * 4),
    leafTable: place(leaves * 24),
    scratchBytes: Math.max(sortScratch, sumScratch),
    scratch: place(threads * Math.max(sortScratch, sumScratch)),
    groupBytes: 8 * rows,
    bins: place(groups * 8 * rows),
  }
  const after = place(0)
  const [pairStep, scoreStep] = [padded(8 * (rows + 1)), padded(8 * (rows + 1))]
  const histogram = groups * wideGroup
  const histogramBytes = histogram * Math.max(2, Math.min(leaves, Math.floor(mostHistograms / histogram)))
  const body = {
    pairs: place(outputs * pairStep),
    pairStep,
    ordered: place(8 * rows),
    order: place(4 * rows),
    lefts: place(4 * (rows + 1)),
    rights: place(4 * (rows + 1)),
    scores: place(outputs * scoreStep),
    scoreStep,
    target: place(8 * (rows + 1)),
    weights: place(weighted ? 8 * rows : 0),
    histograms: place(histogramBytes),
    histogramBytes,
  }
  const sampled = Math.min(rows, mostSampled)
  const placeOver = allocator(after)
  const over = {
    sampled,
    sample: placeOver(groupWidth * sampled * 8),
    spare: placeOver(threads * sampled * 8),
    stage: placeOver(groupWidth * Math.min(rows, staged) * 8),
  }
  const bytes = Math.max(place(0), placeOver(0))
  if (bytes > 2 ** 32 - 65_536)
    throw new Fault(
      'invalid_input',
      `${rows} rows of ${columns} columns need ${Math.ceil(bytes / 2 ** 30)} GiB to boost on, where 4 is the most. Use fewer rows or columns.`,
    )
  return { ...request, groups, ...head, ...body, ...over, bytes }
}

const padded = (bytes: number): number => Math.ceil(bytes / 64) * 64

/** Hands out places one after the other, on whole cache lines. */
function allocator(from = 0): (bytes: number) => number {
  let next = from
  return (bytes) => {
    const at = next
    next += padded(bytes)
    return at
  }
}
