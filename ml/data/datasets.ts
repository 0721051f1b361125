/** The catalogue of datasets: named, versioned, immutable. "adult" means its newest version, "adult@2" the second. */
import type { Queryable } from '../../platform/database/database.ts'
import { Fault } from '../../platform/fault.ts'
import { nearest } from '../../platform/nearest.ts'
import type { ColumnInfo } from './column-types.ts'

export interface DatasetRef {
  readonly name: string
  readonly version: number
}

export interface Dataset extends DatasetRef {
  readonly workspace: string
  /** Digest of the Parquet snapshot. */
  readonly blob: string
  readonly rows: number
  readonly columns: readonly ColumnInfo[]
  /** Where the rows came from, for people. */
  readonly source: string
  readonly parents: readonly DatasetRef[]
  readonly createdAt: Date
}

export interface NewDataset {
  readonly name: string
  readonly blob: string
  readonly rows: number
  readonly columns: readonly ColumnInfo[]
  readonly source: string
  readonly parents?: readonly DatasetRef[]
  /** Id of the call that made it. */
  readonly createdBy: string
}

const datasetNamePattern = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$/

/** Throws `invalid_input` for a name that is not a plain word. */
export function requireDatasetName(name: string): string {
  if (datasetNamePattern.test(name)) return name
  throw new Fault(
    'invalid_input',
    `'${name.slice(0, 100)}' cannot name a dataset: use 1 to 100 letters, digits, '_', '-' and '.', beginning with a letter or digit.`,
  )
}

const fields = 'workspace, name, version, blob, rows, columns, source, parents, created_at'

/** Throws `not_found` naming datasets with a similar name, or the versions there are. */
export async function getDataset(db: Queryable, workspace: string, ref: string): Promise<Dataset> {
  const { name, version } = parseRef(ref)
  const { rows } = await db.query<DatasetRow>(
    `select ${fields} from datasets where workspace = $1 and name = $2 and ($3::integer is null or version = $3) order by version desc limit 1`,
    [workspace, name, version],
  )
  if (rows[0]) return fromRow(rows[0])
  throw await missing(db, workspace, { name, version })
}

/** The newest version of every dataset, by name; `versions: 'all'` lists each version, newest first. */
export async function listDatasets(
  db: Queryable,
  workspace: string,
  { versions = 'newest' }: { readonly versions?: 'newest' | 'all' } = {},
): Promise<readonly Dataset[]> {
  const distinct = versions === 'newest' ? 'distinct on (name) ' : ''
  const { rows } = await db.query<DatasetRow>(
    `select ${distinct}${fields} from datasets where workspace = $1 order by name, version desc limit 10000`,
    [workspace],
  )
  return rows.map(fromRow)
}

/** Adds the next version. The same snapshot as the newest version's gives that version back. */
export async function saveDataset(tx: Queryable, workspace: string, dataset: NewDataset): Promise<Dataset> {
  requireDatasetName(dataset.name)
  await tx.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`dataset ${workspace} ${dataset.name}`])
  const { rows: newest } = await tx.query<DatasetRow>(
    `select ${fields} from datasets where workspace = $1 and name = $2 order by version desc limit 1`,
    [workspace, dataset.name],
  )
  if (newest[0] && newest[0].blob === dataset.blob) return fromRow(newest[0])
  const { rows } = await tx.query<DatasetRow>(
    `insert into datasets (workspace, name, version, blob, rows, columns, source, parents, created_by)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9) returning ${fields}`,
    [
      workspace,
      dataset.name,
      (newest[0]?.version ?? 0) + 1,
      dataset.blob,
      dataset.rows,
      JSON.stringify(dataset.columns),
      dataset.source,
      JSON.stringify((dataset.parents ?? []).map(({ name, version }) => ({ name, version }))),
      dataset.createdBy,
    ],
  )
  if (!rows[0]) throw new Fault('internal', `Dataset '${dataset.name}' was not stored.`)
  return fromRow(rows[0])
}

/** The dataset's column of that name. Throws `not_found` naming the nearest ones. */
export function requireColumn(dataset: Pick<Dataset, 'name' | 'columns'>, name: string): ColumnInfo {
  const column = dataset.columns.find((known) => known.name === name)
  if (column) return column
  const names = dataset.columns.map((known) => known.name)
  const near = nearest(name, names)
  const hint =
    near.length > 0 ? `Did you mean ${near.map((each) => `'${each}'`).join(' or ')}?` : `Its columns: ${names.slice(0, 30).join(', ')}.`
  throw new Fault('not_found', `Dataset '${dataset.name}' has no column '${name}'. ${hint}`)
}

interface DatasetRow {
  readonly workspace: string
  readonly name: string
  readonly version: number
  readonly blob: string
  readonly rows: number | string | bigint
  readonly columns: readonly ColumnInfo[]
  readonly source: string
  readonly parents: readonly DatasetRef[]
  readonly created_at: Date
}

function fromRow({ created_at, rows, ...row }: DatasetRow): Dataset {
  return { ...row, rows: Number(rows), createdAt: created_at }
}

function parseRef(ref: string): { readonly name: string; readonly version: number | null } {
  const [, name = ref, version] = /^(.*?)(?:@(\d{1,9}))?$/s.exec(ref) ?? []
  return { name: requireDatasetName(name), version: version === undefined ? null : Number(version) }
}

async function missing(db: Queryable, workspace: string, { name, version }: { name: string; version: number | null }): Promise<Fault> {
  const known = await listDatasets(db, workspace)
  const same = known.find((dataset) => dataset.name === name)
  if (same) return new Fault('not_found', `Dataset '${name}' has no version ${version}; its newest is ${same.version}.`)
  const near = nearest(
    name,
    known.map((dataset) => dataset.name),
  )
  const hint =
    near.length > 0
      ? `Did you mean ${near.map((each) => `'${each}'`).join(' or ')}?`
      : known.length > 0
        ? `There are: ${known
            .slice(0, 10)
            .map((dataset) => dataset.name)
            .join(', ')}.`
        : 'There are none yet: ingest one first.'
  return new Fault('not_found', `No dataset is called '${name}'. ${hint}`)
}
