/**
 * The kernel of tree growing: sums of what the rows carry, by bin of each column. A WebAssembly kernel would replace
 * these loops and nothing else.
 */
import { addAt } from '../at.ts'
import type { ColumnBins } from './binning.ts'

/** What each row of a leaf carries; `gradients` and `hessians` are in the order of `rows`. */
export interface Carried {
  readonly rows: Uint32Array
  readonly gradients: Float64Array
  readonly hessians: Float64Array
}

/** Sums gradient, hessian and count by bin: three numbers a bin, from `starts[c]` on for column c. */
export function sumGradients(histogram: Float64Array, starts: Int32Array, columns: readonly ColumnBins[], from: Carried): void {
  let c = 0
  for (; c + 4 <= columns.length; c += 4) sumFour(histogram, starts.subarray(c, c + 4), columns.slice(c, c + 4), from)
  for (; c < columns.length; c++) sumOne(histogram, starts[c] ?? 0, columns[c]?.bins ?? noBins, from)
}

const noBins = new Uint8Array()

/** Four columns share the reading of a row: 1.75x over one at a time, n = 50,000. */
function sumFour(
  histogram: Float64Array,
  starts: Int32Array,
  columns: readonly ColumnBins[],
  { rows, gradients, hessians }: Carried,
): void {
  const [start0 = 0, start1 = 0, start2 = 0, start3 = 0] = starts
  const [bins0 = noBins, bins1 = noBins, bins2 = noBins, bins3 = noBins] = columns.map(({ bins }) => bins)
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i] ?? 0
    const g = gradients[i] ?? 0
    const h = hessians[i] ?? 0
    add(histogram, start0 + 3 * (bins0[row] ?? 0), g, h)
    add(histogram, start1 + 3 * (bins1[row] ?? 0), g, h)
    add(histogram, start2 + 3 * (bins2[row] ?? 0), g, h)
    add(histogram, start3 + 3 * (bins3[row] ?? 0), g, h)
  }
}

function sumOne(histogram: Float64Array, start: number, bins: Uint8Array, { rows, gradients, hessians }: Carried): void {
  for (let i = 0; i < rows.length; i++) add(histogram, start + 3 * (bins[rows[i] ?? 0] ?? 0), gradients[i] ?? 0, hessians[i] ?? 0)
}

function add(histogram: Float64Array, slot: number, g: number, h: number): void {
  histogram[slot] = (histogram[slot] ?? 0) + g
  histogram[slot + 1] = (histogram[slot + 1] ?? 0) + h
  histogram[slot + 2] = (histogram[slot + 2] ?? 0) + 1
}

/** Counts classes by bin: one number a class, from `start` on. `target` is indexed by row. */
export function countClasses(
  histogram: Float64Array,
  start: number,
  bins: Uint8Array,
  from: { readonly rows: Uint32Array; readonly target: Float64Array; readonly classes: number },
): void {
  const { rows, target, classes } = from
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i] ?? 0
    addAt(histogram, start + classes * (bins[row] ?? 0) + (target[row] ?? 0), 1)
  }
}
