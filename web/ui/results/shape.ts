/** Decides how a tool's data is drawn by looking at its shape alone, so a tool added tomorrow is drawn without a line here. */
import { byHeadline } from '../format.ts'
import { isList, isRecord, type Json, numberAt, textAt } from '../json.ts'
import { type Bar, type ColumnProfile, columnProfile, isProfile } from './column-profile.ts'
import { bareGrids, dependence, type Grid, grids, learningCurve, type Series, type Swarm, swarms } from './pictures.ts'

export interface Passage {
  readonly document: string
  /** The number of the passage in its document, as the tool gave it. */
  readonly chunk: string | number | undefined
  readonly title: string
  readonly text: string
  readonly score: number | undefined
  /** The words of a citation; absent for a search hit. */
  readonly quote: string | undefined
  readonly collection: string | undefined
}

export type Point = readonly [x: number, y: number]

export interface Tile {
  readonly name: string
  readonly value: number | null
  /** The same measure of the simplest answer possible. */
  readonly baseline: number | undefined
}

export type Block =
  | { readonly kind: 'prose'; readonly text: string }
  | { readonly kind: 'values'; readonly entries: readonly (readonly [string, unknown])[] }
  | { readonly kind: 'tiles'; readonly title: string; readonly tiles: readonly Tile[] }
  | { readonly kind: 'table'; readonly title: string; readonly columns: readonly string[]; readonly rows: readonly Json[] }
  | { readonly kind: 'passages'; readonly title: string; readonly passages: readonly Passage[] }
  | { readonly kind: 'columns'; readonly title: string; readonly columns: readonly ColumnProfile[] }
  | { readonly kind: 'notes'; readonly title: string; readonly notes: readonly string[] }
  | { readonly kind: 'matrix'; readonly title: string; readonly labels: readonly string[]; readonly cells: readonly (readonly number[])[] }
  | { readonly kind: 'curve'; readonly title: string; readonly x: string; readonly y: string; readonly points: readonly Point[] }
  | { readonly kind: 'bars'; readonly title: string; readonly bars: readonly Bar[] }
  | {
      readonly kind: 'lines'
      readonly title: string
      readonly x: string
      readonly series: readonly Series[]
      /** Behind them, for the spread. */
      readonly faint: readonly (readonly Point[])[]
    }
  | { readonly kind: 'swarm'; readonly title: string; readonly rows: readonly Swarm[] }
  | { readonly kind: 'images'; readonly title: string; readonly images: readonly Grid[] }
  | { readonly kind: 'section'; readonly title: string; readonly blocks: readonly Block[] }

const maxDepth = 4

/** The blocks of a result, in the order of its fields; plain values first. */
export function shapeOf(data: unknown, depth = 0): readonly Block[] {
  if (data === null || data === undefined) return []
  if (isList(data)) return listBlocks('', data, depth)
  if (!isRecord(data)) return [{ kind: 'values', entries: [['value', data]] }]
  const table = columnsAndRows(data)
  const scores = measured(data)
  const follows = dependence(data)
  const taken = new Set([
    ...(table === undefined ? [] : ['columns', 'rows']),
    ...(scores === undefined ? [] : ['metrics', 'baseline']),
    ...(follows === undefined ? [] : ['axes', 'mean', 'lines']),
  ])
  const fields = Object.entries(data).filter(
    ([key, value]) => value !== undefined && !taken.has(key) && !(noteKeys.has(key) && isEmpty(value)),
  )
  const plain = fields.filter(([key, value]) => isField(key, value))
  const blocks = fields.filter(([key, value]) => !isField(key, value)).flatMap(([key, value]) => blocksOf(key, value, depth))
  const head: readonly Block[] = plain.length === 0 ? [] : [{ kind: 'values', entries: plain }]
  return [
    ...head,
    ...(scores === undefined ? [] : [scores]),
    ...(table === undefined ? [] : [table]),
    ...(follows === undefined ? [] : [follows]),
    ...blocks,
  ]
}

/** Metrics beside those of a baseline become one set of tiles. */
function measured(data: Json): Block | undefined {
  const { metrics, baseline } = data
  if (!isRecord(metrics) || !isRecord(baseline)) return undefined
  return [metrics, baseline].every((scores) => Object.values(scores).every((value) => typeof value === 'number'))
    ? tilesOf('metrics', metrics, baseline)
    : undefined
}

