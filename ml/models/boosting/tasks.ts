/**
 * The work that threads share, as units of tasks. Every unit writes to places of its own and every sum has one order, so
 * the result is the same to the bit whoever does what.
 */
import { binningKernel } from '../../kernels/binning.ts'
import { gradientKernel } from '../../kernels/gradient.ts'
import { histogramKernel } from '../../kernels/histogram.ts'
import type { Engine } from '../../kernels/load.ts'
import type { Perform } from '../../kernels/team.ts'
import { upperBounds } from '../trees/binning.ts'
import { chunk, groupWidth, type Layout, pairBytes, staged } from './layout.ts'
import { type ColumnSums, type Cut, cutByKernel, cutCategories, cutNumbers, type LeafSums, noCut, type SplitRules } from './split.ts'

/** What a task is called in the control block. */
export const tasks = { sort: 0, bin: 1, derive: 2, gather: 3, part: 4, settle: 5, split: 6, add: 7 } as const

/** What a thread needs to take part. */
export interface WorkInput {
  readonly memory: WebAssembly.Memory
  readonly layout: Layout
  readonly rules: SplitRules
  readonly maxBins: number
  readonly engine: Engine
}

/** The loss, as the gradient kernel knows it. */
export const losses = { logistic: 0, softmax: 1, squared: 2, pinball: 3, poisson: 4 } as const

/** Rows of one unit of binning. */
const binned = 4096

/** The memory of a fit as typed arrays, and the kernels over it. */
export function workbench({ memory, layout, engine }: WorkInput) {
  const { buffer } = memory
  return {
    memory,
    layout,
    heap: new Float64Array(buffer),
    bytes: new Uint8Array(buffer),
    args: new Float64Array(buffer, layout.args, 64),
    meta: new Int32Array(buffer, layout.meta, 4 * layout.columns),
    used: new Uint8Array(buffer, layout.used, layout.columns),
    shapes: new Int32Array(buffer, layout.shapes, 2 * layout.groups),
    counts: new Int32Array(buffer, layout.counts, Math.ceil(layout.rows / chunk)),
    histogram: histogramKernel(memory, engine),
    gradient: gradientKernel(memory, engine),
    binning: binningKernel(memory, engine),
  }
}

export type Bench = ReturnType<typeof workbench>

export function performer(input: WorkInput, bench: Bench): Perform {
  const work: Record<(typeof tasks)[keyof typeof tasks], (unit: number, thread: number) => void> = {
    [tasks.sort]: (unit, thread) => findBounds(bench, input.maxBins, { unit, thread }),
    [tasks.bin]: (unit) => binRows(bench, unit),
    [tasks.derive]: (unit) => derive(bench, unit),
    [tasks.gather]: (unit) => gatherChunk(bench, unit),
    [tasks.part]: (unit) => partChunk(bench, unit),
    [tasks.settle]: (unit) => settleChunk(bench, unit),
    [tasks.split]: (unit, thread) => splitGroup(bench, input.rules, { group: unit, thread }),
    [tasks.add]: (unit) => addLeaf(bench, unit),
  }
  const list = Object.values(tasks).map((task) => work[task])
  return (task, unit, thread) => list[task]?.(unit, thread)
}

const arg = ({ args }: Bench, i: number): number => args[i] ?? 0

/** Args: first column of the batch; then by unit how many numbers its sample has. */
function findBounds(bench: Bench, maxBins: number, { unit, thread }: { readonly unit: number; readonly thread: number }): void {
  const { layout, heap } = bench
  const at = layout.sample + 8 * unit * layout.sampled
  const n = arg(bench, 1 + unit)
  const spare = layout.spare + 8 * thread * layout.sampled
  bench.binning.sortNumbers(n, at, spare, layout.scratch + thread * layout.scratchBytes)
  const bounds = upperBounds(heap.subarray(at / 8, at / 8 + n), maxBins)
  const column = arg(bench, 0) + unit
  const upper = layout.upper / 8 + 256 * column
  heap.fill(Number.POSITIVE_INFINITY, upper, upper + 256)
  heap.set(bounds, upper)
  bench.meta[4 * column + 1] = bounds.length
}

