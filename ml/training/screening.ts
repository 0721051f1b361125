/** Looks at each input before training: what cannot help is left out, what looks too good or too rare is said. */
import type { Column, NumberColumn } from '../data/frame.ts'
import { rocAuc } from '../evaluation/ranking.ts'
import { seededRandom } from '../evaluation/seeded-random.ts'
import type { Target } from './target.ts'

export interface Screening {
  readonly kept: readonly Column[]
  readonly dropped: readonly string[]
  readonly warnings: readonly string[]
}

/** Rows looked at for leaks and ids: enough to tell, and quick. */
const sampleSize = 20_000
const bins = 32

/** `columns` are the inputs, without target, fold and time columns. */
export function screen(columns: readonly Column[], target: Target): Screening {
  const kept: Column[] = []
  const dropped: string[] = []
  const warnings: string[] = []
  const sample = sampleOf(target.rows.length)
  for (const column of columns) {
    const seen = look(column, target.rows)
    if (seen.distinct <= 1 && (seen.missing === 0 || seen.distinct === 0)) {
      dropped.push(column.name)
      warnings.push(`Column '${column.name}' ${seen.distinct === 0 ? 'is empty' : 'never changes'} and was left out.`)
    } else if (isIdLike(column, seen)) {
      dropped.push(column.name)
      warnings.push(`Column '${column.name}' has a different value in (almost) every row, like an id, and was left out.`)
    } else {
      kept.push(column)
      const explained = explainedShare(column, target, sample)
      if (explained >= 0.99)
        warnings.push(
          `Column '${column.name}' alone gives the target away (${(100 * explained).toFixed(1)} %): a leak? Check that it is known before the target is.`,
        )
    }
  }
  return { kept, dropped, warnings: [...warnings, ...balanceWarnings(target)] }
}

interface Looked {
  readonly distinct: number
  readonly present: number
  readonly missing: number
  /** Whole numbers that go up, or down, by one from row to row. */
  readonly counts: boolean
}

function look(column: Column, rows: Uint32Array): Looked {
  const seen = new Set<number>()
  /** Whether all values differ matters for texts and for numbers named like ids; else two are enough to know. */
  const most = column.type === 'category' || idName.test(column.name) ? Number.POSITIVE_INFINITY : 2
  let missing = 0
  let counts = column.type === 'number' && rows.length > 2
  let before = Number.NaN
  let stride = 0
  for (const row of rows) {
    const value = cell(column, row)
    if (Number.isNaN(value)) missing++
    else if (seen.size < most) seen.add(value)
    if (counts && !Number.isNaN(before)) {
      stride ||= value - before
      counts = Math.abs(stride) === 1 && value - before === stride
    }
    before = value
  }
  return { distinct: seen.size, present: rows.length - missing, missing, counts: counts && missing === 0 }
}

/** customer_id, ROW, userId, but not 'paid'. */
const idName = /(^|[_\s-])(id|ID|Id|uuid|UUID|guid|GUID|key|Key|KEY|index|Index|row|Row|ROW)$|[a-z](Id|ID)$/

function isIdLike(column: Column, { distinct, present, counts }: Looked): boolean {
  if (present < 20) return false
  if (column.type === 'category') return distinct > 0.9 * present
  return counts || (distinct === present && idName.test(column.name) && isWhole(column))
}

function isWhole(column: Column): boolean {
  return column.type === 'number' && column.values.every((value) => Number.isNaN(value) || Number.isInteger(value))
}

/**
 * How much of the target one column tells, 0 to 1. Of a number: the part of its variance between bins of the column. Of
 * classes: the part of the majority's errors that each bin's own majority repairs, or for two classes how well the
 * column alone orders them (|2 AUC - 1|), whichever is more.
 */
function explainedShare(column: Column, target: Target, sample: Uint32Array): number {
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
  const value = (position: number): number => cell(column, target.rows[position] ?? 0)
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
  }
  /** A category with a bin for every few rows would repair anything. */
  if (tally.size > sample.length / 10 + 2) return 0
  const errors = sample.length - Math.max(...overall)
  const left = [...tally.values()].reduce((sum, counts) => sum + counts.reduce((a, b) => a + b, 0) - Math.max(...counts), 0)
  return errors === 0 ? 0 : 1 - left / errors
}

function varianceBetween(bin: Binner, { values }: Target, sample: Uint32Array): number {
  const tally = new Map<number, { rows: number; sum: number }>()
  let sum = 0
  let squares = 0
  for (const position of sample) {
    const y = values[position] ?? 0
    const group = tally.get(bin(position)) ?? { rows: 0, sum: 0 }
    group.rows++
    group.sum += y
    tally.set(bin(position), group)
    sum += y
    squares += y * y
  }
  if (tally.size > sample.length / 10 + 2) return 0
  const centre = (sum * sum) / sample.length
  const between = [...tally.values()].reduce((all, group) => all + (group.sum * group.sum) / group.rows, 0) - centre
  return squares > centre ? between / (squares - centre) : 0
}

function balanceWarnings({ task, classes, values }: Target): readonly string[] {
  if (task === 'regression') return []
  const counts = new Float64Array(classes.length)
  for (const y of values) counts[y] = (counts[y] ?? 0) + 1
  const rarest = counts.indexOf(Math.min(...counts))
  const share = (counts[rarest] ?? 0) / values.length
  if (share >= 0.3 / classes.length) return []
  return [
    `Class '${classes[rarest]}' has ${counts[rarest]} of ${values.length} rows (${(100 * share).toFixed(1)} %): accuracy hides how it fares, look at pr_auc and f1_macro.`,
  ]
}

function cell(column: Column, row: number): number {
  if (column.type === 'number') return column.values[row] ?? Number.NaN
  const code = column.codes[row] ?? -1
  return code < 0 ? Number.NaN : code
}

function sampleOf(rows: number): Uint32Array {
  if (rows <= sampleSize) return Uint32Array.from({ length: rows }, (_, i) => i)
  const random = seededRandom(1)
  return Uint32Array.from({ length: sampleSize }, () => Math.floor(random() * rows))
}
