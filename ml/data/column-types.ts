/** The six types a dataset's column can have, and how they are found: in a typed source, or in text by reading every row. */
import type { Duck } from './duckdb.ts'
import { identifier, literal } from './sql-text.ts'

export const columnTypes = ['integer', 'number', 'boolean', 'date', 'timestamp', 'text'] as const
export type ColumnType = (typeof columnTypes)[number]

export interface ColumnInfo {
  readonly name: string
  readonly type: ColumnType
}

const integers = ['TINYINT', 'SMALLINT', 'INTEGER', 'BIGINT', 'UTINYINT', 'USMALLINT', 'UINTEGER', 'UBIGINT']

/** The column type of a DuckDB type; everything nested or unusual is text. HUGEINT becomes a (rounded) number. */
export function columnTypeOf(type: string): ColumnType {
  if (integers.includes(type)) return 'integer'
  if (['FLOAT', 'DOUBLE', 'HUGEINT', 'UHUGEINT'].includes(type) || /^DECIMAL\(\d+,\d+\)$/.test(type)) return 'number'
  if (type === 'BOOLEAN') return 'boolean'
  if (type === 'DATE') return 'date'
  return /^TIMESTAMP( WITH TIME ZONE|_S|_MS|_NS)?$/.test(type) ? 'timestamp' : 'text'
}

/** The expression that brings a column of a DuckDB type to the type it is stored with. */
export function storedExpression(name: string, type: string): string {
  const column = identifier(name)
  if (type === 'HUGEINT' || type === 'UHUGEINT') return `${column}::double as ${column}`
  if (type === 'TIMESTAMP WITH TIME ZONE') return `(${column} at time zone 'UTC')::timestamp as ${column}`
  if (columnTypeOf(type) === 'timestamp') return `${column}::timestamp as ${column}`
  if (columnTypeOf(type) !== 'text') return column
  return isNested(type) ? `to_json(${column})::varchar as ${column}` : `${column}::varchar as ${column}`
}

const isNested = (type: string): boolean => /[\])]$/.test(type) || type === 'JSON'

/** Words that mean "missing" in a column whose other values are numbers, dates or booleans. In a text column they stay words. */
const missingWords = ['NA', 'N/A', 'n/a', 'na', 'NaN', 'nan', 'NULL', 'null', 'None', '?', '-']

const sqlTypes: Readonly<Record<ColumnType, string>> = {
  integer: 'bigint',
  number: 'double',
  boolean: 'boolean',
  date: 'date',
  timestamp: 'timestamp',
  text: 'varchar',
}

/** Whether trimmed text `v` reads as the type; codes such as "007" and digits too long for an integer stay text. */
const reads: Readonly<Record<Exclude<ColumnType, 'text'>, (v: string) => string>> = {
  integer: (v) => `try_cast(${v} as bigint)::varchar = ${v}`,
  number: (v) => `try_cast(${v} as double) is not null and not regexp_full_match(${v}, '[+-]?(0[0-9].*|[0-9]{19,})')`,
  boolean: (v) => `lower(${v}) in ('true', 'false')`,
  date: (v) => `length(${v}) = 10 and try_cast(${v} as date) is not null`,
  timestamp: (v) => `length(${v}) >= 16 and ${v}[5] = '-' and try_cast(${v} as timestamp) is not null`,
}

/** True only for values that read as the type, and cheap: most values need no other look (5x over the full test, n = 9e6). */
const readsAtOnce: Partial<typeof reads> = {
  integer: reads.integer,
  // '0:' sorts right after '09': what lies between begins with a zero and a digit.
  number: (v) => `try_cast(${v} as double) is not null and (${v} < '00' or ${v} >= '0:') and strlen(${v}) < 19`,
}

type TypedColumn = Exclude<ColumnType, 'text'>
const sampleRows = 1000

/** The shape a value must have to be a candidate, cheap enough for a look at the first rows. */
const shapes: readonly (readonly [TypedColumn, RegExp])[] = [
  ['boolean', /^(true|false)$/i],
  ['integer', /^-?(0|[1-9]\d{0,18})$/],
  ['number', /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$|^[+-]?(inf|infinity)$/i],
  ['date', /^\d{4}-\d{2}-\d{2}$/],
  ['timestamp', /^\d{4}-\d{2}-\d{2}[T ]\d/],
]

/**
 * Types the text columns of `table` by all their values: each column's candidates come from the first rows, and are
 * then proved on every row, so a late surprise makes the column text instead of failing.
 */
export async function inferTypes(duck: Duck, table: string, names: readonly string[]): Promise<readonly ColumnInfo[]> {
  const { rows } = await duck.table(`from ${table}`, { limit: sampleRows })
  const open = names.map((name, column) => ({ name, tests: candidatesFor(rows.map((row) => row[column])) }))
  const unread = await countUnread(duck, table, open)
  return open.map(({ name, tests }, column) => ({ name, type: tests.find((_, test) => unread[column]?.[test] === 0) ?? 'text' }))
}

/** The narrowest type that all values have the shape of; what comes after it in the list is its fallback. */
function candidatesFor(values: readonly unknown[]): readonly TypedColumn[] {
  const words = values.filter((value) => typeof value === 'string').map((value) => value.trim())
  const present = words.filter((value) => !missingWords.includes(value))
  if (present.length === 0) return shapes.map(([type]) => type)
  const narrowest = shapes.find(([, shape]) => present.every((value) => shape.test(value)))?.[0]
  if (narrowest === undefined) return []
  return narrowest === 'integer' ? ['integer', 'number'] : narrowest === 'date' ? ['date', 'timestamp'] : [narrowest]
}

/** The expression that turns a text column into its inferred type. */
export function typedExpression({ name, type }: ColumnInfo): string {
  const column = identifier(name)
  return type === 'text' ? column : `try_cast(trim(${column}) as ${sqlTypes[type]}) as ${column}`
}

interface ColumnTests {
  readonly name: string
  readonly tests: readonly TypedColumn[]
}

/** Per column and test, how many values do not read as the type; a column without values reads as none. */
async function countUnread(duck: Duck, table: string, columns: readonly ColumnTests[]): Promise<readonly (readonly number[])[]> {
  const words = missingWords.map(literal).join(', ')
  const counts = columns.flatMap(({ name, tests }) => {
    const column = identifier(name)
    const missing = `${column} is null or trim(${column}) in (${words})`
    return tests.map((test) => {
      const atOnce = readsAtOnce[test]
      const fast = atOnce ? `when ${atOnce(column)} then null ` : ''
      const unread = `count(case ${fast}when ${missing} then null when ${reads[test](`trim(${column})`)} then null else 1 end)`
      // All tests are open only where the first rows were empty: the column may be so to its end.
      return tests.length === shapes.length
        ? `case when count(case when ${missing} then null else 1 end) = 0 then 1 else ${unread} end`
        : unread
    })
  })
  if (counts.length === 0) return columns.map(() => [])
  const { rows } = await duck.table(`select ${counts.join(', ')} from ${table}`)
  const flat = (rows[0] ?? []).map(Number)
  let next = 0
  return columns.map(({ tests }) => tests.map(() => flat[next++] ?? 1))
}
