/** Cuts a dataset into train, validation and test rows: at random by a seed, with the shares of a column kept, or by time. */
import type { Blobs } from '../../platform/blobs.ts'
import { Fault } from '../../platform/fault.ts'
import { type Dataset, requireColumn } from './datasets.ts'
import type { Duck } from './duckdb.ts'
import { openDataset, type Snapshot, writeSnapshot } from './snapshot.ts'
import { identifier, literal } from './sql-text.ts'

export interface SplitOptions {
  /** Share of the rows, above 0 and below 1. */
  readonly testSize: number
  readonly validationSize?: number
  /** A column whose values get the same share of every part. */
  readonly stratifyBy?: string
  /** A column to sort by: the last rows are the test, so that a model is judged on what came later. */
  readonly timeColumn?: string
  readonly seed: number
  readonly blobs: Blobs
  readonly signal?: AbortSignal
}

export const splitParts = ['train', 'validation', 'test'] as const
export type SplitPart = (typeof splitParts)[number]

/** The same data, options and seed give the same rows. Each part keeps the order of its rows. Throws where a part would be empty. */
export async function splitDataset(dataset: Dataset, options: SplitOptions): Promise<Readonly<Partial<Record<SplitPart, Snapshot>>>> {
  const { testSize, validationSize = 0, stratifyBy, timeColumn, blobs, signal } = options
  if (testSize + validationSize >= 1)
    throw new Fault(
      'invalid_input',
      `test_size and validation_size add up to ${testSize + validationSize}, which leaves no row to train on. Make them smaller.`,
    )
  if (stratifyBy !== undefined) requireColumn(dataset, stratifyBy)
  if (timeColumn !== undefined) await requireTimes(dataset, timeColumn, options)
  await using duck = await openDataset(dataset, { blobs, ...(signal && { signal }) })
  await assignParts(duck, options)
  const parts: Partial<Record<SplitPart, Snapshot>> = {}
  for (const part of splitParts.filter((name) => name !== 'validation' || validationSize > 0)) {
    const snapshot = await writeSnapshot(
      duck,
      `(select * exclude (millrace_row, millrace_part) from parts where millrace_part = '${part}' order by millrace_row)`,
      blobs,
    )
    if (snapshot.rows === 0)
      throw new Fault(
        'invalid_input',
        `The ${part} part of '${dataset.name}' would have no row: it has ${dataset.rows} rows. Choose other sizes.`,
      )
    parts[part] = snapshot
  }
  return parts
}

/** Rows get a place in (0, 1] within their stratum, and places below the sizes make the parts. */
async function assignParts(duck: Duck, { testSize, validationSize = 0, stratifyBy, timeColumn, seed }: SplitOptions): Promise<void> {
  const stratum = stratifyBy === undefined ? '' : `partition by ${identifier(stratifyBy)} `
  // md5 and not DuckDB's hash, which may change with its version: a seed must mean the same rows for ever.
  const order =
    timeColumn === undefined ? `md5(${literal(`${seed}:`)} || millrace_row)` : `${identifier(timeColumn)} desc, millrace_row desc`
  await duck.run(`
    create view numbered as select *, row_number() over () as millrace_row from dataset;
    create table parts as
    select * exclude (millrace_place, millrace_count),
           case when millrace_place <= round(millrace_count * ${testSize}) then 'test'
                when millrace_place <= round(millrace_count * ${testSize}) + round(millrace_count * ${validationSize}) then 'validation'
                else 'train' end as millrace_part
    from (select *, row_number() over (${stratum}order by ${order}) as millrace_place, count(*) over (${stratum}) as millrace_count from numbered)`)
}

async function requireTimes(dataset: Dataset, name: string, { blobs, signal }: SplitOptions): Promise<void> {
  const { type } = requireColumn(dataset, name)
  if (type === 'text' || type === 'boolean')
    throw new Fault(
      'invalid_input',
      `'${name}' is ${type} and orders nothing in time. Pass a date, timestamp or number column, or cast it first.`,
    )
  await using duck = await openDataset(dataset, { blobs, ...(signal && { signal }) })
  const { missing } = await duck.row(`select count(*) filter (${identifier(name)} is null) as missing from dataset`)
  if (missing !== 0)
    throw new Fault('invalid_input', `'${name}' is missing in ${missing} rows, so their place in time is unknown. Drop those rows first.`)
}
