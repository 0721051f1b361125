/** The ground a boosting fit stands on: memory that threads share, with the binned columns in it, and the team that works on it. */
import { seededRandom } from '../../evaluation/seeded-random.ts'
import type { Engine } from '../../kernels/load.ts'
import { sharedMemory } from '../../kernels/load.ts'
import { openTeam, type Team } from '../../kernels/team.ts'
import type { Problem } from '../problem.ts'
import { frequentCodes } from '../trees/binning.ts'
import { groupWidth, type LayoutRequest, layOut, staged } from './layout.ts'
import type { BoostingParams } from './params.ts'
import type { SplitRules } from './split.ts'
import { type Bench, binUnits, groupBytes, performer, tasks, workbench } from './tasks.ts'

export interface Field extends Bench {
  readonly problem: Problem
  readonly rules: SplitRules
  readonly team: Team
  /** By column: codes of its bins, for categories. */
  readonly codes: readonly (Int32Array | null)[]
  /** Bytes of one histogram of all columns. */
  readonly histogramSize: number
}

export interface FieldOptions {
  readonly params: BoostingParams
  readonly outputs: number
  readonly threads: number
  readonly engine?: Engine
}

/** Below this many cells, starting a thread takes longer than it saves. */
const worthThreads = 300_000

/** Bins the columns. Close its team when done. */
export function openField(problem: Problem, { params, outputs, threads, engine = 'webassembly' }: FieldOptions): Field {
  const { rows, columns, weights } = problem
  const several = rows * columns.length < worthThreads ? 1 : Math.max(1, threads)
  const request: LayoutRequest = {
    ...{ rows, columns: columns.length, outputs, leaves: params.num_leaves, threads: several, weighted: weights !== undefined },
  }
  const layout = layOut(request)
  const memory = sharedMemory(layout.bytes)
  const rules = rulesOf(params)
  const input = { memory, layout, rules, maxBins: params.max_bin, engine }
  const bench = workbench(input)
  const team = openTeam(performer(input, bench), {
    ...{ threads: several, worker: new URL('./helper.worker.ts', import.meta.url), data: input },
  })
  try {
    const codes = binColumns(bench, team, { problem, maxBins: params.max_bin })
    for (const [index, { name }] of columns.entries()) bench.meta[4 * index + 3] = params.monotone_constraints[name] ?? 0
    const histogramSize = shapeGroups(bench)
    bench.heap.set(problem.target, layout.target / 8)
    if (weights !== undefined) bench.heap.set(weights, layout.weights / 8)
    return { ...bench, problem, rules, team, codes, histogramSize }
  } catch (error) {
    team.close()
    throw error
  }
}

function rulesOf(params: BoostingParams): SplitRules {
  return {
    l1: params.lambda_l1,
    l2: params.lambda_l2,
    minRows: params.min_data_in_leaf,
    minHessian: params.min_sum_hessian_in_leaf,
    minGain: params.min_gain_to_split,
    constrained: Object.values(params.monotone_constraints).some((direction) => direction !== 0),
  }
}

interface Binning {
  readonly problem: Problem
  readonly maxBins: number
}

/** Group by group: bounds from a sample of the rows, by column; then the bins of all rows, by chunk. */
function binColumns(bench: Bench, team: Team, { problem, maxBins }: Binning): readonly (Int32Array | null)[] {
  const codes: (Int32Array | null)[] = []
  const sample = sampledRows(problem.rows, bench.layout.sampled)
  for (let first = 0; first < problem.columns.length; first += groupWidth) {
    const count = Math.min(groupWidth, problem.columns.length - first)
    bench.args[0] = first
    for (let c = 0; c < count; c++) bench.args[1 + c] = stageSample(bench, { problem, column: first + c, sample, place: c })
    team.run(tasks.sort, count)
    const frequent = Array.from({ length: count }, (_, c) => categoriesOf(bench, { problem, maxBins }, first + c))
    codes.push(...frequent.map((each) => each?.codes ?? null))
    const binOf = frequent.map((each) => each?.binOf ?? null)
    for (let row = 0; row < problem.rows; row += staged) binStaged(bench, team, { problem, first, row, binOf })
  }
  return codes
}