function tilesOf(title: string, scores: Json, baseline: unknown): Block {
  const tiles = Object.keys(scores).map((name) => ({ name, value: numberAt(scores, name) ?? null, baseline: numberAt(baseline, name) }))
  return { kind: 'tiles', title, tiles }
}

function blocksOf(key: string, value: unknown, depth: number): readonly Block[] {
  if (typeof value === 'string') return [{ kind: 'prose', text: value }]
  if (isList(value)) return listBlocks(key, value, depth)
  if (!isRecord(value)) return []
  const entries = Object.entries(value)
  if (entries.length === 0) return []
  const picture = grids(key, [value])
  if (picture !== undefined) return [picture]
  const matrix = matrixOf(key, value)
  if (matrix !== undefined) return [matrix]
  if (isMeasures(key, entries)) return [tilesOf(key, value, undefined)]
  if (entries.every(([, inner]) => isRecord(inner))) return recordOfRecords(key, entries, depth)
  if (entries.every(([, inner]) => isPlain(inner))) return [{ kind: 'section', title: key, blocks: [{ kind: 'values', entries }] }]
  if (depth >= maxDepth) return [{ kind: 'values', entries: [[key, value]] }]
  return [{ kind: 'section', title: key, blocks: shapeOf(value, depth + 1) }]
}

function listBlocks(key: string, list: readonly unknown[], depth: number): readonly Block[] {
  if (list.length === 0) return [{ kind: 'values', entries: [[key || 'rows', list]] }]
  if (list.every(isRecord)) return noteKeys.has(key) && list.every(hasMessage) ? [messages(key, list)] : recordBlocks(key, list, depth)
  const pictures = bareGrids(key, list)
  if (pictures !== undefined) return [pictures]
  const points = pointsOf(list)
  if (points !== undefined && list.length > 2) return [{ kind: 'curve', title: key, x: 'x', y: 'y', points }]
  if (list.every((item) => typeof item === 'string') && (noteKeys.has(key) || list.some((item) => item.length > 60)))
    return [{ kind: 'notes', title: key, notes: list }]
  if (list.every(isPlain)) return [{ kind: 'values', entries: [[key || 'values', list]] }]
  if (depth >= maxDepth) return [{ kind: 'values', entries: [[key, list]] }]
  return list.flatMap((item, index) => blocksOf(`${key} ${index + 1}`.trim(), item, depth + 1))
}

const noteKeys = new Set(['warnings', 'notes', 'reasons', 'errors'])

function hasMessage(item: Json): boolean {
  return textAt(item, 'message') !== undefined
}

function messages(key: string, list: readonly Json[]): Block {
  return { kind: 'notes', title: key, notes: list.map((item) => textAt(item, 'message') ?? '') }
}

/** Records that hold lists of records of their own (the curves of each class) become a section each. */
function recordBlocks(key: string, list: readonly Json[], depth: number): readonly Block[] {
  const nested = list.every((item) => Object.values(item).some((value) => isList(value) && value.length > 2 && value.every(isRecord)))
  const block = recordList(key, list)
  if (block.kind !== 'table' || !nested || list.length > 12 || depth >= maxDepth) return [block]
  return list.map((item, index) => {
    const [name, title] = Object.entries(item).find(([, value]) => typeof value === 'string') ?? [key, String(index + 1)]
    const rest = Object.fromEntries(Object.entries(item).filter(([inner]) => inner !== name))
    return { kind: 'section', title: `${name} ${String(title)}`, blocks: shapeOf(rest, depth + 1) }
  })
}

function recordList(key: string, list: readonly Json[]): Block {
  const passages = list.map(passageOf)
  if (passages.every((passage) => passage !== undefined)) return { kind: 'passages', title: key, passages }
  const picture = learningCurve(key, list) ?? swarms(key, list) ?? grids(key, list)
  if (picture !== undefined) return picture
  const contributions = contributionsOf(list)
  if (contributions !== undefined) return { kind: 'bars', title: key, bars: contributions }
  if (list.some(isProfile) && list.every((item) => textAt(item, 'name') !== undefined))
    return { kind: 'columns', title: key, columns: list.map(columnProfile) }
  return curveOf(key, list) ?? tableOf(key, list)
}

