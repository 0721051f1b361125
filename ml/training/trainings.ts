/** The record of trainings: written once with the model, read to compare, register and repeat. */
import type { Queryable } from '../../platform/database/database.ts'
import { Fault } from '../../platform/fault.ts'
import { isBetter, type Metrics } from '../evaluation/metrics.ts'
import type { CurvePoint } from '../models/algorithm.ts'
import type { Task } from '../models/problem.ts'
import type { FoldOutcome, TrainSpec } from './spec.ts'

export interface NewTraining {
  /** Id of the call that trained. */
  readonly run: string
  readonly workspace: string
  readonly dataset: string
  readonly datasetVersion: number
  /** Digest of the dataset's snapshot. */
  readonly datasetBlob: string
  /** As it was asked for: `algorithm` may be auto. */
  readonly spec: TrainSpec
  readonly algorithm: string
  readonly task: Task
  readonly params: Readonly<Record<string, unknown>>
  readonly metric: string
  readonly metrics: Metrics
  readonly folds: readonly FoldOutcome[]
  readonly baseline: Metrics
  /** The learning curve of the fit on all rows. */
  readonly curve: readonly CurvePoint[]
  readonly seconds: number
  readonly seed: number
  readonly warnings: readonly string[]
  /** Digest of the encoded model. */
  readonly model: string
  readonly codeVersion: string
}

export interface Training extends NewTraining {
  readonly createdAt: Date
}

export interface ListTrainings {
  readonly dataset?: string
  /** A metric (best first), `seconds` (fastest first) or `created_at` (newest first, the default). */
  readonly sortBy?: string
  /** Default 50. */
  readonly limit?: number
}

const mostPoints = 1000

const columns = `run, workspace, dataset, dataset_version, dataset_blob, target, algorithm, task, spec, params, metric, metrics, folds, baseline,
  curve, seconds, seed, warnings, model_blob, code_version, created_at`

/** Writes one training in the transaction of the call that made it. */
export async function recordTraining(tx: Queryable, training: NewTraining): Promise<void> {
  await tx.query(
    `insert into trainings (run, workspace, dataset, dataset_version, dataset_blob, target, algorithm, task, spec, params, metric, metrics, folds,
       baseline, curve, seconds, seed, warnings, model_blob, code_version)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)`,
    [
      training.run,
      training.workspace,
      training.dataset,
      training.datasetVersion,
      training.datasetBlob,
      training.spec.target ?? null,
      training.algorithm,
      training.task,
      JSON.stringify(training.spec),
      JSON.stringify(training.params),
      training.metric,
      JSON.stringify(training.metrics),
      JSON.stringify(training.folds),
      JSON.stringify(training.baseline),
      JSON.stringify(thinnedCurve(training.curve)),
      training.seconds,
      training.seed,
      JSON.stringify(training.warnings),
      training.model,
      training.codeVersion,
    ],
  )
}

/** As many points as a picture can show: the first, the last, and the same number apart between them. */
function thinnedCurve(curve: readonly CurvePoint[]): readonly CurvePoint[] {
  const stride = Math.ceil(curve.length / mostPoints)
  return curve.filter((_, i) => i % stride === 0 || i === curve.length - 1)
}

/** Throws `not_found`. */
export async function getTraining(db: Queryable, workspace: string, run: string): Promise<Training> {
  const { rows } = await db.query<TrainingRow>(`select ${columns} from trainings where workspace = $1 and run = $2`, [workspace, run])
  if (rows[0] === undefined) throw new Fault('not_found', `No training has the id '${run.slice(0, 80)}'. List them with list_runs.`)
  return fromRow(rows[0])
}

/** Newest first unless `sortBy` says otherwise; trainings without the metric come last. */
export async function listTrainings(db: Queryable, workspace: string, options: ListTrainings = {}): Promise<readonly Training[]> {
  const { dataset, sortBy = 'created_at', limit = 50 } = options
  const order =
    sortBy === 'created_at'
      ? ''
      : sortBy === 'seconds'
        ? 'seconds asc,'
        : `(metrics ->> $4)::double precision ${direction(sortBy)} nulls last,`
  const { rows } = await db.query<TrainingRow>(
    `select ${columns} from trainings where workspace = $1 and ($2::text is null or dataset = $2) and $4::text is not null
     order by ${order} created_at desc, run desc limit $3`,
    [workspace, dataset ?? null, limit, sortBy],
  )
  return rows.map(fromRow)
}

const direction = (metric: string): 'asc' | 'desc' => (isBetter(metric, 0, 1) ? 'asc' : 'desc')

interface TrainingRow {
  readonly run: string
  readonly workspace: string
  readonly dataset: string
  readonly dataset_version: number
  readonly dataset_blob: string
  readonly target: string | null
  readonly algorithm: string
  readonly task: Task
  readonly spec: TrainSpec
  readonly params: Readonly<Record<string, unknown>>
  readonly metric: string
  readonly metrics: Metrics
  readonly folds: readonly FoldOutcome[]
  readonly baseline: Metrics
  readonly curve: readonly CurvePoint[]
  readonly seconds: number
  readonly seed: number | string | bigint
  readonly warnings: readonly string[]
  readonly model_blob: string
  readonly code_version: string
  readonly created_at: Date
}

function fromRow({ target: _, dataset_version, dataset_blob, model_blob, code_version, created_at, seed, ...row }: TrainingRow): Training {
  return {
    ...row,
    seed: Number(seed),
    datasetVersion: dataset_version,
    datasetBlob: dataset_blob,
    model: model_blob,
    codeVersion: code_version,
    createdAt: created_at,
  }
}
