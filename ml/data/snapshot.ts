/** Rows of an open engine frozen as a Parquet blob, and such blobs opened again as views. */
import { unlink } from 'node:fs/promises'
import type { Blobs } from '../../platform/blobs.ts'
import { type ColumnInfo, columnTypeOf, storedExpression } from './column-types.ts'
import type { Dataset } from './datasets.ts'
import { type Duck, openDuck } from './duckdb.ts'
import { identifier, literal } from './sql-text.ts'

export interface Snapshot {
  /** Digest of the Parquet file. */
  readonly blob: string
  readonly rows: number
  readonly columns: readonly ColumnInfo[]
}

/** Writes a relation (a table, a view, or a select in parentheses) as Parquet. The same rows give the same digest. */
export async function writeSnapshot(duck: Duck, relation: string, blobs: Blobs): Promise<Snapshot> {
  const { columns } = await duck.table(`from ${relation}`, { limit: 0 })
  const stored = columns.map(({ name, type }) => storedExpression(name, type)).join(', ')
  const file = await blobs.scratch('parquet')
  try {
    await duck.run(`copy (select ${stored} from ${relation}) to ${literal(file)} (format parquet, compression zstd)`)
    const { rows } = await duck.row(`select count(*) as rows from read_parquet(${literal(file)})`)
    const info = columns.map(({ name, type }): ColumnInfo => ({ name, type: columnTypeOf(type) }))
    return { blob: await blobs.adopt(file), rows: Number(rows), columns: info }
  } catch (error) {
    await unlink(file).catch(() => undefined)
    throw error
  }
}

/** An engine with the dataset's rows as the view `dataset`. Close it with `await using`. */
export async function openDataset(
  dataset: Pick<Dataset, 'blob'>,
  { blobs, signal }: { readonly blobs: Blobs; readonly signal?: AbortSignal },
): Promise<Duck> {
  const duck = await openDuck(signal ? { signal } : {})
  try {
    await viewDataset(duck, dataset, { name: 'dataset', blobs })
    return duck
  } catch (error) {
    await duck[Symbol.asyncDispose]()
    throw error
  }
}

/** Adds one more dataset to an open engine, as a view of that name. */
export async function viewDataset(
  duck: Duck,
  dataset: Pick<Dataset, 'blob'>,
  { name, blobs }: { readonly name: string; readonly blobs: Blobs },
): Promise<void> {
  await duck.run(`create view ${identifier(name)} as from read_parquet(${literal(await blobs.path(dataset.blob))})`)
}
