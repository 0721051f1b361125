/** One column at a glance: how much is missing, how many values differ, and how they are spread. Computed inside DuckDB. */
import type { ColumnInfo, ColumnType } from './column-types.ts'
import type { Cell, Duck } from './duckdb.ts'
import { identifier } from './sql-text.ts'

export interface NumberSpread {
  readonly mean: number | null
  readonly sd: number | null
  /** At 0, 0.05, 0.25, 0.5, 0.75, 0.95 and 1; dates as milliseconds. */
  readonly quantiles: readonly { readonly q: number; readonly value: number }[]
  /** Twenty bins of equal width from least to greatest. */
  readonly histogram: readonly { readonly from: number; readonly to: number; readonly count: number }[]
}

export interface ColumnProfile {
  readonly name: string
  readonly type: ColumnType
  readonly missing: number
  readonly distinct: number
  /** Present for integers, numbers, dates and timestamps. */
  readonly spread?: NumberSpread
  /** Present for text and booleans: the ten most frequent values. */
  readonly top?: readonly { readonly value: string; readonly count: number }[]
}

const levels = [0, 0.05, 0.25, 0.5, 0.75, 0.95, 1]
const bins = 20

/** Profiles the columns of a relation of an open engine, in their order. */
export async function profileColumns(duck: Duck, relation: string, columns: readonly ColumnInfo[]): Promise<readonly ColumnProfile[]> {
  const counts = await duck.row(
    `select ${columns.map(({ name }, index) => `count(*) - count(${identifier(name)}) as m${index}, count(distinct ${identifier(name)}) as d${index}`).join(', ')} from ${relation}`,
  )
  const profiles: ColumnProfile[] = []
  for (const [index, column] of columns.entries()) {
    const base = { ...column, missing: Number(counts[`m${index}`]), distinct: Number(counts[`d${index}`]) }
    profiles.push(
      isMeasured(column.type)
        ? { ...base, spread: await spreadOf(duck, relation, column) }
        : { ...base, top: await topValues(duck, relation, column.name) },
    )
  }
  return profiles
}

/** Whether values of the type lie on a line, so that quantiles mean something. */
export const isMeasured = (type: ColumnType): boolean => type !== 'text' && type !== 'boolean'

/** The column as a double, dates as milliseconds, infinities left out. */
export function measure({ name, type }: ColumnInfo): string {
  const column = identifier(name)
  if (type === 'date' || type === 'timestamp') return `epoch_ms(${column}::timestamp)::double`
  return `case when isfinite(${column}::double) then ${column}::double end`
}

async function spreadOf(duck: Duck, relation: string, column: ColumnInfo): Promise<NumberSpread> {
  const values = `(select ${measure(column)} as v from ${relation})`
  const found = await duck.row(
    `select avg(v) as mean, stddev_samp(v) as sd, quantile_cont(v, [${levels.join(', ')}]) as quantiles from ${values}`,
  )
  const quantiles = Array.isArray(found.quantiles) ? found.quantiles.map(Number) : []
  const least = quantiles.at(0)
  const greatest = quantiles.at(-1)
  const spread = {
    mean: numberOrNull(found.mean),
    sd: numberOrNull(found.sd),
    quantiles: quantiles.map((value, index) => ({ q: levels[index] ?? 0, value })),
  }
  if (least === undefined || greatest === undefined || !Number.isFinite(greatest - least)) return { ...spread, histogram: [] }
  if (greatest === least) {
    const { count } = await duck.row(`select count(v) as count from ${values}`)
    return { ...spread, histogram: [{ from: least, to: greatest, count: Number(count) }] }
  }
  const width = (greatest - least) / bins
  const { rows } = await duck.table(
    `select least(${bins - 1}, floor((v - ${least}::double) / ${width}::double))::integer as bin, count(*) as count from ${values} where v is not null group by bin`,
  )
  const counts = new Map(rows.map(([bin, count]) => [Number(bin), Number(count)]))
  const histogram = Array.from({ length: bins }, (_, bin) => ({
    from: least + bin * width,
    to: bin === bins - 1 ? greatest : least + (bin + 1) * width,
    count: counts.get(bin) ?? 0,
  }))
  return { ...spread, histogram }
}

async function topValues(
  duck: Duck,
  relation: string,
  name: string,
): Promise<readonly { readonly value: string; readonly count: number }[]> {
  const column = identifier(name)
  const { rows } = await duck.table(
    `select left(${column}::varchar, 200) as value, count(*) as count from ${relation} where ${column} is not null group by value order by count desc, value limit 10`,
  )
  return rows.map(([value, count]) => ({ value: String(value), count: Number(count) }))
}

const numberOrNull = (value: Cell | undefined): number | null => (typeof value === 'number' ? value : null)
