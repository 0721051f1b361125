/**
 * Read-only SQL over a workspace's datasets. Three fences: the statement's own syntax tree may name only datasets and
 * harmless functions, the engine may open only those datasets' files, and time and rows are bounded.
 */
import type { Blobs } from '../../platform/blobs.ts'
import type { Queryable } from '../../platform/database/database.ts'
import { Fault } from '../../platform/fault.ts'
import { getDataset } from './datasets.ts'
import { type Duck, openDuck, type Table } from './duckdb.ts'
import { viewDataset } from './snapshot.ts'
import { literal } from './sql-text.ts'

export interface QueryOptions {
  readonly db: Queryable
  readonly blobs: Blobs
  readonly workspace: string
  /** Rows returned at most. */
  readonly limit: number
  readonly timeoutMs?: number
  readonly signal?: AbortSignal
}

export interface QueryAnswer extends Table {
  /** Whether there were more rows than the limit. */
  readonly truncated: boolean
}

/** Tables are dataset names, or "name@version" in double quotes. Throws `invalid_input`, `not_found` or `deadline`. */
export async function queryDatasets(sql: string, options: QueryOptions): Promise<QueryAnswer> {
  const { db, blobs, workspace, limit, timeoutMs = 30_000 } = options
  const timeout = AbortSignal.timeout(timeoutMs)
  const signal = options.signal ? AbortSignal.any([options.signal, timeout]) : timeout
  try {
    await using duck = await openDuck({ memory: '1GB', signal })
    const tables = await tablesOf(duck, sql)
    const datasets = await Promise.all(tables.map(async (name) => ({ name, dataset: await getDataset(db, workspace, name) })))
    const paths = await Promise.all(datasets.map(({ dataset }) => blobs.path(dataset.blob)))
    if (paths.length > 0) await duck.run(`set allowed_paths = [${paths.map(literal).join(', ')}]`)
    for (const { name, dataset } of datasets) await viewDataset(duck, dataset, { name, blobs })
    await duck.lock()
    const { columns, rows } = await duck.table(sql, { limit: limit + 1 })
    requireModest(rows)
    return { columns, rows: rows.slice(0, limit), truncated: rows.length > limit }
  } catch (error) {
    if (timeout.aborted)
      throw new Fault('deadline', `The query did not finish within ${timeoutMs / 1000} s. Ask for fewer rows or columns.`)
    throw explain(error)
  }
}

/** Characters of text in one answer: what a page, a model or a terminal can still show. */
const mostText = 8_000_000

function requireModest(rows: Table['rows']): void {
  let text = 0
  for (const row of rows) for (const cell of row) text += typeof cell === 'string' ? cell.length : 8
  if (text <= mostText) return
  throw new Fault(
    'too_large',
    `The answer holds ${text} characters, and ${mostText} are the most. Ask for fewer rows, or for a part of the long texts.`,
  )
}

/**
 * Checks an expression over columns, such as a filter, by the same rules. It must not name tables.
 * Throws `invalid_input`.
 */
export async function requirePlainExpression(duck: Duck, expression: string): Promise<void> {
  const tables = await tablesOf(duck, `select (${expression}\n) from dataset`)
  if (tables.some((name) => name !== 'dataset'))
    throw new Fault('invalid_input', `The expression '${brief(expression)}' reads a table. Use the dataset's own columns only.`)
}

/** The datasets a statement reads. Throws `invalid_input` for anything but one select of permitted parts. */
async function tablesOf(duck: Duck, sql: string): Promise<readonly string[]> {
  try {
    await duck.requireSingleSelect(sql)
  } catch (error) {
    // A table that is not there yet fails here as well; the syntax tree below says what is really wrong.
    if (error instanceof Fault) throw error
  }
  const { tree } = await duck.row(`select json_serialize_sql(${literal(sql)}) as tree`)
  const parsed: unknown = JSON.parse(String(tree))
  if (isNode(parsed) && parsed.error === true) throw new Fault('invalid_input', `The query cannot be read. ${String(parsed.error_message)}`)
  const found: Found = { tables: new Set(), own: new Set() }
  walk(parsed, found)
  return [...found.tables].filter((name) => !found.own.has(name))
}

interface Found {
  readonly tables: Set<string>
  /** Names that `with` gives. */
  readonly own: Set<string>
}

type Node = Readonly<Record<string, unknown>>

const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null && !Array.isArray(value)

function walk(value: unknown, found: Found): void {
  if (Array.isArray(value)) for (const inner of value) walk(inner, found)
  if (!isNode(value)) return
  visit(value, found)
  for (const inner of Object.values(value)) walk(inner, found)
}

const tableFunctions = ['range', 'generate_series', 'unnest']

/** Functions that look beyond the data: settings, the catalogue, files, variables, other statements. */
const forbidden =
  /^(duckdb_|pragma_|current_setting|current_(catalog|database|schema)s?|getvariable|getenv|query|query_table|read_|parquet_|glob|sniff_|which_|write_log|parse_duckdb_log|in_search_path|nextval|currval|txid_current|pg_|has_|obj_description|col_description|version|get_block_size|json_execute|from_substrait|sql_auto_complete|enable_|disable_|force_|checkpoint|summary|table_info|storage_info|stats$)/

function visit(node: Node, found: Found): void {
  const { type } = node
  if (type === 'BASE_TABLE') addTable(node, found)
  if (type === 'SHOW_REF')
    throw new Fault('invalid_input', 'Only select is allowed, not show, describe or summarize. Use profile_data for a description.')
  if (type === 'TABLE_FUNCTION') {
    const name = isNode(node.function) ? String(node.function.function_name) : ''
    if (!tableFunctions.includes(name))
      throw new Fault('invalid_input', `The query calls '${name}' as a table. Name a dataset instead; files and settings cannot be read.`)
  }
  if (typeof node.function_name === 'string' && forbidden.test(node.function_name.toLowerCase()))
    throw new Fault('invalid_input', `The function '${node.function_name}' is not allowed in a query: it looks beyond the datasets.`)
  const { cte_map } = node
  const entries = isNode(cte_map) && Array.isArray(cte_map.map) ? cte_map.map : []
  for (const entry of entries) if (isNode(entry) && typeof entry.key === 'string') found.own.add(entry.key)
}

function addTable({ table_name, schema_name, catalog_name }: Node, found: Found): void {
  const parts = [catalog_name, schema_name].filter((part) => typeof part === 'string' && part !== '')
  if (parts.length > 0) {
    const name = [...parts, table_name].join('.')
    throw new Fault(
      'invalid_input',
      `'${name}' is not a dataset. A dataset name that holds dots or dashes goes in double quotes: "${name}".`,
    )
  }
  found.tables.add(String(table_name))
}

/** The engine's words without places on this machine. */
function explain(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof Fault || error.name === 'AbortError') return error
  const words = error.message
    .replaceAll(/"?\/[^\s"']*"?/g, 'a file')
    .replace(/\n\nLINE[\s\S]*$/, '')
    .replaceAll(/\s+/g, ' ')
    .trim()
  return new Fault('invalid_input', `The query failed. ${words}`, { cause: error })
}

const brief = (text: string): string => (text.length > 80 ? `${text.slice(0, 77)}…` : text)
