/** Reads raw records and tables into the numbers a model was fitted on, and says exactly what does not fit. */
import { Fault, type FieldError } from '../../platform/fault.ts'
import type { Column, Frame } from '../data/frame.ts'
import type { InputColumn } from './problem.ts'

export interface RecordReader {
  /** Fills `row` from one record; throws `invalid_input` naming every field that is wrong. `index` is for the words. */
  read(record: Readonly<Record<string, unknown>>, row: Float64Array, index: number): void
}

/** A level that training never saw. */
const unseen = -1

/** `ignored` names fields that a record may carry although the model does not read them. */
export function recordReader(columns: readonly InputColumn[], ignored: readonly string[]): RecordReader {
  const codes = columns.map((column) => (column.type === 'category' ? codesOf(column.levels) : null))
  const known = new Set([...columns.map(({ name }) => name), ...ignored])
  const byPlain = new Map([...known].toReversed().map((name) => [plain(name), name]))
  return {
    read: (record, row, index) => {
      const errors: FieldError[] = []
      for (const [i, { name }] of columns.entries()) {
        const cell = readCell(Object.hasOwn(record, name) ? record[name] : undefined, codes[i] ?? null)
        if (typeof cell === 'number') row[i] = cell
        else errors.push({ path: name, message: `column '${name}' ${cell.wrong}` })
      }
      for (const name in record) {
        if (!known.has(name))
          errors.push({ path: name, message: `column '${name}' is not one the model reads${hint(byPlain.get(plain(name)))}` })
      }
      if (errors.length > 0) throw refusal(errors, index)
    },
  }
}

type Cell = number | { readonly wrong: string }

function readCell(value: unknown, codes: ReadonlyMap<string, number> | null): Cell {
  return codes === null ? numberCell(value) : categoryCell(value, codes)
}

function numberCell(value: unknown): Cell {
  if (typeof value === 'number') return Number.isFinite(value) ? value : Number.NaN
  if (value === null) return Number.NaN
  if (typeof value === 'boolean') return value ? 1 : 0
  return value === undefined ? absent : { wrong: `must be a number, found ${brief(value)}; send a number, or null where it is missing` }
}

function categoryCell(value: unknown, codes: ReadonlyMap<string, number>): Cell {
  if (value === null) return Number.NaN
  if (typeof value === 'string') return codes.get(value) ?? unseen
  if (value === undefined) return absent
  const code = typeof value === 'number' || typeof value === 'boolean' ? codes.get(String(value)) : undefined
  if (code !== undefined) return code
  /** A code that training never saw, where the others are numbers too. */
  if (typeof value === 'number' && !Number.isNaN(Number(codes.keys().next().value))) return unseen
  const examples = [...codes.keys()].slice(0, 3).map((level) => `'${level}'`)
  return { wrong: `must be text such as ${examples.join(', ')}, found ${brief(value)}; send text, or null where it is missing` }
}

const absent: Cell = { wrong: 'is missing; add it, with null where its value is unknown' }

function refusal(errors: readonly FieldError[], index: number): Fault {
  const shown = errors.slice(0, 5).map(({ message }) => message)
  if (errors.length > shown.length) shown.push(`and ${errors.length - shown.length} more`)
  const located = errors.map(({ path, message }) => ({ path: `${index}.${path}`, message }))
  return new Fault('invalid_input', `Record ${index} cannot be predicted: ${shown.join('; ')}.`, { errors: located })
}

function brief(value: unknown): string {
  const text = JSON.stringify(value) ?? typeof value
  return text.length > 60 ? `${text.slice(0, 57)}…` : text
}

/** What is left of a name without case, spacing and signs: names that agree in it are near. */
const plain = (text: string): string => text.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, '')

const hint = (near: string | undefined): string => (near === undefined ? '; remove it' : `; did you mean '${near}'?`)

function codesOf(levels: readonly string[]): ReadonlyMap<string, number> {
  return new Map(levels.map((level, code) => [level, code]))
}

/** A table's columns as the model's inputs, in the model's order. Columns the model does not read are passed over. */
export function readFrame(frame: Frame, columns: readonly InputColumn[]): readonly Float64Array[] {
  const byName = new Map(frame.columns.map((column) => [column.name, column]))
  const absentNames = columns.filter(({ name }) => !byName.has(name)).map(({ name }) => `'${name}'`)
  if (absentNames.length > 0) {
    const words = absentNames.length === 1 ? `column ${absentNames[0]}, which` : `columns ${absentNames.slice(0, 8).join(', ')}, which`
    throw new Fault('invalid_input', `The data has no ${words} the model reads. Add what is missing or choose other data.`)
  }
  return columns.flatMap((column) => {
    const found = byName.get(column.name)
    return found === undefined ? [] : [readColumn(found, column)]
  })
}

function readColumn(found: Column, column: InputColumn): Float64Array {
  if (column.type === 'number') {
    if (found.type === 'category')
      throw new Fault('invalid_input', `Column '${column.name}' holds text, but the model was trained on numbers there. Convert it first.`)
    return finite(found.values)
  }
  const codes = codesOf(column.levels)
  if (found.type === 'number')
    return Float64Array.from(found.values, (value) => (Number.isNaN(value) ? Number.NaN : (codes.get(String(value)) ?? unseen)))
  const recode = found.levels.map((level) => codes.get(level) ?? unseen)
  return Float64Array.from(found.codes, (code) => (code < 0 ? Number.NaN : (recode[code] ?? unseen)))
}

/** Infinite values are read as missing: no model here can use them. */
export function finite(values: Float64Array): Float64Array {
  return values.every((value) => Math.abs(value) !== Number.POSITIVE_INFINITY)
    ? values
    : values.map((value) => (Number.isFinite(value) ? value : Number.NaN))
}
