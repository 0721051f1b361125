/**
 * Products of a design with weights and with residuals, for a stretch of rows at a time: a solver that computes scores,
 * residuals and gradient stretch by stretch finds the numbers still in the cache, and reads memory once instead of twice.
 */
import { addAt, at } from '../at.ts'
import type { Design, NumberBlock } from './design.ts'

/** Rows `from` to `from + length`. */
export interface Stretch {
  readonly from: number
  readonly length: number
}

/** Rows of a stretch: four columns of so many numbers fit the first-level cache. */
export const stretchRows = 1024

/** Calls `visit` for all rows, in order. */
export function forEachStretch(rows: number, visit: (stretch: Stretch) => void): void {
  for (let from = 0; from < rows; from += stretchRows) visit({ from, length: Math.min(stretchRows, rows - from) })
}

/** Adds design x weights of the stretch to the first `length` numbers of `into`. */
export function multiply(design: Design, weights: Float64Array, stretch: Stretch, into: Float64Array): void {
  const { numbers } = design
  let i = 0
  for (; i + 4 <= numbers.length; i += 4) addFour(numbers.slice(i, i + 4), weights, stretch, into)
  for (; i < numbers.length; i++) addOne(numbers[i], weights, stretch, into)
  for (const slots of design.ones) addSlots(slots, weights, stretch, into)
}

/** Four columns a pass: a quarter of the reads and writes of `into`. */
function addFour([a, b, c, d]: readonly NumberBlock[], weights: Float64Array, { from, length }: Stretch, into: Float64Array): void {
  if (a === undefined || b === undefined || c === undefined || d === undefined) return
  const wa = at(weights, a.slot) / a.scale
  const ma = a.mean
  const wb = at(weights, b.slot) / b.scale
  const mb = b.mean
  const wc = at(weights, c.slot) / c.scale
  const mc = c.mean
  const wd = at(weights, d.slot) / d.scale
  const md = d.mean
  const va = a.values
  const vb = b.values
  const vc = c.values
  const vd = d.values
  for (let i = 0; i < length; i++) {
    const row = from + i
    const two = wa * (at(va, row) - ma) + wb * (at(vb, row) - mb)
    into[i] = at(into, i) + (two + wc * (at(vc, row) - mc) + wd * (at(vd, row) - md))
  }
}

function addOne(block: NumberBlock | undefined, weights: Float64Array, { from, length }: Stretch, into: Float64Array): void {
  if (block === undefined) return
  const { values, mean } = block
  const weight = at(weights, block.slot) / block.scale
  for (let i = 0; i < length; i++) into[i] = at(into, i) + weight * (at(values, from + i) - mean)
}

function addSlots(slots: Int32Array, weights: Float64Array, { from, length }: Stretch, into: Float64Array): void {
  for (let i = 0; i < length; i++) {
    const slot = slots[from + i] ?? -1
    if (slot >= 0) into[i] = at(into, i) + at(weights, slot)
  }
}

/** Adds designᵀ x residuals of the stretch to `into`, slot by slot; the stretch's residuals are the first `length`. */
export function multiplyTransposed(design: Design, residuals: Float64Array, stretch: Stretch, into: Float64Array): void {
  const { numbers } = design
  let i = 0
  for (; i + 4 <= numbers.length; i += 4) sumFour(numbers.slice(i, i + 4), residuals, stretch, into)
  for (; i < numbers.length; i++) sumOne(numbers[i], residuals, stretch, into)
  for (const slots of design.ones) sumSlots(slots, residuals, stretch, into)
}

function sumFour([a, b, c, d]: readonly NumberBlock[], residuals: Float64Array, { from, length }: Stretch, into: Float64Array): void {
  if (a === undefined || b === undefined || c === undefined || d === undefined) return
  const va = a.values
  const vb = b.values
  const vc = c.values
  const vd = d.values
  const ma = a.mean
  const mb = b.mean
  const mc = c.mean
  const md = d.mean
  let sa = 0
  let sb = 0
  let sc = 0
  let sd = 0
  for (let i = 0; i < length; i++) {
    const row = from + i
    const residual = at(residuals, i)
    sa += residual * (at(va, row) - ma)
    sb += residual * (at(vb, row) - mb)
    sc += residual * (at(vc, row) - mc)
    sd += residual * (at(vd, row) - md)
  }
  addAt(into, a.slot, sa / a.scale)
  addAt(into, b.slot, sb / b.scale)
  addAt(into, c.slot, sc / c.scale)
  addAt(into, d.slot, sd / d.scale)
}

function sumOne(block: NumberBlock | undefined, residuals: Float64Array, { from, length }: Stretch, into: Float64Array): void {
  if (block === undefined) return
  const { values, mean } = block
  let sum = 0
  for (let i = 0; i < length; i++) sum += at(residuals, i) * (at(values, from + i) - mean)
  addAt(into, block.slot, sum / block.scale)
}

function sumSlots(slots: Int32Array, residuals: Float64Array, { from, length }: Stretch, into: Float64Array): void {
  for (let i = 0; i < length; i++) {
    const slot = slots[from + i] ?? -1
    if (slot >= 0) into[slot] = at(into, slot) + at(residuals, i)
  }
}
