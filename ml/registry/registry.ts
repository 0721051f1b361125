/** The registry of models: a name, numbered versions, and for each version a stage. At most one version is in production. */
import type { Queryable } from '../../platform/database/database.ts'
import { Fault } from '../../platform/fault.ts'
import { nearest } from '../../platform/nearest.ts'
import type { ModelSignature } from '../models/model.ts'

export const stages = ['none', 'staging', 'production', 'archived'] as const
export type Stage = (typeof stages)[number]

export interface DatasetVersion {
  readonly dataset: string
  readonly version: number
}

export interface ModelVersion {
  readonly model: string
  readonly version: number
  /** The training it came from, or the call that imported it. */
  readonly run: string
  /** Digest of the encoded model. */
  readonly blob: string
  readonly algorithm: string
  readonly stage: Stage
  readonly aliases: readonly string[]
  readonly signature: ModelSignature
  readonly metrics: Readonly<Record<string, number>>
  /** The data it was trained on: what drift is measured against. Absent for a model that was imported without. */
  readonly reference?: DatasetVersion
  readonly createdAt: Date
}

export interface NewModelVersion {
  readonly model: string
  readonly run: string
  readonly blob: string
  readonly algorithm: string
  readonly signature: ModelSignature
  readonly metrics: Readonly<Record<string, number>>
  readonly reference?: DatasetVersion
  readonly createdBy: string
}

const namePattern = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$/

/** Throws `invalid_input` for a name that is not a plain word. */
export function requireModelName(name: string): string {
  if (namePattern.test(name)) return name
  throw new Fault(
    'invalid_input',
    `'${name.slice(0, 100)}' cannot name a model: use 1 to 100 letters, digits, '_', '-' and '.', beginning with a letter or digit.`,
  )
}

/** Adds the next version of a model, which is made if it is new. */
export async function saveModelVersion(tx: Queryable, workspace: string, given: NewModelVersion): Promise<ModelVersion> {
  requireModelName(given.model)
  await tx.query('insert into models (workspace, name) values ($1, $2) on conflict do nothing', [workspace, given.model])
  await lockModel(tx, workspace, given.model)
  const { rows } = await tx.query<{ version: number }>(
    `with next as (update models set versions = versions + 1 where workspace = $1 and name = $2 returning versions)
     insert into model_versions
       (workspace, model, version, run, blob, algorithm, stage, signature, metrics, reference_dataset, reference_version, created_by)
     select $1, $2, versions, $3, $4, $5, 'none', $6, $7, $8, $9, $10 from next
     returning version`,
    [
      workspace,
      given.model,
      given.run,
      given.blob,
      given.algorithm,
      JSON.stringify(given.signature),
      JSON.stringify(given.metrics),
      given.reference?.dataset ?? null,
      given.reference?.version ?? null,
      given.createdBy,
    ],
  )
  return getModelVersion(tx, workspace, given.model, rows[0]?.version)
}

const select = `
  select v.model, v.version, v.run, v.blob, v.algorithm, v.stage, v.signature, v.metrics, v.reference_dataset, v.reference_version, v.created_at,
         coalesce((select jsonb_agg(a.alias order by a.alias) from model_aliases a
                   where a.workspace = v.workspace and a.model = v.model and a.version = v.version), '[]') as aliases
  from model_versions v`

/** One version; without `version` the one in production, else the newest. Throws `not_found`. */
export async function getModelVersion(db: Queryable, workspace: string, model: string, version?: number): Promise<ModelVersion> {
  const { rows } = await db.query<VersionRow>(
    `${select} where v.workspace = $1 and v.model = $2 and ($3::integer is null or v.version = $3)
     order by v.stage = 'production' desc, v.version desc limit 1`,
    [workspace, model, version ?? null],
  )
  if (rows[0]) return fromRow(rows[0])
  throw await missing(db, workspace, model, version)
}

/** name@version of the data it was trained on. Throws `invalid_input` for a model that was imported without. */
export function referenceOf({ model, version, reference }: ModelVersion): string {
  if (reference) return `${reference.dataset}@${reference.version}`
  throw new Fault(
    'invalid_input',
    `Version ${version} of '${model}' was imported without training data. Name a dataset to use in its place.`,
  )
}

