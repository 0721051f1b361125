/** A column of a profile at a glance: the bars of its histogram or of its most frequent values, and a few facts. */
import { isList, isRecord, type Json, listAt, numberAt, textAt } from '../json.ts'

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

export function isProfile(item: Json): boolean {
  return ['histogram', 'quantiles', 'spread', 'top'].some((key) => key in item)
}

/** Bars from `histogram` ({from, to, count}, or {edges, counts}), else from `top`; facts from what is plain. */
export function columnProfile(item: Json): ColumnProfile {
  const flat: Json = isRecord(item.spread) ? { ...item, ...item.spread } : item
  const type = textAt(item, 'type')
  const write = type === 'date' || type === 'timestamp' ? day : round
  const facts = Object.entries(flat).flatMap(([key, value]): ColumnProfile['facts'] => {
    if (key === 'name' || key === 'type' || typeof value === 'object') return []
    return [[key, key === 'mean' ? write(value) : value]]
  })
  const counts = facts.filter(([key]) => key === 'missing' || key === 'distinct')
  const rest = facts.filter((fact) => !counts.includes(fact))
  return {
    name: textAt(item, 'name') ?? '',
    type,
    bars: barsOf(flat, write),
    facts: [...counts, ...quantileFacts(flat.quantiles, write), ...rest],
  }
}

function barsOf(item: Json, write: (value: unknown) => string): readonly Bar[] {
  const { histogram } = item
  if (isRecord(histogram)) {
    const counts = listAt(histogram, 'counts').filter((count) => typeof count === 'number')
    const edges = listAt(histogram, 'edges')
    return counts.map((value, i) => ({ label: `${write(edges[i])} – ${write(edges[i + 1])}`, value }))
  }
  return (isList(histogram) ? histogram : listAt(item, 'top')).flatMap((bin) => {
    const value = numberAt(bin, 'count')
    if (!isRecord(bin) || value === undefined) return []
    return [{ label: 'from' in bin ? `${write(bin.from)} – ${write(bin.to)}` : String(bin.value), value }]
  })
}

const told = new Map([
  [0, 'min'],
  [0.5, 'median'],
  [1, 'max'],
])

function quantileFacts(quantiles: unknown, write: (value: unknown) => string): ColumnProfile['facts'] {
  if (!isList(quantiles)) return []
  return quantiles.flatMap((point) => {
    const name = told.get(numberAt(point, 'q') ?? -1)
    return name === undefined ? [] : [[name, write(numberAt(point, 'value'))] as const]
  })
}

function round(value: unknown): string {
  return typeof value === 'number' ? String(Number(value.toPrecision(4))) : '–'
}

/** Milliseconds since 1970 as a day. */
function day(value: unknown): string {
  return typeof value === 'number' ? new Date(value).toISOString().slice(0, 10) : '–'
}
