/** A dataset made from another by a list of steps, each a view over the one before; the last one is frozen as a snapshot. */
import type { Blobs } from '../../platform/blobs.ts'
import { Fault } from '../../platform/fault.ts'
import type { ColumnType } from './column-types.ts'
import { type Dataset, requireColumn } from './datasets.ts'
import type { Duck } from './duckdb.ts'
import { describeColumns } from './frame-reader.ts'
import { requirePlainExpression } from './query.ts'
import { openDataset, type Snapshot, writeSnapshot } from './snapshot.ts'
import { identifier, literal } from './sql-text.ts'

export const fillMethods = ['mean', 'median', 'mode'] as const

export type PrepareStep =
  | { readonly step: 'drop_columns'; readonly columns: readonly string[] }
  | { readonly step: 'keep_columns'; readonly columns: readonly string[] }
  | { readonly step: 'rename'; readonly column: string; readonly to: string }
  | {
      readonly step: 'fill_missing'
      readonly columns: readonly string[]
      readonly method?: (typeof fillMethods)[number] | undefined
      readonly value?: string | number | boolean | undefined
    }
  | { readonly step: 'drop_missing'; readonly columns?: readonly string[] | undefined }
  | { readonly step: 'drop_duplicates' }
  | { readonly step: 'filter'; readonly where: string }
  | { readonly step: 'derive'; readonly column: string; readonly expression: string }
  | { readonly step: 'cast'; readonly column: string; readonly type: ColumnType; readonly format?: string | undefined }
  | { readonly step: 'one_hot'; readonly column: string }

/** Throws `not_found` for unknown columns and `invalid_input` for a step that fails, naming it by its number. */
export async function prepareDataset(
  dataset: Dataset,
  steps: readonly PrepareStep[],
  { blobs, signal }: { readonly blobs: Blobs; readonly signal?: AbortSignal },
): Promise<Snapshot> {
  await using duck = await openDataset(dataset, { blobs, ...(signal && { signal }) })
  // Each step reads a table called dataset: what the step before it made.
  await duck.run('create table prepared as from dataset; drop view dataset; alter table prepared rename to dataset')
  for (const [index, step] of steps.entries()) {
    try {
      const columns = await describeColumns(duck, 'dataset')
      const query = await queryOf(duck, step, { ...dataset, columns })
      await duck.run(`create table prepared as ${query}; drop table dataset; alter table prepared rename to dataset`)
    } catch (error) {
      throw inStep(error, index, step)
    }
  }
  const { count } = await duck.row('select count(*) as count from dataset')
  if (count === 0)
    throw new Fault(
      'invalid_input',
      `The steps leave no row of '${dataset.name}'. Loosen the filters, or fill missing values instead of dropping rows.`,
    )
  return await writeSnapshot(duck, 'dataset', blobs)
}

/** The select that performs one step over the table `dataset`. */
async function queryOf(duck: Duck, step: PrepareStep, dataset: Pick<Dataset, 'name' | 'columns'>): Promise<string> {
  const known = (name: string): string => identifier(requireColumn(dataset, name).name)
  switch (step.step) {
    case 'drop_columns':
      return `select * exclude (${step.columns.map(known).join(', ')}) from dataset`
    case 'keep_columns':
      return `select ${step.columns.map(known).join(', ')} from dataset`
    case 'rename':
      requireNewName(dataset, step.to)
      return `select * rename (${known(step.column)} as ${identifier(step.to)}) from dataset`
    case 'fill_missing':
      return fillQuery(step, dataset)
    case 'drop_missing': {
      const names = step.columns ?? dataset.columns.map(({ name }) => name)
      return `from dataset where ${names.map((name) => `${known(name)} is not null`).join(' and ')}`
    }
    case 'drop_duplicates':
      return `select * exclude (millrace_row) from (select *, row_number() over () as millrace_row from dataset) qualify row_number() over (partition by ${dataset.columns.map(({ name }) => identifier(name)).join(', ')} order by millrace_row) = 1 order by millrace_row`
    case 'filter':
      await requirePlainExpression(duck, step.where)
      return `from dataset where (${step.where}\n)`
    case 'derive':
      await requirePlainExpression(duck, step.expression)
      return deriveQuery(step, dataset)
    case 'cast':
      return castQuery(duck, step, dataset)
    case 'one_hot':
      return oneHotQuery(duck, step.column, dataset)
  }
}

