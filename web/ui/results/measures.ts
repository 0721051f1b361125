/** Numbers that judge: metrics beside their intervals and baseline, gaps between groups, and the same measures side by side. */
import { isRecord, type Json, numberAt, textAt } from '../json.ts'
import type { Block, Tile } from './shape.ts'

/** Metrics beside those of a baseline or their intervals become one set of tiles. */
export function measured(data: Json): Block | undefined {
  const { metrics, baseline, intervals } = data
  if (!isScores(metrics) || (baseline === undefined && intervals === undefined)) return undefined
  if (baseline !== undefined && !isScores(baseline)) return undefined
  return tilesOf('metrics', metrics, { baseline, intervals, lead: textAt(data, 'metric') })
}

interface Beside {
  readonly baseline?: unknown
  readonly intervals?: unknown
  /** The measure that everything was decided by. */
  readonly lead?: string | undefined
}

export function tilesOf(title: string, scores: Json, { baseline, intervals, lead }: Beside = {}): Block {
  const tiles = Object.keys(scores).map(
    (name): Tile => ({
      name,
      value: settled(numberAt(scores, name)) ?? null,
      baseline: settled(numberAt(baseline, name)),
      ...(isRecord(intervals) && { interval: intervalOf(intervals[name]) }),
    }),
  )
  return { kind: 'tiles', title, tiles, ...(lead !== undefined && lead in scores && { lead }) }
}

export function intervalOf(value: unknown): readonly [low: number, high: number] | undefined {
  const [low, high] = [settled(numberAt(value, 'low')), settled(numberAt(value, 'high'))]
  return low === undefined || high === undefined ? undefined : [low, high]
}

/** What floating point leaves of a zero is a zero. */
const settled = (value: number | undefined): number | undefined => (value !== undefined && Math.abs(value) < 1e-12 ? 0 : value)

function isScores(value: unknown): value is Json {
  return isRecord(value) && Object.values(value).every((score) => typeof score === 'number' || score === null)
}

/** Fields whose records hold the same measures, such as before and after: a table with one column for each. */
export function sideBySide(
  fields: readonly (readonly [string, unknown])[],
): { readonly names: readonly string[]; readonly block: Block } | undefined {
  const records = fields.flatMap(([name, value]) => (isScores(value) && Object.keys(value).length > 2 ? [{ name, value }] : []))
  const [first] = records
  if (first === undefined) return undefined
  const keys = Object.keys(first.value)
  const alike = records.filter(({ value }) => Object.keys(value).length === keys.length && keys.every((key) => key in value))
  if (alike.length < 2) return undefined
  const names = alike.map(({ name }) => name)
  const rows = keys.map((key) => ({
    measure: key,
    ...Object.fromEntries(alike.map(({ name, value }) => [name, settled(numberAt(value, key))])),
  }))
  return { names, block: { kind: 'table', title: names.join(' and '), columns: ['measure', ...names], rows } }
}

/** Four or more numbers that say how far groups lie apart stand by themselves. */
export function gapsOf(fields: readonly (readonly [string, unknown])[]): readonly (readonly [string, unknown])[] {
  const gaps = fields.filter(([key, value]) => typeof value === 'number' && /_(difference|ratio|impact|index)$/.test(key))
  return gaps.length < 4 ? [] : gaps.map(([key, value]) => [key, settled(typeof value === 'number' ? value : undefined)])
}
