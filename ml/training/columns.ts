/** Finds the columns that a training names, and refuses a table whose columns cannot be told apart. */
import { Fault } from '../../platform/fault.ts'
import { nearest } from '../../platform/nearest.ts'
import type { Column, Frame } from '../data/frame.ts'

/** Throws `invalid_input` with the nearest names. `role` says what the column is wanted for. */
export function columnNamed(frame: Frame, name: string, role: string): Column {
  const found = frame.columns.find((column) => column.name === name)
  if (found) return found
  const names = frame.columns.map((column) => column.name)
  const near = nearest(name, names)
  const hint =
    near.length > 0 ? `Did you mean ${near.map((each) => `'${each}'`).join(' or ')}?` : `Its columns: ${names.slice(0, 20).join(', ')}.`
  throw new Fault('invalid_input', `The data has no ${role} column '${name}'. ${hint}`)
}

/** Throws `invalid_input` naming columns that share a name. */
export function requireDistinctNames(frame: Frame): void {
  const seen = new Set<string>()
  const twice = new Set<string>()
  for (const { name } of frame.columns) {
    if (seen.has(name)) twice.add(name)
    seen.add(name)
  }
  if (twice.size === 0) return
  const names = [...twice].slice(0, 5).map((name) => `'${name}'`)
  throw new Fault('invalid_input', `The data has more than one column called ${names.join(', ')}. Give each column a name of its own.`)
}

/** The value of a cell; NaN where it is missing. Of a category its code. */
export function cellOf(column: Column, row: number): number {
  if (column.type === 'number') return column.values[row] ?? Number.NaN
  const code = column.codes[row] ?? -1
  return code < 0 ? Number.NaN : code
}

/** "rows 4, 9, 12 and 5 more", counted from 1. Of `count` rows only the first need be given. */
export function rowsInWords(rows: readonly number[], count = rows.length): string {
  const shown = rows.slice(0, 5).map((row) => row + 1)
  const more = count - shown.length
  return `${count === 1 ? 'row' : 'rows'} ${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}