/** Every version, by model, newest first; of one model when named. */
export async function listModelVersions(db: Queryable, workspace: string, model?: string): Promise<readonly ModelVersion[]> {
  const { rows } = await db.query<VersionRow>(
    `${select} where v.workspace = $1 and ($2::text is null or v.model = $2) order by v.model, v.version desc limit 5000`,
    [workspace, model ?? null],
  )
  if (rows.length === 0 && model !== undefined) throw await missing(db, workspace, model)
  return rows.map(fromRow)
}

/** Moves a version to a stage. A version that leaves production for it is archived and named in the answer. */
export async function promote(
  tx: Queryable,
  workspace: string,
  { model, version, stage }: { readonly model: string; readonly version: number; readonly stage: Stage },
): Promise<{ readonly promoted: ModelVersion; readonly archived?: number }> {
  await lockModel(tx, workspace, model)
  await getModelVersion(tx, workspace, model, version)
  const left =
    stage === 'production'
      ? await tx.query<{ version: number }>(
          `update model_versions set stage = 'archived'
           where workspace = $1 and model = $2 and stage = 'production' and version <> $3 returning version`,
          [workspace, model, version],
        )
      : { rows: [] }
  await tx.query('update model_versions set stage = $4 where workspace = $1 and model = $2 and version = $3', [
    workspace,
    model,
    version,
    stage,
  ])
  const promoted = await getModelVersion(tx, workspace, model, version)
  const archived = left.rows[0]?.version
  return archived === undefined ? { promoted } : { promoted, archived }
}

/** Points an alias at a version, taking it from the version that had it. */
export async function setAlias(
  tx: Queryable,
  workspace: string,
  { model, version, alias }: { model: string; version: number; alias: string },
): Promise<void> {
  requireModelName(alias)
  await getModelVersion(tx, workspace, model, version)
  await tx.query(
    `insert into model_aliases (workspace, model, alias, version) values ($1, $2, $3, $4)
     on conflict (workspace, model, alias) do update set version = excluded.version`,
    [workspace, model, alias, version],
  )
}

/** Removes one version, or the model with all of them. The blobs stay. Returns the versions removed. Throws `not_found`. */
export async function deleteModel(tx: Queryable, workspace: string, model: string, version?: number): Promise<readonly number[]> {
  await getModelVersion(tx, workspace, model, version)
  const { rows } = await tx.query<{ version: number }>(
    `delete from model_versions where workspace = $1 and model = $2 and ($3::integer is null or version = $3) returning version`,
    [workspace, model, version ?? null],
  )
  await tx.query(
    `delete from models where workspace = $1 and name = $2
     and not exists (select 1 from model_versions where workspace = $1 and model = $2)`,
    [workspace, model],
  )
  return rows.map((row) => row.version).sort((left, right) => left - right)
}

/** Writers of one model wait for each other until their transactions end. */
async function lockModel(tx: Queryable, workspace: string, model: string): Promise<void> {
  await tx.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`model ${workspace} ${model}`])
}

interface VersionRow {
  readonly model: string
  readonly version: number
  readonly run: string
  readonly blob: string
  readonly algorithm: string
  readonly stage: Stage
  readonly signature: ModelSignature
  readonly metrics: Readonly<Record<string, number>>
  readonly reference_dataset: string | null
  readonly reference_version: number | null
  readonly created_at: Date
  readonly aliases: readonly string[]
}

function fromRow({ reference_dataset, reference_version, created_at, ...row }: VersionRow): ModelVersion {
  const reference =
    reference_dataset === null || reference_version === null ? undefined : { dataset: reference_dataset, version: reference_version }
  return { ...row, ...(reference && { reference }), createdAt: created_at }
}

async function missing(db: Queryable, workspace: string, model: string, version?: number): Promise<Fault> {
  const { rows } = await db.query<{ name: string; newest: number }>(
    `select m.name, max(v.version) as newest from models m join model_versions v on v.workspace = m.workspace and v.model = m.name
     where m.workspace = $1 group by m.name order by m.name limit 1000`,
    [workspace],
  )
  const same = rows.find(({ name }) => name === model)
  if (same) return new Fault('not_found', `Model '${model}' has no version ${version}; its newest is ${same.newest}.`)
  const near = nearest(
    model,
    rows.map(({ name }) => name),
  )
  const hint =
    near.length > 0
      ? `Did you mean ${near.map((name) => `'${name}'`).join(' or ')}?`
      : 'Register one with register_model; list_models shows those there are.'
  return new Fault('not_found', `No model is called '${model.slice(0, 100)}'. ${hint}`)
}
