/** Decides how a tool's data is drawn by looking at its shape alone, so a tool added tomorrow is drawn without a line here. */
import { isList, isRecord, type Json, numberAt, textAt } from '../json.ts'
import { type Bar, type ColumnProfile, columnProfile, isProfile } from './column-profile.ts'
import { curveOf, matrixOf, pointsOf } from './curves.ts'
import { gapsOf, measured, sideBySide, tilesOf } from './measures.ts'
import { bareGrids, dependence, type Grid, grids, learningCurves, type Series, type Swarm, sized, swarms } from './pictures.ts'
import { columnsAndRows, searched, tableOf } from './tables.ts'

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
  /** Where its value lies with 95 % certainty. */
  readonly interval?: readonly [low: number, high: number] | undefined
}

export type Block =
  | { readonly kind: 'prose'; readonly text: string }
  | { readonly kind: 'values'; readonly entries: readonly (readonly [string, unknown])[] }
  | { readonly kind: 'tiles'; readonly title: string; readonly tiles: readonly Tile[]; readonly lead?: string }
  | {
      readonly kind: 'table'
      readonly title: string
      readonly columns: readonly string[]
      readonly rows: readonly Json[]
      /** Columns that wait for a press of a button. */
      readonly folded?: readonly string[]
    }
  | { readonly kind: 'passages'; readonly title: string; readonly passages: readonly Passage[] }
  | { readonly kind: 'columns'; readonly title: string; readonly columns: readonly ColumnProfile[] }
  | { readonly kind: 'notes'; readonly title: string; readonly notes: readonly string[] }
  | { readonly kind: 'matrix'; readonly title: string; readonly labels: readonly string[]; readonly cells: readonly (readonly number[])[] }
  | {
      readonly kind: 'curve'
      readonly title: string
      readonly x: string
      readonly y: string
      readonly points: readonly Point[]
      /** Whether a line from corner to corner means something: chance, or probabilities that can be taken at their word. */
      readonly diagonal?: boolean
    }
  | {
      /** A number for each pair of two columns' values, the first column's down. */
      readonly kind: 'heat'
      readonly title: string
      readonly down: readonly string[]
      readonly across: readonly string[]
      readonly cells: readonly (readonly number[])[]
    }
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
  | { readonly kind: 'section'; readonly title: string; readonly blocks: readonly Block[]; readonly folded?: boolean }

const maxDepth = 4

/** The blocks of a result, in the order of its fields; plain values first, then what it is judged by. */
export function shapeOf(data: unknown, depth = 0): readonly Block[] {
  if (data === null || data === undefined) return []
  if (isList(data)) return listBlocks('', data, depth)
  if (!isRecord(data)) return [{ kind: 'values', entries: [['value', data]] }]
  const whole = wholes(data)
  const left = Object.entries(data).filter(([key, value]) => value !== undefined && !whole.taken.has(key))
  const full = left.filter(([, value]) => !isEmpty(value))
  const fields = (full.length > 4 ? full : left.filter(([key, value]) => !(noteKeys.has(key) && isEmpty(value)))).map(sized)
  const compared = sideBySide(fields)
  const gaps = gapsOf(fields)
  const apart = new Set([...(compared?.names ?? []), ...gaps.map(([key]) => key)])
  const rest = fields.filter(([key]) => !apart.has(key))
  const plain = rest.filter(([key, value]) => isField(key, value))
  const blocks = rest.filter(([key, value]) => !isField(key, value)).map(([key, value]) => ({ key, blocks: blocksOf(key, value, depth) }))
  const head: readonly Block[] = plain.length === 0 ? [] : [{ kind: 'values', entries: plain }]
  return [
    ...head,
    ...whole.blocks,
    ...blocks.filter(({ key }) => key === 'gates').flatMap((each) => each.blocks),
    ...(gaps.length === 0 ? [] : [{ kind: 'section' as const, title: 'gaps', blocks: [{ kind: 'values' as const, entries: gaps }] }]),
    ...(compared === undefined ? [] : [compared.block]),
    ...blocks.filter(({ key }) => key !== 'gates').flatMap((each) => each.blocks),
  ]
}