function recordOfRecords(key: string, entries: readonly (readonly [string, unknown])[], depth: number): readonly Block[] {
  const rows = entries.map(([name, inner]): Json => ({ name, ...(isRecord(inner) ? inner : {}) }))
  if (rows.every((row) => Object.values(row).every(isPlain))) return [tableOf(key, rows)]
  if (depth >= maxDepth) return [{ kind: 'values', entries }]
  return [{ kind: 'section', title: key, blocks: entries.flatMap(([name, inner]) => blocksOf(name, inner, depth + 1)) }]
}

function tableOf(title: string, rows: readonly Json[]): Block {
  const columns = [...new Set(rows.slice(0, 200).flatMap((row) => Object.keys(row)))]
  const telling = columns.filter((column) => rows.some((row) => row[column] !== null && row[column] !== undefined))
  const spread = namesFirst(telling, rows).flatMap((column) => spreadColumn(column, rows))
  const names = spread.map((path) => path.join('.'))
  return {
    kind: 'table',
    title,
    columns: names,
    rows: rows.map((row) => Object.fromEntries(spread.map((path) => [path.join('.'), read(row, path)]))),
  }
}

/** A row begins with what it is called, wherever its name stood among its fields. */
function namesFirst(columns: readonly string[], rows: readonly Json[]): readonly string[] {
  const isName = (column: string): boolean => rows.every((row) => typeof row[column] === 'string')
  const [first] = columns
  const name = first === undefined || typeof rows[0]?.[first] !== 'object' ? undefined : columns.find(isName)
  return name === undefined ? columns : [name, ...columns.filter((column) => column !== name)]
}

/** A small record inside a row (metrics, parameters) becomes columns of its own. */
function spreadColumn(column: string, rows: readonly Json[]): readonly (readonly string[])[] {
  const inner = rows.map((row) => row[column]).filter((value) => value !== undefined && value !== null)
  if (inner.length === 0 || !inner.every((value) => isRecord(value) && Object.values(value).every(isPlain))) return [[column]]
  const keys = [...new Set(inner.flatMap((value) => (isRecord(value) ? Object.keys(value) : [])))]
  if (keys.length === 0 || (keys.length > 6 && column !== 'metrics')) return [[column]]
  return byHeadline(keys.map((key) => [key, key])).map(([key]) => [column, key])
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
    chunk: typeof chunk === 'string' || typeof chunk === 'number' ? chunk : undefined,
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

function matrixOf(key: string, value: Json): Block | undefined {
  const cells = value.matrix ?? value.counts ?? value.cells
  const labels = value.labels ?? value.classes
  if (!isList(cells) || !isList(labels) || cells.length !== labels.length || labels.length > 20) return undefined
  const rows = cells.map((row) => (isList(row) && row.length === labels.length ? row.filter((cell) => typeof cell === 'number') : []))
  return rows.every((row) => row.length === labels.length)
    ? { kind: 'matrix', title: key, labels: labels.map(String), cells: rows }
    : undefined
}

const axes: readonly (readonly string[])[] = [
  ['fpr', 'tpr'],
  ['recall', 'precision'],
  ['predicted', 'observed'],
]

/** Records of two numbers, at least eight of them, under a name that says curve. */
function curveOf(key: string, list: readonly Json[]): Block | undefined {
  if (list.length < 8 || !/curve|roc|recall|calibration|lift|gain/i.test(key)) return undefined
  const names = Object.keys(list[0] ?? {})
  const [x, y] = axes.find((pair) => pair.every((name) => names.includes(name))) ?? names
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
  return numeric && entries.length <= 16 && !key.startsWith('param') && (key.includes('metric') || entries.length > 1)
}

function isEmpty(value: unknown): boolean {
  return isList(value) && value.length === 0
}

/** Shown among the plain values, not as a block of its own. */
function isField(key: string, value: unknown): boolean {
  return isPlain(value) && !isProse(key, value) && !(noteKeys.has(key) && isList(value))
}

function isPlain(value: unknown): boolean {
  if (isList(value))
    return value.length <= 12 && value.every((item) => typeof item === 'number' || (typeof item === 'string' && item.length <= 60))
  return value === null || typeof value !== 'object'
}

const proseKeys = new Set(['answer', 'text', 'summary', 'explanation'])

function isProse(key: string, value: unknown): boolean {
  return typeof value === 'string' && (proseKeys.has(key) || value.length > 160)
}
