/** Reads the column to predict: whether it names classes or measures a number, and what each row's answer is. */
import { Fault } from '../../platform/fault.ts'
import type { Column } from '../data/frame.ts'
import type { Task } from '../models/problem.ts'

export interface Target {
  readonly task: Task
  /** Sorted: numbers by size, texts by code unit. Empty for regression and for tasks without a target. */
  readonly classes: readonly (string | number)[]
  /** Rows that have an answer; all rows where none is wanted. */
  readonly rows: Uint32Array
  /** Class index or number of each of those rows; empty where none is wanted. Of anomalies 1 for the unusual rows. */
  readonly values: Float64Array
}

/** Classes are few: more distinct integers than this are taken for a measure. */
const maxIntegerClasses = 20
/** And no more than a classifier here can bear. */
const maxClasses = 1000

/** Throws `invalid_input` when nothing can be learned from the column. */
export function readTarget(column: Column, task?: 'classification' | 'regression'): Target {
  return column.type === 'category' ? readText(column, task) : readNumbers(column, task)
}

/** Labels of anomalies: the rarer of two values is the unusual one (the second at a tie). Throws `invalid_input` for any other column. */
export function readLabels(column: Column): Target & { readonly positive: string | number; readonly count: number } {
  const { task, classes, rows, values } = readTarget(column, 'classification')
  if (task !== 'binary')
    throw new Fault(
      'invalid_input',
      `Column '${column.name}' has ${classes.length} values, and labels of unusual rows need two. Choose such a column, or leave target out.`,
    )
  const second = values.reduce((sum, value) => sum + value, 0)
  const unusual = second <= rows.length - second ? 1 : 0
  const labels = values.map((value) => (value === unusual ? 1 : 0))
  const count = unusual === 1 ? second : rows.length - second
  return { task: 'anomaly', classes: [], rows, values: labels, positive: classes[unusual] ?? '', count }
}

function readText(column: Column & { readonly type: 'category' }, task?: 'classification' | 'regression'): Target {
  if (task === 'regression')
    throw new Fault(
      'invalid_input',
      `Column '${column.name}' holds text, so it cannot be a regression target. Choose a number column or task classification.`,
    )
  const rows = rowsWhere(column.codes.length, (row) => (column.codes[row] ?? -1) >= 0)
  const used = new Set<number>()
  for (const row of rows) used.add(column.codes[row] ?? -1)
  const order = [...used].sort((a, b) => ((column.levels[a] ?? '') < (column.levels[b] ?? '') ? -1 : 1))
  const classOf = new Map(order.map((code, index) => [code, index]))
  const values = Float64Array.from(rows, (row) => classOf.get(column.codes[row] ?? -1) ?? 0)
  return asClasses(column.name, { classes: order.map((code) => column.levels[code] ?? ''), rows, values })
}

function readNumbers(column: Column & { readonly type: 'number' }, task?: 'classification' | 'regression'): Target {
  const rows = rowsWhere(column.values.length, (row) => Number.isFinite(column.values[row]))
  const values = Float64Array.from(rows, (row) => column.values[row] ?? 0)
  const distinct = distinctUpTo(values, maxClasses)
  const classify = task === undefined ? looksLikeClasses(distinct, values.length) : task === 'classification'
  if (!classify) {
    if (distinct.length < 2) throw oneValue(column.name, distinct[0])
    return { task: 'regression', classes: [], rows, values }
  }
  const classOf = new Map(distinct.map((value, index) => [value, index]))
  return asClasses(column.name, { classes: distinct, rows, values: values.map((value) => classOf.get(value) ?? 0) })
}

/** Two values of any kind, or whole numbers that count from 0 or 1 without a gap, each seen several times. */
function looksLikeClasses(distinct: readonly number[], rows: number): boolean {
  if (distinct.length === 2) return true
  const first = distinct[0]
  const counts = (first === 0 || first === 1) && distinct.every((value, i) => value === first + i)
  return counts && distinct.length > 2 && distinct.length <= maxIntegerClasses && rows >= 5 * distinct.length
}

function asClasses(name: string, found: Omit<Target, 'task'>): Target {
  const { classes } = found
  if (classes.length < 2) throw oneValue(name, classes[0])
  if (classes.length > maxClasses || classes.length > found.rows.length / 2)
    throw new Fault(
      'invalid_input',
      `Column '${name}' has ${classes.length > maxClasses ? `more than ${maxClasses}` : classes.length} classes in ${found.rows.length} rows: too many to learn. Choose a column with fewer, or task regression for a number.`,
    )
  return { ...found, task: classes.length === 2 ? 'binary' : 'multiclass' }
}

function oneValue(name: string, value: string | number | undefined): Fault {
  const words = value === undefined ? 'has no values' : `holds only '${value}'`
  return new Fault('invalid_input', `Column '${name}' ${words}, so there is nothing to learn. Choose a target with at least two values.`)
}

function rowsWhere(length: number, keep: (row: number) => boolean): Uint32Array {
  return Uint32Array.from({ length }, (_, row) => row).filter(keep)
}

/** Sorted; stops looking at one more than `most`. */
function distinctUpTo(values: Float64Array, most: number): readonly number[] {
  const seen = new Set<number>()
  for (const value of values) {
    seen.add(value)
    if (seen.size > most) break
  }
  return [...seen].sort((a, b) => a - b)
}
