/** Decides how a tool's data is drawn by looking at its shape alone, so a tool added tomorrow is drawn without a line here. */
import { isList, isRecord, type Json, listAt, numberAt, textAt } from '../json.ts'

export interface Passage {
  readonly document: string
  readonly chunk: string | undefined
  readonly title: string
  readonly text: string
  readonly score: number | undefined
  /** The words of a citation; absent for a search hit. */
  readonly quote: string | undefined
  readonly collection: string | undefined
}

export interface Bar {
  readonly label: string
  readonly value: number
}

export interface ColumnProfile {
  readonly name: string
  readonly type: string | undefined
  readonly bars: readonly Bar[]
  readonly facts: readonly (readonly [string, unknown])[]
}

export type Point = readonly [x: number, y: number]

export type Block =
  | { readonly kind: 'prose'; readonly text: string }
  | { readonly kind: 'values'; readonly entries: readonly (readonly [string, unknown])[] }
  | { readonly kind: 'tiles'; readonly title: string; readonly tiles: readonly (readonly [string, number | null])[] }
  | { readonly kind: 'table'; readonly title: string; readonly columns: readonly string[]; readonly rows: readonly Json[] }
  | { readonly kind: 'passages'; readonly title: string; readonly passages: readonly Passage[] }
  | { readonly kind: 'columns'; readonly title: string; readonly columns: readonly ColumnProfile[] }
  | { readonly kind: 'notes'; readonly title: string; readonly notes: readonly string[] }
  | { readonly kind: 'matrix'; readonly title: string; readonly labels: readonly string[]; readonly cells: readonly (readonly number[])[] }
  | { readonly kind: 'curve'; readonly title: string; readonly x: string; readonly y: string; readonly points: readonly Point[] }
  | { readonly kind: 'bars'; readonly title: string; readonly bars: readonly Bar[] }
  | { readonly kind: 'section'; readonly title: string; readonly blocks: readonly Block[] }

const maxDepth = 4

/** The blocks of a result, in the order of its fields; plain values first. */
export function shapeOf(data: unknown, depth = 0): readonly Block[] {
  if (data === null || data === undefined) return []
  if (isList(data)) return listBlocks('', data, depth)
  if (!isRecord(data)) return [{ kind: 'values', entries: [['value', data]] }]
  const table = columnsAndRows(data)
  const fields = Object.entries(data).filter(
    ([key, value]) => value !== undefined && !(table !== undefined && (key === 'columns' || key === 'rows')),
  )
  const plain = fields.filter(([key, value]) => isField(key, value))
  const blocks = fields.filter(([key, value]) => !isField(key, value)).flatMap(([key, value]) => blocksOf(key, value, depth))
  const head: readonly Block[] = plain.length === 0 ? [] : [{ kind: 'values', entries: plain }]
  return [...head, ...(table === undefined ? [] : [table]), ...blocks]
}

function blocksOf(key: string, value: unknown, depth: number): readonly Block[] {
  if (typeof value === 'string') return [{ kind: 'prose', text: value }]
  if (isList(value)) return listBlocks(key, value, depth)
  if (!isRecord(value)) return []
  const entries = Object.entries(value)
  if (entries.length === 0) return []
  const matrix = matrixOf(key, value)
  if (matrix !== undefined) return [matrix]
  if (isMeasures(key, entries))
    return [{ kind: 'tiles', title: key, tiles: entries.map(([name, n]) => [name, typeof n === 'number' ? n : null]) }]
  if (entries.every(([, inner]) => isRecord(inner))) return recordOfRecords(key, entries, depth)
  if (entries.every(([, inner]) => isPlain(inner))) return [{ kind: 'section', title: key, blocks: [{ kind: 'values', entries }] }]
  if (depth >= maxDepth) return [{ kind: 'values', entries: [[key, value]] }]
  return [{ kind: 'section', title: key, blocks: shapeOf(value, depth + 1) }]
}

function listBlocks(key: string, list: readonly unknown[], depth: number): readonly Block[] {
  if (list.length === 0) return key === 'warnings' || key === 'notes' ? [] : [{ kind: 'values', entries: [[key || 'rows', 'none']] }]
  if (list.every(isRecord)) return [recordList(key, list)]
  const points = pointsOf(list)
  if (points !== undefined && list.length > 2) return [{ kind: 'curve', title: key, x: 'x', y: 'y', points }]
  if (list.every((item) => typeof item === 'string') && (noteKeys.has(key) || list.some((item) => item.length > 60)))
    return [{ kind: 'notes', title: key, notes: list }]
  if (list.every(isPlain)) return [{ kind: 'values', entries: [[key || 'values', list]] }]
  if (depth >= maxDepth) return [{ kind: 'values', entries: [[key, list]] }]
  return list.flatMap((item, index) => blocksOf(`${key} ${index + 1}`.trim(), item, depth + 1))
}

