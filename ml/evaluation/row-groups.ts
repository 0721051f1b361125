/** Sorts rows by the value of a column, or of several at once, for measures group by group. */
import type { Column } from '../data/frame.ts'

export interface RowGroups {
  /** Group of each row, an index of `names`. */
  readonly of: Int32Array
  readonly names: readonly string[]
}

/** Numbers with more distinct values than this are grouped by quarters. */
const mostNumbers = 20

const missing = '(missing)'

/**
 * One group per value, in their order; numbers with many values by quarters of the rows, as "30 to 45"; missing values are
 * a group of their own. Only groups that have one of `rows` are named.
 */
export function groupsOf(column: Column, rows: Uint32Array): RowGroups {
  if (column.type === 'category') return named(rows, (row) => column.levels[column.codes[row] ?? -1] ?? missing, column.levels)
  const values = Float64Array.from(rows, (row) => column.values[row] ?? Number.NaN)
    .filter(Number.isFinite)
    .sort()
  const distinct = [...new Set(values)]
  if (distinct.length <= mostNumbers) {
    const name = (row: number): string => (Number.isFinite(column.values[row]) ? String(column.values[row]) : missing)
    return named(rows, name, distinct.map(String))
  }
  const cuts = [...new Set([1, 2, 3].map((quarter) => values[Math.floor((quarter * values.length) / 4)] ?? 0))]
  const labels = [`below ${cuts[0]}`, ...cuts.slice(1).map((cut, i) => `${cuts[i]} to below ${cut}`), `${cuts.at(-1)} and more`]
  const label = (row: number): string => {
    const value = column.values[row] ?? Number.NaN
    return Number.isFinite(value) ? (labels[cuts.filter((cut) => value >= cut).length] ?? missing) : missing
  }
  return named(rows, label, labels)
}

/** Every combination that occurs, as "female, 45 and more". */
export function intersectionOf(all: readonly RowGroups[]): RowGroups {
  const [first] = all
  if (first === undefined || all.length === 1) return first ?? { of: new Int32Array(), names: [] }
  const keys = new Map<string, readonly number[]>()
  const keyOf = (row: number): string => {
    const codes = all.map(({ of }) => of[row] ?? 0)
    const key = codes.join(',')
    if (!keys.has(key)) keys.set(key, codes)
    return key
  }
  const found = Array.from(first.of, (_, row) => keyOf(row))
  const inOrder = [...keys].sort(([, a], [, b]) => a.map((code, i) => code - (b[i] ?? 0)).find((gap) => gap !== 0) ?? 0)
  const index = new Map(inOrder.map(([key], i) => [key, i]))
  return {
    of: Int32Array.from(found, (key) => index.get(key) ?? 0),
    names: inOrder.map(([, codes]) => codes.map((code, i) => all[i]?.names[code] ?? '').join(', ')),
  }
}

function named(rows: Uint32Array, name: (row: number) => string, order: readonly string[]): RowGroups {
  const found = Array.from(rows, name)
  const present = new Set(found)
  const names = [...order, missing].filter((value, i, all) => present.has(value) && all.indexOf(value) === i)
  const index = new Map(names.map((value, i) => [value, i]))
  return { of: Int32Array.from(found, (value) => index.get(value) ?? 0), names }
}
