/**
 * What linear models see of a problem: numbers standardised with the mean in place of what is missing, and one weight
 * per category. A row is never widened to one-hot columns: each input column adds one weight at most two slots, so
 * fitting costs rows x columns however many categories there are.
 */
import { addAt, at } from '../at.ts'
import type { Problem } from '../problem.ts'

/** Columns of the design, in `slots`: a number has one, and a second that is 1 where it is missing. */
export interface NumberBlock {
  readonly type: 'number'
  readonly slot: number
  readonly values: Float64Array
  readonly mean: number
  readonly scale: number
  /** Slot of the indicator of missing rows; -1 when none was missing. */
  readonly missingSlot: number
}

/** One slot per kept level; `slots[row]` is the one that is 1, or -1 when the row has none. */
export interface CategoryBlock {
  readonly type: 'category'
  readonly slots: Int32Array
  /** Slot of each level. Rare levels share one. */
  readonly levelSlots: Int32Array
  readonly missingSlot: number
  readonly otherSlot: number
}

export type Block = NumberBlock | CategoryBlock

export interface Design {
  readonly rows: number
  readonly width: number
  readonly blocks: readonly Block[]
}

/** Levels beyond the most frequent ones share a weight. */
const maxLevels = 255

export function designOf(problem: Problem): Design {
  let width = 0
  const nextSlot = (): number => width++
  const blocks = problem.columns.map((column, index) => {
    const values = problem.values[index] ?? new Float64Array(problem.rows)
    return column.type === 'number' ? numberBlock(values, nextSlot) : categoryBlock(values, column.levels.length, nextSlot)
  })
  return { rows: problem.rows, width, blocks }
}

function numberBlock(values: Float64Array, nextSlot: () => number): NumberBlock {
  let seen = 0
  let mean = 0
  let squares = 0
  for (const value of values) {
    if (Number.isNaN(value)) continue
    seen++
    const away = value - mean
    mean += away / seen
    squares += away * (value - mean)
  }
  const deviation = Math.sqrt(squares / Math.max(1, seen))
  const scale = deviation > 1e-12 * Math.max(1, Math.abs(mean)) ? deviation : 1
  const slot = nextSlot()
  const missingSlot = seen < values.length && seen > 0 ? nextSlot() : -1
  const standardised = values.map((value) => (Number.isNaN(value) ? 0 : (value - mean) / scale))
  if (missingSlot < 0) return { type: 'number', slot, values: standardised, mean, scale, missingSlot }
  for (let row = 0; row < values.length; row++) if (Number.isNaN(values[row])) standardised[row] = Number.NaN
  return { type: 'number', slot, values: standardised, mean, scale, missingSlot }
}

function categoryBlock(values: Float64Array, levels: number, nextSlot: () => number): CategoryBlock {
  const counts = new Int32Array(levels)
  let missing = 0
  for (const code of values) {
    if (code >= 0) counts[code] = (counts[code] ?? 0) + 1
    else missing++
  }
  const present = Array.from(counts.keys()).filter((code) => (counts[code] ?? 0) > 0)
  const kept = present.toSorted((a, b) => (counts[b] ?? 0) - (counts[a] ?? 0) || a - b).slice(0, maxLevels)
  const levelSlots = new Int32Array(levels).fill(-1)
  for (const code of kept) levelSlots[code] = nextSlot()
  const otherSlot = present.length > kept.length ? nextSlot() : -1
  const missingSlot = missing > 0 ? nextSlot() : -1
  for (const code of present) if ((levelSlots[code] ?? -1) < 0) levelSlots[code] = otherSlot
  const slots = Int32Array.from(values, (code) => (code >= 0 ? (levelSlots[code] ?? -1) : missingSlot))
  return { type: 'category', slots, levelSlots, missingSlot, otherSlot }
}

/** Adds design x weights to `into`, row by row. */
export function multiply(design: Design, weights: Float64Array, into: Float64Array): void {
  for (const block of design.blocks) {
    if (block.type === 'number') addNumbers(block, weights, into)
    else addLevels(block, weights, into)
  }
}

function addNumbers(block: NumberBlock, weights: Float64Array, into: Float64Array): void {
  const weight = at(weights, block.slot)
  const missing = block.missingSlot < 0 ? 0 : at(weights, block.missingSlot)
  for (let row = 0; row < into.length; row++) {
    const value = at(block.values, row)
    addAt(into, row, Number.isNaN(value) ? missing : weight * value)
  }
}

function addLevels({ slots }: CategoryBlock, weights: Float64Array, into: Float64Array): void {
  for (let row = 0; row < into.length; row++) {
    const slot = slots[row] ?? -1
    if (slot >= 0) addAt(into, row, at(weights, slot))
  }
}

/** Adds designᵀ x residuals to `into`, slot by slot. */
export function multiplyTransposed(design: Design, residuals: Float64Array, into: Float64Array): void {
  for (const block of design.blocks) {
    if (block.type === 'number') sumNumbers(block, residuals, into)
    else sumLevels(block, residuals, into)
  }
}

function sumNumbers(block: NumberBlock, residuals: Float64Array, into: Float64Array): void {
  let sum = 0
  let missing = 0
  for (let row = 0; row < residuals.length; row++) {
    const value = at(block.values, row)
    if (Number.isNaN(value)) missing += at(residuals, row)
    else sum += value * at(residuals, row)
  }
  addAt(into, block.slot, sum)
  if (block.missingSlot >= 0) addAt(into, block.missingSlot, missing)
}

function sumLevels({ slots }: CategoryBlock, residuals: Float64Array, into: Float64Array): void {
  for (let row = 0; row < residuals.length; row++) {
    const slot = slots[row] ?? -1
    if (slot >= 0) addAt(into, slot, at(residuals, row))
  }
}

/** Writes the slots and values of one row that are not zero; returns how many. For products of columns with columns. */
export function rowOf(design: Design, row: number, into: { readonly slots: Int32Array; readonly values: Float64Array }): number {
  let length = 0
  for (const block of design.blocks) {
    const value = block.type === 'number' ? (block.values[row] ?? 0) : 1
    const present = block.type === 'number' ? block.slot : (block.slots[row] ?? -1)
    const slot = block.type === 'number' && Number.isNaN(value) ? block.missingSlot : present
    if (slot < 0) continue
    into.slots[length] = slot
    into.values[length] = Number.isNaN(value) ? 1 : value
    length++
  }
  return length
}
