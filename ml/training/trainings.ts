/** The record of trainings: written once with the model, read to compare, register and repeat. */
import type { Queryable } from '../../platform/database/database.ts'
import { Fault } from '../../platform/fault.ts'
import { isBetter, type Metrics } from '../evaluation/metrics.ts'
import type { CurvePoint } from '../models/algorithm.ts'
import type { Task } from '../models/problem.ts'
import type { TrialState } from '../tuning/trial.ts'
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
  /** Digest of the encoded model; a trial of a tuning has none. */
  readonly model?: string
  /** The tuning that a trial belongs to. */
  readonly parent?: string
  readonly state?: TrialState
  readonly codeVersion: string
}

export interface Training extends NewTraining {
  readonly createdAt: Date
}

export interface ListTrainings {
  readonly dataset?: string
  /** Only trials of this tuning. */
  readonly parent?: string
  /** A metric (best first), `seconds` (fastest first) or `created_at` (newest first, the default). */
  readonly sortBy?: string
  /** Default 50. */
  readonly limit?: number
}

const mostPoints = 1000

const columns = `run, workspace, dataset, dataset_version, dataset_blob, target, algorithm, task, spec, params, metric, metrics, folds, baseline,
  curve, seconds, seed, warnings, model_blob, code_version, parent, state, created_at`

/** Writes one training in the transaction of the call that made it. */
export async function recordTraining(tx: Queryable, training: NewTraining): Promise<void> {
  await tx.query(
    `insert into trainings (run, workspace, dataset, dataset_version, dataset_blob, target, algorithm, task, spec, params, metric, metrics, folds,
       baseline, curve, seconds, seed, warnings, model_blob, code_version, parent, state)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22)`,
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
      training.model ?? null,
      training.codeVersion,
      training.parent ?? null,
      training.state ?? 'finished',
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

/** The digest of a training's model. Throws `conflict` for a trial, which has none. */
export function modelOf({ run, model, parent }: Training): string {
  if (model !== undefined) return model
  throw new Fault(
    'conflict',
    `Run ${run} is a trial of tuning ${parent} and was not fitted on all rows. Use run ${parent}, which is the best trial's model, or train these parameters with train_model.`,
  )
}

/** Newest first unless `sortBy` says otherwise; trainings without the metric come last. */
export async function listTrainings(db: Queryable, workspace: string, options: ListTrainings = {}): Promise<readonly Training[]> {
  const { dataset, parent, sortBy = 'created_at', limit = 50 } = options
  const order =
    sortBy === 'created_at'
      ? ''
      : sortBy === 'seconds'
        ? 'seconds asc,'
        : `(metrics ->> $4)::double precision ${direction(sortBy)} nulls last,`
  const { rows } = await db.query<TrainingRow>(
    `select ${columns} from trainings where workspace = $1 and ($2::text is null or dataset = $2) and ($5::text is null or parent = $5) and $4::text is not null
     order by ${order} created_at desc, run desc limit $3`,
    [workspace, dataset ?? null, limit, sortBy, parent ?? null],
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
  readonly model_blob: string | null
  readonly parent: string | null
  readonly state: TrialState
  readonly code_version: string
  readonly created_at: Date
}

function fromRow({
  target: _,
  parent,
  dataset_version,
  dataset_blob,
  model_blob,
  code_version,
  created_at,
  seed,
  ...row
}: TrainingRow): Training {
  return {
    ...row,
    seed: Number(seed),
    datasetVersion: dataset_version,
    datasetBlob: dataset_blob,
    ...(model_blob !== null && { model: model_blob }),
    ...(parent !== null && { parent }),
    codeVersion: code_version,
    createdAt: created_at,
  }
}