function fillQuery(
  { columns, method, value }: Extract<PrepareStep, { step: 'fill_missing' }>,
  dataset: Pick<Dataset, 'name' | 'columns'>,
): string {
  if ((method === undefined) === (value === undefined)) throw new Fault('invalid_input', 'fill_missing takes either a method or a value.')
  const filled = columns.map((name) => {
    const { type } = requireColumn(dataset, name)
    const column = identifier(name)
    if (method !== undefined && method !== 'mode' && type !== 'integer' && type !== 'number')
      throw new Fault('invalid_input', `'${name}' is ${type} and has no ${method}. Use method: mode, or a value.`)
    if (method === undefined) return `coalesce(${column}, cast(${literal(String(value))} as ${sqlTypes[type]})) as ${column}`
    const fill = { mean: `avg(${column})`, median: `median(${column})`, mode: `mode(${column})` }[method]
    return `coalesce(${column}, (select ${fill} from dataset)) as ${column}`
  })
  return `select * replace (${filled.join(', ')}) from dataset`
}

function deriveQuery({ column, expression }: Extract<PrepareStep, { step: 'derive' }>, dataset: Pick<Dataset, 'columns'>): string {
  const made = `(${expression}\n) as ${identifier(column)}`
  return dataset.columns.some(({ name }) => name === column) ? `select * replace (${made}) from dataset` : `select *, ${made} from dataset`
}

const sqlTypes: Readonly<Record<ColumnType, string>> = {
  integer: 'bigint',
  number: 'double',
  boolean: 'boolean',
  date: 'date',
  timestamp: 'timestamp',
  text: 'varchar',
}

/** A cast must take every value that is there; those it cannot take are counted and shown. */
async function castQuery(
  duck: Duck,
  { column, type, format }: Extract<PrepareStep, { step: 'cast' }>,
  dataset: Pick<Dataset, 'name' | 'columns'>,
): Promise<string> {
  const { name } = requireColumn(dataset, column)
  const source = identifier(name)
  const cast =
    format === undefined
      ? `try_cast(${source} as ${sqlTypes[type]})`
      : `try_strptime(${source}::varchar, ${literal(format)})::${sqlTypes[type]}`
  const lost = `from dataset where ${source} is not null and ${cast} is null`
  const { count } = await duck.row(`select count(*) as count ${lost}`)
  if (Number(count) > 0) {
    const shown = await duck.list(`select distinct ${source}::varchar ${lost} limit 3`)
    throw new Fault(
      'invalid_input',
      `${count} values of '${name}' are no ${type}, for example ${shown.map((value) => `'${value}'`).join(', ')}. Filter or fill them first${type === 'date' || type === 'timestamp' ? ', or pass a format such as %d/%m/%Y' : ''}.`,
    )
  }
  return `select * replace (${cast} as ${source}) from dataset`
}

async function oneHotQuery(duck: Duck, name: string, dataset: Pick<Dataset, 'name' | 'columns'>): Promise<string> {
  const column = identifier(requireColumn(dataset, name).name)
  const levels = (
    await duck.list(`select distinct ${column}::varchar as level from dataset where ${column} is not null order by level limit 101`)
  ).map(String)
  if (levels.length > 100)
    throw new Fault(
      'invalid_input',
      `'${name}' has more than 100 different values, too many for one_hot. The models here take it as it is.`,
    )
  const made = levels.map((level) => {
    requireNewName(dataset, `${name}_${level}`)
    return `coalesce(${column}::varchar = ${literal(level)}, false)::integer as ${identifier(`${name}_${level}`)}`
  })
  return `select * exclude (${column}), ${made.join(', ')} from dataset`
}

function requireNewName(dataset: Pick<Dataset, 'columns'>, name: string): void {
  if (dataset.columns.some((column) => column.name.toLowerCase() === name.toLowerCase()))
    throw new Fault('invalid_input', `There is a column '${name}' already. Drop or rename it first.`)
}

function inStep(error: unknown, index: number, { step }: PrepareStep): unknown {
  if (!(error instanceof Error) || error.name === 'AbortError') return error
  if (error instanceof Fault)
    return new Fault(error.code, `Step ${index + 1} (${step}): ${error.message}`, {
      errors: [{ path: `steps.${index}`, message: error.message }],
      cause: error,
    })
  const words = (error.message.split('\n')[0] ?? '').replaceAll(/"?\/[^\s"']*"?/g, 'a file')
  return new Fault('invalid_input', `Step ${index + 1} (${step}) failed. ${words}`, {
    errors: [{ path: `steps.${index}`, message: words }],
    cause: error,
  })
}
