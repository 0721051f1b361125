/** Records as tables: names first, measures before details, small records inside a row spread over columns of their own. */
import { byHeadline } from '../format.ts'
import { isList, isRecord, type Json, listAt, numberAt, sameJson, textAt } from '../json.ts'
import type { Block, Point } from './shape.ts'

/** Measures of a row that are seen at once; the others wait for a press of a button. */
const measuresSeen = 5

/** A row keeps its record of intervals, out of sight, so that they stand under their numbers. */
export function tableOf(title: string, rows: readonly Json[]): Block {
  const columns = [...new Set(rows.slice(0, 200).flatMap((row) => Object.keys(row)))]
  const telling = columns.filter((column) => rows.some((row) => row[column] !== null && row[column] !== undefined))
  const spread = ordered(telling, rows).flatMap((column) => spreadColumn(column, rows))
  const names = spread.map((path) => path.join('.'))
  const folded = names.filter((name) => name.startsWith('metrics.')).slice(measuresSeen)
  return {
    kind: 'table',
    title,
    columns: names,
    rows: rows.map((row) => ({
      ...Object.fromEntries(spread.map((path) => [path.join('.'), read(row, path)])),
      ...(isIntervals(row.intervals) && { intervals: row.intervals }),
    })),
    ...(folded.length > 0 && names.length > 8 && { folded }),
  }
}

/** {tpr: {low, high}}. */
function isIntervals(value: unknown): value is Json {
  return (
    isRecord(value) && Object.values(value).every((ends) => numberAt(ends, 'low') !== undefined && numberAt(ends, 'high') !== undefined)
  )
}

/** A row begins with what it is called, wherever its name stood among its fields; parameters come last, where a trial does not turn on them. */
function ordered(columns: readonly string[], rows: readonly Json[]): readonly string[] {
  const shown = columns.filter((column) => column !== 'intervals' || !rows.every((row) => isIntervals(row.intervals)))
  if (rows.every(isTrial)) return ['value', 'params', ...shown.filter((column) => column !== 'value' && column !== 'params')]
  const [first] = shown
  const name = first === undefined || typeof rows[0]?.[first] === 'string' ? undefined : shown.find((column) => isName(column, rows))
  const rank = (column: string): number => (column === name ? 0 : column === 'params' ? 2 : 1)
  return shown.toSorted((left, right) => rank(left) - rank(right))
}

/** A text of its own in every row. */
const isName = (column: string, rows: readonly Json[]): boolean =>
  rows.every((row) => typeof row[column] === 'string') && new Set(rows.map((row) => row[column])).size === rows.length

const isTrial = (row: Json): boolean => isRecord(row.params) && ('value' in row || textAt(row, 'state') === 'failed')

/** A small record inside a row (metrics, parameters) becomes columns of its own; of parameters only those that differ between rows. */
function spreadColumn(column: string, rows: readonly Json[]): readonly (readonly string[])[] {
  const inner = rows.map((row) => row[column]).filter(isRecord)
  if (inner.length === 0 || inner.length < rows.filter((row) => row[column] !== undefined && row[column] !== null).length) return [[column]]
  const all = [...new Set(inner.flatMap((value) => Object.keys(value)))]
  const differing = all.filter((key) => inner.some((value) => !sameJson(value[key] ?? null, inner[0]?.[key] ?? null)))
  const keys = column === 'params' && inner.length > 1 && differing.length > 0 ? differing : all
  if (keys.length === 0 || (keys.length > 6 && column !== 'metrics')) return [[column]]
  if (!inner.every((value) => keys.every((key) => isCell(value[key])))) return [[column]]
  return byHeadline(keys.map((key) => [key, key])).map(([key]) => [column, key])
}

const isCell = (value: unknown): boolean =>
  typeof value !== 'object' || value === null || (isList(value) && value.length <= 12 && value.every((item) => typeof item !== 'object'))

function read(row: Json, path: readonly string[]): unknown {
  return path.reduce<unknown>((value, key) => (isRecord(value) ? value[key] : undefined), row)
}

/** A query's answer: column names (or {name, type}) beside rows of lists or records. */
export function columnsAndRows(data: Json): Block | undefined {
  const { columns, rows } = data
  if (!isList(columns) || !isList(rows)) return undefined
  const names = columns.map((column) => (typeof column === 'string' ? column : textAt(column, 'name')))
  if (!names.every((name) => name !== undefined)) return undefined
  if (rows.every(isRecord)) return { kind: 'table', title: '', columns: names, rows }
  if (!rows.every(isList)) return undefined
  return { kind: 'table', title: '', columns: names, rows: rows.map((row) => Object.fromEntries(names.map((name, i) => [name, row[i]]))) }
}

/** How a search went on: the value of each trial and, where it is known which way is better, the best so far. */
export function searched(data: Json): Block | undefined {
  const trials = listAt(data, 'trials')
  const best = numberAt(data.best, 'value')
  const values = trials.flatMap((trial, i): readonly Point[] => {
    const value = textAt(trial, 'state') === 'stopped' ? undefined : numberAt(trial, 'value')
    return value === undefined ? [] : [[i + 1, value]]
  })
  if (best === undefined || values.length < 3 || !trials.every((trial) => isRecord(trial) && isRecord(trial.params))) return undefined
  const rising = values.every(([, value]) => value <= best)
  const better = rising ? Math.max : Math.min
  const soFar = values.map(([x], i): Point => [x, better(...values.slice(0, i + 1).map(([, y]) => y))])
  const series = [
    { name: textAt(data, 'metric') ?? 'value', points: values },
    { name: 'best_so_far', points: soFar },
  ]
  return { kind: 'lines', title: 'search', x: 'trial', series, faint: [] }
}