/** Args: first row, rows and columns that are staged, first column. Categories are binned already. */
function binRows(bench: Bench, unit: number): void {
  const { layout, meta } = bench
  const [row, rows, columns, first] = [arg(bench, 0), arg(bench, 1), arg(bench, 2), arg(bench, 3)]
  const from = unit * binned
  const group = layout.bins + (first / groupWidth) * layout.groupBytes
  for (let c = 0; c < columns; c++) {
    if (meta[4 * (first + c)] === 1) continue
    const values = layout.stage + 8 * (c * Math.min(layout.rows, staged) + from)
    const upper = layout.upper + 2048 * (first + c)
    const bins = group + 8 * (row + from) + c
    bench.binning.binNumbers(Math.min(binned, rows - from), values, upper, meta[4 * (first + c) + 1] ?? 0, bins)
  }
}

export const binUnits = (rows: number): number => Math.ceil(rows / binned)

/** Args: loss, its parameter, the gradient of a hit (pinball). Weights are applied where there are any. */
function derive(bench: Bench, unit: number): void {
  const { layout, gradient } = bench
  const [loss, parameter] = [arg(bench, 0), arg(bench, 1)]
  const from = unit * chunk
  const n = Math.min(chunk, layout.rows - from)
  const [scores, target, pairs] = [layout.scores + 8 * from, layout.target + 8 * from, layout.pairs + 8 * from]
  if (loss === losses.logistic) gradient.logistic(n, scores, target, pairs)
  else if (loss === losses.softmax) gradient.softmax(n, layout.outputs, scores, layout.scoreStep, target, pairs, layout.pairStep)
  else if (loss === losses.squared) gradient.squared(n, parameter, scores, target, pairs)
  else if (loss === losses.pinball) gradient.pinball(n, parameter, arg(bench, 2), scores, target, pairs)
  else gradient.poisson(n, parameter, scores, target, pairs)
  if (!layout.weighted) return
  for (let k = 0; k < layout.outputs; k++) gradient.weigh(n, layout.weights + 8 * from, pairs + k * layout.pairStep)
}

/** Args: where the leaf's rows are listed (-1: all in order), rows, pairs. Orders the pairs and sums them by chunk. */
function gatherChunk(bench: Bench, unit: number): void {
  const { layout, histogram } = bench
  const [list, count, pairs] = [arg(bench, 0), arg(bench, 1), arg(bench, 2)]
  const from = unit * chunk
  const n = Math.min(chunk, count - from)
  if (list >= 0) histogram.gather(list + 4 * from, n, pairs, layout.ordered + 8 * from)
  histogram.sumPairs(n, (list >= 0 ? layout.ordered : pairs) + 8 * from, layout.partials + pairBytes * unit)
}

/** Args: where the leaf's rows are listed, rows, bins of the column. */
function partChunk(bench: Bench, unit: number): void {
  const { layout, histogram, counts } = bench
  const [list, count, bins] = [arg(bench, 0), arg(bench, 1), arg(bench, 2)]
  const from = unit * chunk
  const n = Math.min(chunk, count - from)
  counts[unit] = histogram.partition(list + 4 * from, n, bins, layout.side, layout.lefts + 4 * from, layout.rights + 4 * from)
}

/** Args: as before, then rows that went left, which side is ordered (1 left, 0 right, -1 none), pairs. Both sides go back into the list. */
function settleChunk(bench: Bench, unit: number): void {
  const { layout, histogram, counts } = bench
  const [list, count, allLeft, ordered, pairs] = [arg(bench, 0), arg(bench, 1), arg(bench, 3), arg(bench, 4), arg(bench, 5)]
  const from = unit * chunk
  let before = 0
  for (let i = 0; i < unit; i++) before += counts[i] ?? 0
  const left = counts[unit] ?? 0
  const right = Math.min(chunk, count - from) - left
  histogram.copy(list + 4 * before, layout.lefts + 4 * from, 4 * left)
  histogram.copy(list + 4 * (allLeft + from - before), layout.rights + 4 * from, 4 * right)
  if (ordered === 1) histogram.gather(layout.lefts + 4 * from, left, pairs, layout.ordered + 8 * before)
  if (ordered === 0) histogram.gather(layout.rights + 4 * from, right, pairs, layout.ordered + 8 * (from - before))
}

/** Where the args of tasks.split keep what is known of its leaves: sums of the smaller from 8 on, of the larger from 16 on. */
const leafArgs = [8, 16] as const

/**
 * Args: rows of the smaller leaf (-1: all in order), how many, its pairs, its histogram, and that of its parent, which
 * becomes the larger leaf's (-1: none). Counts one group of columns, then looks for the best cut of each.
 */