/** One row of every stretch, the same for all columns: spread over the table, and in order. */
function sampledRows(rows: number, sampled: number): Uint32Array {
  const random = seededRandom(1)
  return Uint32Array.from({ length: sampled }, (_, i) => (sampled === rows ? i : Math.floor(((i + random()) * rows) / sampled)))
}

interface Sampling {
  readonly problem: Problem
  readonly column: number
  readonly sample: Uint32Array
  readonly place: number
}

/** Copies a column's known numbers of the sample to where they are sorted; says how many. */
function stageSample({ heap, layout }: Bench, { problem, column, sample, place }: Sampling): number {
  if (problem.columns[column]?.type === 'category') return 0
  const values = problem.values[column] ?? none
  let at = layout.sample / 8 + place * layout.sampled
  for (let i = 0; i < sample.length; i++) {
    const value = values[sample[i] ?? 0] ?? Number.NaN
    if (!Number.isNaN(value)) heap[at++] = value
  }
  return at - layout.sample / 8 - place * layout.sampled
}

const none = new Float64Array()

function categoriesOf({ meta }: Bench, { problem, maxBins }: Binning, index: number): ReturnType<typeof frequentCodes> | null {
  const column = problem.columns[index]
  if (column?.type !== 'category') return null
  const found = frequentCodes(problem.values[index] ?? none, column.levels.length, maxBins)
  meta.set([1, found.codes.length], 4 * index)
  return found
}

interface Staging {
  readonly problem: Problem
  readonly first: number
  readonly row: number
  readonly binOf: readonly (Uint8Array | null)[]
}

function binStaged(bench: Bench, team: Team, { problem, first, row, binOf }: Staging): void {
  const { layout, heap, meta } = bench
  const rows = Math.min(staged, problem.rows - row)
  for (const [c, map] of binOf.entries()) {
    const values = (problem.values[first + c] ?? none).subarray(row, row + rows)
    if (map !== null) binCodes(bench, { values, map, at: layout.bins + (first / groupWidth) * layout.groupBytes + 8 * row + c })
    else {
      heap.set(values, layout.stage / 8 + c * Math.min(layout.rows, staged))
      if (meta[4 * (first + c) + 2] === 0 && hasGap(values)) meta[4 * (first + c) + 2] = 1
    }
  }
  bench.args.set([row, rows, binOf.length, first])
  team.run(tasks.bin, binUnits(rows))
}

/** A plain loop: 5x over some(Number.isNaN), n = 65,536. */
function hasGap(values: Float64Array): boolean {
  for (let i = 0; i < values.length; i++) if (Number.isNaN(values[i])) return true
  return false
}

function binCodes(
  { bytes }: Bench,
  { values, map, at }: { readonly values: Float64Array; readonly map: Uint8Array; readonly at: number },
): void {
  for (let i = 0; i < values.length; i++) {
    const code = values[i] ?? Number.NaN
    bytes[at + 8 * i] = code >= 0 ? (map[code] ?? 0) : 0
  }
}

/** Lays the groups of a histogram end to end, each as narrow as its columns allow; returns the bytes of all. */
function shapeGroups({ layout, meta, shapes }: Bench): number {
  let size = 0
  for (let group = 0; group < layout.groups; group++) {
    const first = group * groupWidth
    const last = Math.min(layout.columns, first + groupWidth)
    let most = 0
    for (let column = first; column < last; column++) most = Math.max(most, (meta[4 * column + 1] ?? 0) + 1)
    const shape = (most <= 64 ? 1 : 0) | (last - first <= groupWidth / 2 ? 2 : 0)
    shapes.set([shape, size], 2 * group)
    size += groupBytes(shape)
  }
  return size
}