/** What several fields say together. */
function wholes(data: Json): { readonly blocks: readonly Block[]; readonly taken: ReadonlySet<string> } {
  const found: readonly (readonly [Block | undefined, readonly string[]])[] = [
    [measured(data), ['metrics', 'baseline', 'intervals']],
    [columnsAndRows(data), ['columns', 'rows']],
    [dependence(data), ['axes', 'mean', 'lines', 'least', 'most']],
    [searched(data), []],
  ]
  const taken = found.flatMap(([block, keys]) => (block === undefined ? [] : keys))
  // Without gates nothing was passed.
  return { blocks: found.flatMap(([block]) => block ?? []), taken: new Set([...taken, ...(isEmpty(data.gates) ? ['passed'] : [])]) }
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
  if (isMeasures(key, entries)) return [tilesOf(key, value)]
  if (key === 'params' && leaves(value) > paramsSeen)
    return [{ kind: 'section', title: key, folded: true, blocks: shapeOf(value, depth + 1) }]
  if (entries.every(([, inner]) => isRecord(inner))) return recordOfRecords(key, entries, depth)
  if (entries.every(([, inner]) => isPlain(inner))) return [{ kind: 'section', title: key, blocks: [{ kind: 'values', entries }] }]
  if (depth >= maxDepth) return [{ kind: 'values', entries: [[key, value]] }]
  return [{ kind: 'section', title: key, blocks: shapeOf(value, depth + 1) }]
}

/** More parameters than these are folded away: they are mostly defaults. */
const paramsSeen = 8

const leaves = (value: unknown): number =>
  isRecord(value) ? Object.values(value).reduce<number>((sum, inner) => sum + leaves(inner), 0) : 1

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
  const curves = learningCurves(key, list)
  if (curves !== undefined) return curves
  const inner = list.map((item) =>
    Math.max(0, ...Object.values(item).map((value) => (isList(value) && value.every(isRecord) ? value.length : 0))),
  )
  const nested = inner.some((length) => length > 2) && inner.every((length) => length > 1)
  const block = recordList(key, list)
  if (block.kind !== 'table' || !nested || list.length > 12 || depth >= maxDepth) return [block]
  return list.map((item, index) => {
    const [name, title] = Object.entries(item).find(([, value]) => typeof value === 'string') ?? [key, String(index + 1)]
    const rest = Object.fromEntries(Object.entries(item).filter(([inner]) => inner !== name))
    return { kind: 'section', title: name === 'name' ? String(title) : `${name} ${String(title)}`, blocks: shapeOf(rest, depth + 1) }
  })
}

function recordList(key: string, list: readonly Json[]): Block {
  const passages = list.map(passageOf)
  if (passages.every((passage) => passage !== undefined)) return { kind: 'passages', title: key, passages }
  const picture = swarms(key, list) ?? grids(key, list)
  if (picture !== undefined) return picture
  const contributions = contributionsOf(list)
  if (contributions !== undefined) return { kind: 'bars', title: key, bars: contributions }
  if (list.some(isProfile) && list.every((item) => textAt(item, 'name') !== undefined))
    return { kind: 'columns', title: key, columns: list.map(columnProfile) }
  return (
    curveOf(key, list) ??
    tableOf(
      key,
      list.map((item) => Object.fromEntries(Object.entries(item).map(sized))),
    )
  )
}

function recordOfRecords(key: string, entries: readonly (readonly [string, unknown])[], depth: number): readonly Block[] {
  const rows = entries.map(([name, inner]): Json => ({ name, ...(isRecord(inner) ? inner : {}) }))
  if (rows.every((row) => Object.values(row).every(isPlain))) return [tableOf(key, rows)]
  if (depth >= maxDepth) return [{ kind: 'values', entries }]
  return [{ kind: 'section', title: key, blocks: entries.flatMap(([name, inner]) => blocksOf(name, inner, depth + 1)) }]
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

function isMeasures(key: string, entries: readonly (readonly [string, unknown])[]): boolean {
  const numeric = entries.every(([, value]) => typeof value === 'number' || value === null)
  const isNamed = key.includes('metric') || (entries.length > 1 && entries.length <= 16)
  return numeric && !key.startsWith('param') && isNamed
}

function isEmpty(value: unknown): boolean {
  return isList(value) ? value.length === 0 : isRecord(value) && Object.keys(value).length === 0
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
