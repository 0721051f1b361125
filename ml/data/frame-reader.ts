/**
 * Brings a dataset's rows into memory as a Frame. DuckDB does the work column by column: numbers become float64,
 * words become codes of an enum made from their distinct values, so JavaScript only copies typed arrays.
 */
import type { Blobs } from '../../platform/blobs.ts'
import { Fault } from '../../platform/fault.ts'
import { type ColumnInfo, columnTypeOf } from './column-types.ts'
import type { Dataset } from './datasets.ts'
import { type Duck, openDuck } from './duckdb.ts'
import type { Column, Frame } from './frame.ts'
import { identifier, literal } from './sql-text.ts'

export interface FrameOptions {
  /** All columns unless told; in the order given. */
  readonly columns?: readonly string[]
  /** The first rows only. */
  readonly limit?: number
  /** At most so many rows, drawn at random (the same ones every time) where there are more. */
  readonly sample?: number
}

/**
 * Numbers, booleans (0, 1) and dates (milliseconds) become number columns, all else categories with sorted levels.
 * Infinities are read as missing; integers above 2^53 lose their last digits. Throws `not_found` for an unknown column.
 */
export async function loadFrame(
  dataset: Pick<Dataset, 'name' | 'blob' | 'columns'>,
  { blobs, signal, ...options }: FrameOptions & { readonly blobs: Blobs; readonly signal?: AbortSignal },
): Promise<Frame> {
  const columns = chooseColumns(dataset, options.columns)
  await using duck = await openDuck(signal ? { signal } : {})
  const source = `from read_parquet(${literal(await blobs.path(dataset.blob))})`
  const { sample } = options
  // A sample is drawn into a table: a view would draw another one for every statement.
  if (sample === undefined) await duck.run(`create view frame_source as ${source}`)
  else
    await duck.run(
      `set threads = 1; create table frame_source as ${source} using sample reservoir(${Math.max(1, Math.floor(sample))} rows) repeatable (1)`,
    )
  return await readFrame(duck, 'frame_source', columns, options.limit)
}

function chooseColumns(dataset: Pick<Dataset, 'name' | 'columns'>, wanted: readonly string[] | undefined): readonly ColumnInfo[] {
  return wanted
    ? wanted.map((name) => {
        const column = dataset.columns.find((known) => known.name === name)
        if (column) return column
        const known = dataset.columns.map((each) => each.name).slice(0, 30)
        throw new Fault('not_found', `Dataset '${dataset.name}' has no column '${name}'. Its columns: ${known.join(', ')}.`)
      })
    : dataset.columns
}

/** A table or view of an open engine as a Frame. */
export async function readFrame(duck: Duck, relation: string, columns: readonly ColumnInfo[], limit?: number): Promise<Frame> {
  const source = limit === undefined ? relation : `(from ${relation} limit ${Math.max(0, Math.floor(limit))})`
  const { count } = await duck.row(`select count(*) as count from ${source}`)
  const rows = Number(count)
  const levels = await Promise.all(
    columns.map((column, index) => (column.type === 'text' ? readLevels(duck, source, column.name, index) : undefined)),
  )
  const read = columns.map((column, index): Column => {
    const words = levels[index]
    return words
      ? { name: column.name, type: 'category', codes: new Int32Array(rows), levels: words }
      : { name: column.name, type: 'number', values: new Float64Array(rows) }
  })
  const targets = read.map((column) => (column.type === 'number' ? column.values : column.codes))
  if (rows > 0) await duck.fill(`select ${columns.map(readExpression).join(', ')} from ${source}`, targets)
  return { rows, columns: read }
}

/** The column types of a relation that did not come from a dataset. */
export async function describeColumns(duck: Duck, relation: string): Promise<readonly ColumnInfo[]> {
  const { columns } = await duck.table(`from ${relation}`, { limit: 0 })
  return columns.map(({ name, type }) => ({ name, type: columnTypeOf(type) }))
}

async function readLevels(duck: Duck, source: string, name: string, index: number): Promise<readonly string[]> {
  const column = identifier(name)
  await duck.run(
    `create or replace type levels_${index} as enum (select distinct ${column}::varchar as level from ${source} where ${column} is not null order by level)`,
  )
  return (await duck.list(`select unnest(enum_range(null::levels_${index}))`)).map(String)
}

function readExpression({ name, type }: ColumnInfo, index: number): string {
  const column = identifier(name)
  switch (type) {
    case 'text':
      return `coalesce(enum_code(${column}::varchar::levels_${index})::integer, -1)`
    case 'date':
    case 'timestamp':
      return `coalesce(epoch_ms(${column}::timestamp)::double, 'nan'::double)`
    case 'boolean':
    case 'integer':
      return `coalesce(${column}::double, 'nan'::double)`
    case 'number':
      return `case when isfinite(${column}::double) then ${column}::double else 'nan'::double end`
  }
}
