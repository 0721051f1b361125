/** Checks a dataset against a small suite of expectations, or against those that its own shape suggests. */
import type { Blobs } from '../../platform/blobs.ts'
import { Fault } from '../../platform/fault.ts'
import type { ColumnType } from './column-types.ts'
import { type Dataset, requireColumn } from './datasets.ts'
import type { Duck } from './duckdb.ts'
import { openDataset } from './snapshot.ts'
import { identifier, literal } from './sql-text.ts'

export type Expectation =
  | { readonly expect: 'not_null'; readonly column: string; readonly mostly?: number | undefined }
  | { readonly expect: 'unique'; readonly column: string }
  | {
      readonly expect: 'in_range'
      readonly column: string
      readonly min?: number | undefined
      readonly max?: number | undefined
      readonly mostly?: number | undefined
    }
  | {
      readonly expect: 'in_set'
      readonly column: string
      readonly values: readonly (string | number | boolean)[]
      readonly mostly?: number | undefined
    }
  | { readonly expect: 'matches'; readonly column: string; readonly pattern: string; readonly mostly?: number | undefined }
  | { readonly expect: 'type'; readonly column: string; readonly type: ColumnType }
  | { readonly expect: 'row_count'; readonly min?: number | undefined; readonly max?: number | undefined }

export interface ExpectationResult {
  readonly expectation: string
  /** Empty for the table as a whole. */
  readonly column: string
  readonly passed: boolean
  /** What was found, in words. */
  readonly found: string
  /** The first rows that break it, counted from 1; at most ten. */
  readonly rows: readonly number[]
}

/** Throws `not_found` for a column that is not there, `invalid_input` for a pattern that is no regular expression. */
export async function validateDataset(
  dataset: Dataset,
  suite: readonly Expectation[],
  { blobs, signal }: { readonly blobs: Blobs; readonly signal?: AbortSignal },
): Promise<readonly ExpectationResult[]> {
  await using duck = await openDataset(dataset, { blobs, ...(signal && { signal }) })
  await duck.run('create view numbered as select *, row_number() over () as millrace_row from dataset')
  const results: ExpectationResult[] = []
  for (const expectation of suite) results.push(await check(duck, dataset, expectation))
  return results
}

/** What a first look suggests: rows there are, no column wholly empty, ids unique, numbers finite and within wide bounds. */
export function inferSuite(dataset: Dataset): readonly Expectation[] {
  const perColumn = dataset.columns.flatMap(({ name, type }): readonly Expectation[] => [
    { expect: 'not_null', column: name, mostly: 0.95 },
    { expect: 'type', column: name, type },
    ...(/(^|_)id$/i.test(name) ? [{ expect: 'unique' as const, column: name }] : []),
  ])
  return [{ expect: 'row_count', min: 1 }, ...perColumn]
}

async function check(duck: Duck, dataset: Dataset, expectation: Expectation): Promise<ExpectationResult> {
  if (expectation.expect === 'row_count') return checkCount(dataset, expectation)
  const { type } = requireColumn(dataset, expectation.column)
  if (expectation.expect === 'type') {
    const { column, type: wanted } = expectation
    return { expectation: `type ${wanted}`, column, passed: type === wanted, found: type, rows: [] }
  }
  return checkRows(duck, dataset, { expectation, type })
}

function checkCount(dataset: Dataset, { min, max }: Extract<Expectation, { expect: 'row_count' }>): ExpectationResult {
  const passed = dataset.rows >= (min ?? 0) && dataset.rows <= (max ?? Number.POSITIVE_INFINITY)
  return { expectation: `row_count ${bounds(min, max)}`, column: '', passed, found: `${dataset.rows} rows`, rows: [] }
}

type RowExpectation = Exclude<Expectation, { readonly expect: 'type' | 'row_count' }>

async function checkRows(
  duck: Duck,
  dataset: Dataset,
  { expectation, type }: { readonly expectation: RowExpectation; readonly type: ColumnType },
): Promise<ExpectationResult> {
  const { column } = expectation
  const { label, breaks } = ruleOf(expectation, type)
  const broken = `from numbered where ${breaks}`
  try {
    const { count } = await duck.row(`select count(*) as count ${broken}`)
    const failures = Number(count)
    const allowed = 'mostly' in expectation && expectation.mostly !== undefined ? dataset.rows * (1 - expectation.mostly) : 0
    const shown = failures === 0 ? [] : await duck.list(`select millrace_row ${broken} order by millrace_row limit 10`)
    const found = failures === 0 ? 'every row keeps it' : `${failures} of ${dataset.rows} rows break it`
    return { expectation: label, column, passed: failures <= allowed, found, rows: shown.map(Number) }
  } catch (error) {
    if (error instanceof Error && /regex|pattern|Invalid Input/i.test(error.message))
      throw new Fault('invalid_input', `The expectation '${label}' on '${column}' cannot be checked: ${error.message.split('\n')[0]}`, {
        cause: error,
      })
    throw error
  }
}

/** The rule in words, and the condition that rows breaking it satisfy. Missing values break only not_null. */
function ruleOf(expectation: RowExpectation, type: ColumnType): { readonly label: string; readonly breaks: string } {
  const column = identifier(expectation.column)
  switch (expectation.expect) {
    case 'not_null':
      return {
        label: expectation.mostly === undefined ? 'not_null' : `not_null in ${100 * expectation.mostly} %`,
        breaks: `${column} is null`,
      }
    case 'unique':
      return {
        label: 'unique',
        breaks: `${column} in (select ${column} from numbered where ${column} is not null group by ${column} having count(*) > 1)`,
      }
    case 'in_range':
      return rangeRule(expectation, type)
    case 'in_set': {
      const words = expectation.values.map((value) => literal(String(value)))
      return {
        label: `in_set ${expectation.values.slice(0, 5).join(', ')}`,
        breaks: words.length > 0 ? `${column}::varchar not in (${words.join(', ')})` : `${column} is not null`,
      }
    }
    case 'matches':
      return {
        label: `matches ${expectation.pattern}`,
        breaks: `not regexp_full_match(${column}::varchar, ${literal(expectation.pattern)})`,
      }
  }
}

function rangeRule(
  { column, min, max }: Extract<Expectation, { expect: 'in_range' }>,
  type: ColumnType,
): { readonly label: string; readonly breaks: string } {
  if (type === 'text' || type === 'boolean')
    throw new Fault('invalid_input', `'${column}' is ${type}, and in_range needs numbers or dates. Use in_set or matches.`)
  const value = type === 'date' || type === 'timestamp' ? `epoch_ms(${identifier(column)}::timestamp)` : identifier(column)
  const sides = [...(min === undefined ? [] : [`${value} < ${min}`]), ...(max === undefined ? [] : [`${value} > ${max}`])]
  return { label: `in_range ${bounds(min, max)}`, breaks: sides.length > 0 ? `(${sides.join(' or ')})` : 'false' }
}

const bounds = (min: number | undefined, max: number | undefined): string => `${min ?? '…'} to ${max ?? '…'}`