function splitGroup(bench: Bench, rules: SplitRules, { group, thread }: { readonly group: number; readonly thread: number }): void {
  const { layout, used, shapes, histogram } = bench
  const first = group * groupWidth
  const last = Math.min(layout.columns, first + groupWidth)
  let wanted = false
  for (let column = first; column < last; column++) wanted ||= used[column] === 1
  if (!wanted) return
  const [list, n, pairs] = [arg(bench, 0), arg(bench, 1), arg(bench, 2)]
  const [shape, start] = [shapes[2 * group] ?? 0, shapes[2 * group + 1] ?? 0]
  const bytes = groupBytes(shape)
  const bins = layout.bins + group * layout.groupBytes
  const [small, large] = [arg(bench, 3), arg(bench, 4)]
  histogram.clear(small + start, bytes)
  if (list < 0) histogram.sumAll(n, bins, pairs, small + start, shape)
  else histogram.sumSome(list, n, bins, pairs, small + start, shape, layout.scratch + thread * layout.scratchBytes)
  if (large >= 0) histogram.subtract(large + start, small + start, bytes)
  cutColumns(bench, rules, { first, last, child: 0, histogram: small })
  if (large >= 0) cutColumns(bench, rules, { first, last, child: 1, histogram: large })
}

/** Bytes of a group's histogram, by its shape. */
export const groupBytes = (shape: number): number => (shape & 1 ? 64 : 256) * (shape & 2 ? 4 : 8) * pairBytes

interface Candidates {
  readonly first: number
  readonly last: number
  /** 0 the smaller leaf, 1 the larger. */
  readonly child: 0 | 1
  readonly histogram: number
}

function cutColumns(bench: Bench, rules: SplitRules, { first, last, child, histogram }: Candidates): void {
  const { layout, used, heap } = bench
  const leaf = leafIn(bench, child)
  for (let column = first; column < last; column++) {
    if (used[column] !== 1) continue
    const to = layout.results + 32 * (child * layout.columns + column)
    const sums = columnSums(bench, column, histogram)
    const cut = leaf.rows < 2 * rules.minRows ? noCut : cutOf(bench, sums, { leaf, rules, column, child, to })
    heap.set(cut, to / 8)
  }
}

function cutOf(
  bench: Bench,
  sums: ColumnSums,
  {
    leaf,
    rules,
    column,
    child,
    to,
  }: { readonly leaf: LeafSums; readonly rules: SplitRules; readonly column: number; readonly child: 0 | 1; readonly to: number },
): Cut {
  if (bench.meta[4 * column] === 1) return cutCategories(sums, leaf, rules)
  if (rules.l1 > 0 || rules.constrained) return cutNumbers(sums, leaf, rules)
  return cutByKernel(bench.histogram, sums, { leaf, rules, totals: bench.layout.args + 8 * leafArgs[child], to })
}

/** One column's part of a histogram. */
export function columnSums({ heap, meta, shapes }: Bench, column: number, histogram: number): ColumnSums {
  const group = Math.floor(column / groupWidth)
  const slots = (shapes[2 * group] ?? 0) & 1 ? 64 : 256
  const at = (histogram + (shapes[2 * group + 1] ?? 0)) / 8 + 2 * slots * (column % groupWidth)
  const [bins, missing, monotone] = [meta[4 * column + 1] ?? 0, meta[4 * column + 2] ?? 0, meta[4 * column + 3] ?? 0]
  return { heap, at, bins, missing: missing === 1 && (heap[at + 2 * bins + 1] ?? 0) > 0, monotone }
}

/** Writes what `leafIn` reads. */
export function tellLeaf({ args }: Bench, child: 0 | 1, { g, h, rows, low, high }: LeafSums): void {
  args.set([g, h, rows, low, high], leafArgs[child])
}

function leafIn(bench: Bench, child: 0 | 1): LeafSums {
  const at = leafArgs[child]
  return { g: arg(bench, at), h: arg(bench, at + 1), rows: arg(bench, at + 2), low: arg(bench, at + 3), high: arg(bench, at + 4) }
}

/** Args: scores. The leaf table says which rows get what. */
function addLeaf(bench: Bench, unit: number): void {
  const { layout, heap, gradient } = bench
  const at = layout.leafTable / 8 + 3 * unit
  gradient.addValue(layout.order + 4 * (heap[at] ?? 0), heap[at + 1] ?? 0, heap[at + 2] ?? 0, arg(bench, 0))
}