const noteKeys = new Set(['warnings', 'notes', 'reasons', 'errors'])

function recordList(key: string, list: readonly Json[]): Block {
  const passages = list.map(passageOf)
  if (passages.every((passage) => passage !== undefined)) return { kind: 'passages', title: key, passages }
  const contributions = contributionsOf(list)
  if (contributions !== undefined) return { kind: 'bars', title: key, bars: contributions }
  if (
    list.some((item) => 'histogram' in item || 'quantiles' in item || 'top' in item) &&
    list.every((item) => textAt(item, 'name') !== undefined)
  )
    return { kind: 'columns', title: key, columns: list.map(columnProfile) }
  const curve = curveOf(key, list)
  return curve ?? tableOf(key, list)
}

function recordOfRecords(key: string, entries: readonly (readonly [string, unknown])[], depth: number): readonly Block[] {
  const rows = entries.map(([name, inner]): Json => ({ name, ...(isRecord(inner) ? inner : {}) }))
  if (rows.every((row) => Object.values(row).every(isPlain))) return [tableOf(key, rows)]
  if (depth >= maxDepth) return [{ kind: 'values', entries }]
  return [{ kind: 'section', title: key, blocks: entries.flatMap(([name, inner]) => blocksOf(name, inner, depth + 1)) }]
}

function tableOf(title: string, rows: readonly Json[]): Block {
  const columns = [...new Set(rows.slice(0, 200).flatMap((row) => Object.keys(row)))]
  const spread = columns.flatMap((column) => spreadColumn(column, rows))
  const names = spread.map((path) => path.join('.'))
  return {
    kind: 'table',
    title,
    columns: names,
    rows: rows.map((row) => Object.fromEntries(spread.map((path) => [path.join('.'), read(row, path)]))),
  }
}

/** A small record inside a row (metrics, parameters) becomes columns of its own. */
function spreadColumn(column: string, rows: readonly Json[]): readonly (readonly string[])[] {
  const inner = rows.map((row) => row[column]).filter((value) => value !== undefined && value !== null)
  if (inner.length === 0 || !inner.every((value) => isRecord(value) && Object.values(value).every(isPlain))) return [[column]]
  const keys = [...new Set(inner.flatMap((value) => (isRecord(value) ? Object.keys(value) : [])))]
  return keys.length > 0 && keys.length <= 6 ? keys.map((key) => [column, key]) : [[column]]
}

function read(row: Json, path: readonly string[]): unknown {
  return path.reduce<unknown>((value, key) => (isRecord(value) ? value[key] : undefined), row)
}

/** A query's answer: column names (or {name, type}) beside rows of lists or records. */
function columnsAndRows(data: Json): Block | undefined {
  const { columns, rows } = data
  if (!isList(columns) || !isList(rows)) return undefined
  const names = columns.map((column) => (typeof column === 'string' ? column : textAt(column, 'name')))
  if (!names.every((name) => name !== undefined)) return undefined
  if (rows.every(isRecord)) return { kind: 'table', title: '', columns: names, rows }
  if (!rows.every(isList)) return undefined
  return { kind: 'table', title: '', columns: names, rows: rows.map((row) => Object.fromEntries(names.map((name, i) => [name, row[i]]))) }
}

function passageOf(item: Json): Passage | undefined {
  const document = textAt(item, 'document')
  const quote = textAt(item, 'quote')
  const text = quote ?? textAt(item, 'text')
  if (document === undefined || text === undefined) return undefined
  const chunk = item.chunk
  return {
    document,
    chunk: typeof chunk === 'string' || typeof chunk === 'number' ? String(chunk) : undefined,
    title: textAt(item, 'title') ?? document,
    text,
    score: numberAt(item, 'score'),
    quote,
    collection: textAt(item, 'collection'),
  }
}

