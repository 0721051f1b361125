/**
 * What linear models see of a problem: numbers standardised with the mean in place of what is missing, and one weight
 * per category. A row is never widened to one-hot columns: each input column adds one weight at most two slots, so
 * fitting costs rows x columns however many categories there are.
 */
import { at } from '../at.ts'
import type { Problem } from '../problem.ts'
import { scaleOf, spread } from '../spread.ts'

/** Columns of the design, in `slots`: a number has one, and a second that is 1 where it is missing. */
export interface NumberBlock {
  readonly type: 'number'
  readonly slot: number
  /**
   * The column as it is, not copied; with the mean in place of what is missing where anything is. (value - mean) / scale is
   * the standardised value, so that a missing one is 0 and loops over rows need not look.
   */
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
  /** Slots, that is weights to learn. */
  readonly width: number
  /** One per input column, in order. */
  readonly blocks: readonly Block[]
  readonly numbers: readonly NumberBlock[]
  /** Of each category, and of each indicator of missing numbers: the slot that is 1 in each row, or -1. */
  readonly ones: readonly Int32Array[]
}

/** Levels beyond the most frequent ones share a weight. */
const maxLevels = 255

/**
 * Means and deviations are weighted, so that a row of weight 2 counts as two rows. Throws `invalid_input` for a column whose
 * values are too large to square.
 */
export function designOf(problem: Problem): Design {
  let width = 0
  const nextSlot = (): number => width++
  const numbers: NumberBlock[] = []
  const ones: Int32Array[] = []
  const blocks = problem.columns.map((column, index) => {
    const values = problem.values[index] ?? new Float64Array(problem.rows)
    if (column.type === 'category') {
      const block = categoryBlock(values, column.levels.length, nextSlot)
      ones.push(block.slots)
      return block
    }
    const block = numberBlock(column.name, values, { weights: problem.weights, nextSlot })
    numbers.push(block)
    if (block.missingSlot >= 0) ones.push(indicator(values, block.missingSlot))
    return block
  })
  return { rows: problem.rows, width, blocks, numbers, ones }
}

function numberBlock(
  name: string,
  values: Float64Array,
  { weights, nextSlot }: { readonly weights: Float64Array | undefined; readonly nextSlot: () => number },
): NumberBlock {
  const found = spread(name, values, weights)
  const { mean, missing } = found
  const scale = scaleOf(found)
  const whole = missing === 0 ? values : values.map((value) => (Number.isNaN(value) ? mean : value))
  const slot = nextSlot()
  const partly = missing > 0 && missing < values.length
  return { type: 'number', slot, values: whole, mean, scale, missingSlot: partly ? nextSlot() : -1 }
}

function indicator(values: Float64Array, slot: number): Int32Array {
  const slots = new Int32Array(values.length)
  for (let row = 0; row < values.length; row++) slots[row] = Number.isNaN(at(values, row)) ? slot : -1
  return slots
}

function categoryBlock(values: Float64Array, levels: number, nextSlot: () => number): CategoryBlock {
  const { counts, missing } = countLevels(values, levels)
  const present = Array.from(counts.keys()).filter((code) => (counts[code] ?? 0) > 0)
  const kept = present.toSorted((a, b) => (counts[b] ?? 0) - (counts[a] ?? 0) || a - b).slice(0, maxLevels)
  const levelSlots = new Int32Array(levels).fill(-1)
  for (const code of kept) levelSlots[code] = nextSlot()
  const otherSlot = present.length > kept.length ? nextSlot() : -1
  const missingSlot = missing > 0 ? nextSlot() : -1
  for (const code of present) if ((levelSlots[code] ?? -1) < 0) levelSlots[code] = otherSlot
  const slots = new Int32Array(values.length)
  for (let row = 0; row < values.length; row++) {
    const code = at(values, row)
    slots[row] = code >= 0 ? (levelSlots[code] ?? -1) : missingSlot
  }
  return { type: 'category', slots, levelSlots, missingSlot, otherSlot }
}

function countLevels(values: Float64Array, levels: number): { readonly counts: Int32Array; readonly missing: number } {
  const counts = new Int32Array(levels)
  let missing = 0
  for (const code of values) {
    if (code >= 0) counts[code] = (counts[code] ?? 0) + 1
    else missing++
  }
  return { counts, missing }
}
