/** How much a single input tells about the target: what tells almost all of it may not be known when the model is asked. */
import type { Column, NumberColumn } from '../data/frame.ts'
import { rocAuc } from '../evaluation/ranking.ts'
import { seededRandom } from '../evaluation/seeded-random.ts'
import { cellOf } from './columns.ts'
import type { Target } from './target.ts'

/** Rows looked at: enough to tell, and quick. */
const sampleSize = 20_000
const bins = 32

/** A category with a bin for every few rows would tell anything. */
const tooMany = (groups: number, rows: number): boolean => groups > rows / 10 + 2

/** Positions in the rows of a target: all, or as many as are looked at. */
export function sampleOf(rows: number): Uint32Array {
  if (rows <= sampleSize) return Uint32Array.from({ length: rows }, (_, i) => i)
  const random = seededRandom(1)
  return Uint32Array.from({ length: sampleSize }, () => Math.floor(random() * rows))
}

/**
 * How much of the target one column tells, 0 to 1. Of a number: the part of its variance between bins of the column. Of
 * classes: the part of the majority's errors that each bin's own majority repairs, or for two classes how well the
 * column alone orders them (|2 AUC - 1|), whichever is more.
 */
export function explainedShare(column: Column, target: Target, sample: Uint32Array): number {
  const bin = binner(column, target, sample)
  if (target.task === 'regression') return varianceBetween(bin, target, sample)
  const repaired = errorsRepaired(bin, target, sample)
  return column.type === 'number' && target.task === 'binary' ? Math.max(repaired, orderTold(column, target, sample)) : repaired
}

function orderTold(column: NumberColumn, { rows, values }: Target, sample: Uint32Array): number {
  const present = sample.filter((position) => !Number.isNaN(column.values[rows[position] ?? 0]))
  if (present.length < sample.length / 2) return 0
  const area = rocAuc(
    Uint8Array.from(present, (position) => values[position] ?? 0),
    Float64Array.from(present, (position) => column.values[rows[position] ?? 0] ?? 0),
  )
  return Number.isNaN(area) ? 0 : Math.abs(2 * area - 1)
}

type Binner = (position: number) => number

/** The bin of a row of the target; missing values have bin 0. */
function binner(column: Column, target: Target, sample: Uint32Array): Binner {
  const value = (position: number): number => cellOf(column, target.rows[position] ?? 0)
  if (column.type === 'category') return (position) => value(position) + 1 || 0
  const sorted = Float64Array.from(sample, value)
    .filter((each) => !Number.isNaN(each))
    .sort()
  const cuts = Array.from({ length: bins - 1 }, (_, i) => sorted[Math.floor(((i + 1) * sorted.length) / bins)] ?? 0)
  return (position) => {
    const at = value(position)
    return Number.isNaN(at) ? 0 : 1 + cuts.filter((cut) => at >= cut).length
  }
}

function errorsRepaired(bin: Binner, { classes, values }: Target, sample: Uint32Array): number {
  const tally = new Map<number, Float64Array>()
  const overall = new Float64Array(classes.length)
  for (const position of sample) {
    const y = values[position] ?? 0
    const at = bin(position)
    const counts = tally.get(at) ?? new Float64Array(classes.length)
    counts[y] = (counts[y] ?? 0) + 1
    overall[y] = (overall[y] ?? 0) + 1
    tally.set(at, counts)
    if (tooMany(tally.size, sample.length)) return 0
  }
  const errors = sample.length - Math.max(...overall)
  const left = [...tally.values()].reduce((sum, counts) => sum + counts.reduce((a, b) => a + b, 0) - Math.max(...counts), 0)
  return errors === 0 ? 0 : 1 - left / errors
}

/** Around one of the numbers: the squares of dates are so large that their differences are lost. */
function varianceBetween(bin: Binner, { values }: Target, sample: Uint32Array): number {
  const tally = new Map<number, { rows: number; sum: number }>()
  const around = values[sample[0] ?? 0] ?? 0
  let sum = 0
  let squares = 0
  for (const position of sample) {
    const y = (values[position] ?? 0) - around
    const at = bin(position)
    const group = tally.get(at) ?? { rows: 0, sum: 0 }
    group.rows++
    group.sum += y
    tally.set(at, group)
    if (tooMany(tally.size, sample.length)) return 0
    sum += y
    squares += y * y
  }
  const centre = (sum * sum) / sample.length
  const between = [...tally.values()].reduce((all, group) => all + (group.sum * group.sum) / group.rows, 0) - centre
  return squares > centre ? between / (squares - centre) : 0
}