/** Signed pushes of features on one prediction, or their importances. */
function contributionsOf(list: readonly Json[]): readonly Bar[] | undefined {
  const bars = list.map((item) => {
    const name = textAt(item, 'feature')
    const value = numberAt(item, 'shap') ?? numberAt(item, 'importance') ?? numberAt(item, 'gain')
    if (name === undefined || value === undefined) return undefined
    const own = item.value
    return { label: own === undefined || own === null || isRecord(own) ? name : `${name} = ${String(own)}`, value }
  })
  return bars.every((bar) => bar !== undefined) ? bars : undefined
}

/** The plain facts of a column and the bars of its histogram or its most frequent values. */
export function columnProfile(item: Json): ColumnProfile {
  const facts = Object.entries(item).filter(([key, value]) => key !== 'name' && key !== 'type' && isPlain(value))
  return { name: textAt(item, 'name') ?? '', type: textAt(item, 'type'), bars: barsOf(item), facts }
}

function barsOf(item: Json): readonly Bar[] {
  const { histogram } = item
  if (isRecord(histogram)) {
    const counts = listAt(histogram, 'counts').filter((count) => typeof count === 'number')
    const edges = listAt(histogram, 'edges')
    return counts.map((value, i) => ({ label: `${round(edges[i])} – ${round(edges[i + 1])}`, value }))
  }
  const bins = isList(histogram) ? histogram : [...listAt(item, 'top'), ...listAt(item, 'top_values')]
  return bins.flatMap((bin, i) => {
    if (typeof bin === 'number') return [{ label: String(i + 1), value: bin }]
    const value = numberAt(bin, 'count') ?? numberAt(bin, 'rows')
    if (!isRecord(bin) || value === undefined) return []
    const from = bin.from ?? bin.low ?? bin.lower ?? bin.start
    const to = bin.to ?? bin.high ?? bin.upper ?? bin.end
    return [{ label: from === undefined ? String(bin.value) : `${round(from)} – ${round(to)}`, value }]
  })
}

function round(value: unknown): string {
  return typeof value === 'number' ? String(Number(value.toPrecision(4))) : String(value ?? '')
}

function matrixOf(key: string, value: Json): Block | undefined {
  const cells = value.matrix ?? value.counts ?? value.cells
  const labels = value.labels ?? value.classes
  if (!isList(cells) || !isList(labels) || cells.length !== labels.length || labels.length > 20) return undefined
  const rows = cells.map((row) => (isList(row) && row.length === labels.length ? row.filter((cell) => typeof cell === 'number') : []))
  return rows.every((row) => row.length === labels.length)
    ? { kind: 'matrix', title: key, labels: labels.map(String), cells: rows }
    : undefined
}

/** Records of two numbers, at least eight of them, under a name that says curve. */
function curveOf(key: string, list: readonly Json[]): Block | undefined {
  if (list.length < 8 || !/curve|roc|calibration|pr\b|lift/i.test(key)) return undefined
  const [x, y] = Object.keys(list[0] ?? {})
  if (x === undefined || y === undefined) return undefined
  const points = list.map((item): Point => [numberAt(item, x) ?? Number.NaN, numberAt(item, y) ?? Number.NaN])
  return points.every(([px, py]) => Number.isFinite(px) && Number.isFinite(py)) ? { kind: 'curve', title: key, x, y, points } : undefined
}

function pointsOf(list: readonly unknown[]): readonly Point[] | undefined {
  const points = list.map((item): Point | undefined => {
    if (!isList(item) || item.length !== 2) return undefined
    const [x, y] = item
    return typeof x === 'number' && typeof y === 'number' ? [x, y] : undefined
  })
  return points.every((point) => point !== undefined) ? points : undefined
}

function isMeasures(key: string, entries: readonly (readonly [string, unknown])[]): boolean {
  const numeric = entries.every(([, value]) => typeof value === 'number' || value === null)
  return numeric && entries.length <= 16 && (key.includes('metric') || entries.length > 1)
}

/** Shown among the plain values, not as a block of its own. */
function isField(key: string, value: unknown): boolean {
  return isPlain(value) && !isProse(key, value) && !(noteKeys.has(key) && isList(value))
}

function isPlain(value: unknown): boolean {
  if (isList(value))
    return (
      value.length > 0 &&
      value.length <= 12 &&
      value.every((item) => typeof item === 'number' || (typeof item === 'string' && item.length <= 60))
    )
  return value === null || typeof value !== 'object'
}

const proseKeys = new Set(['answer', 'text', 'summary', 'explanation'])

function isProse(key: string, value: unknown): boolean {
  return typeof value === 'string' && (proseKeys.has(key) || value.length > 160)
}
