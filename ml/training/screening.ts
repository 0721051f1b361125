/** Looks at each input before training: what cannot help is left out, what looks too good or too rare is said. */
import type { Column } from '../data/frame.ts'
import { isSupervised } from '../models/problem.ts'
import { cellOf, rowsInWords } from './columns.ts'
import { explainedShare, sampleOf } from './leaks.ts'
import type { Target } from './target.ts'

export interface Screening {
  readonly kept: readonly Column[]
  readonly dropped: readonly string[]
  readonly warnings: readonly string[]
}

/** More distinct texts than this are no categories, and no algorithm here could hold a weight for each. */
const mostLevels = 50_000

/** `columns` are the inputs, without target, fold and time columns. Who took what is told by ids, so nothing is left out there. */
export function screen(columns: readonly Column[], target: Target): Screening {
  if (target.task === 'recommendation') return { kept: columns, dropped: [], warnings: [] }
  const kept: Column[] = []
  const dropped: string[] = []
  const warnings: string[] = []
  const sample = sampleOf(target.rows.length)
  for (const column of columns) {
    const useless = uselessness(column, target.rows)
    if (useless !== undefined) {
      dropped.push(column.name)
      warnings.push(`Column '${column.name}' ${useless} and was left out.`)
      continue
    }
    kept.push(column)
    warnings.push(...doubts(column, target, sample))
  }
  return { kept, dropped, warnings: [...warnings, ...balanceWarnings(target)] }
}

/** Why a column cannot help; undefined when it may. */
function uselessness(column: Column, rows: Uint32Array): string | undefined {
  const seen = look(column, rows)
  if (seen.distinct === 0) return 'is empty'
  if (seen.distinct === 1 && seen.missing === 0) return 'never changes'
  if (isIdLike(column, seen)) return 'has a different value in (almost) every row, like an id,'
  if (column.type === 'category' && seen.distinct > mostLevels)
    return `has ${seen.distinct} different texts, more than the ${mostLevels} that can be learned from,`
  return undefined
}

/** What to look at in a column that stays. */
function doubts(column: Column, target: Target, sample: Uint32Array): readonly string[] {
  const explained = isSupervised(target.task) ? explainedShare(column, target, sample) : 0
  const leak =
    explained >= 0.99
      ? [
          `Column '${column.name}' alone gives the target away (${(100 * explained).toFixed(1)} %): a leak? Check that it is known before the target is.`,
        ]
      : []
  return [...leak, ...unreadable(column, target.rows)]
}

/** Infinities are read as missing, and a number above 2^53 has lost its last digits. */
function unreadable(column: Column, rows: Uint32Array): readonly string[] {
  if (column.type === 'category') return []
  const infinite: number[] = []
  const large: number[] = []
  for (const row of rows) {
    const size = Math.abs(column.values[row] ?? 0)
    if (size === Number.POSITIVE_INFINITY) infinite.push(row)
    else if (size > 2 ** 53 && size < 1e20) large.push(row)
  }
  return [
    ...(infinite.length > 0 ? [`Column '${column.name}' is infinite in ${rowsInWords(infinite)}: read as missing.`] : []),
    ...(large.length > 0
      ? [
          `Column '${column.name}' has whole numbers beyond 2^53 in ${rowsInWords(large)}: their last digits are lost. If it is an id, store it as text.`,
        ]
      : []),
  ]
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
    const value = cellOf(column, row)
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

function balanceWarnings({ task, classes, values }: Target): readonly string[] {
  if (task !== 'binary' && task !== 'multiclass') return []
  const counts = new Float64Array(classes.length)
  for (const y of values) counts[y] = (counts[y] ?? 0) + 1
  const rarest = counts.indexOf(Math.min(...counts))
  const share = (counts[rarest] ?? 0) / values.length
  if (share >= 0.3 / classes.length) return []
  return [
    `Class '${classes[rarest]}' has ${counts[rarest]} of ${values.length} rows (${(100 * share).toFixed(1)} %): accuracy hides how it fares, look at pr_auc and f1_macro.`,
  ]
}
