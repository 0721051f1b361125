/** Every prediction that was given, what became of it, and what the log says about each version in service. */
import type { Queryable } from '../../platform/database/database.ts'
import { Fault } from '../../platform/fault.ts'
import type { Prediction } from '../models/model.ts'
import type { RouteRole } from './routes.ts'

export interface LoggedPrediction {
  readonly id: string
  readonly version: number
  readonly role: RouteRole | 'direct' | 'batch'
  readonly record: Readonly<Record<string, unknown>>
  /** Absent where the version could not answer; then `error` says why. */
  readonly output?: Prediction
  readonly error?: string
  readonly ms: number
}

/** Writes predictions, a few hundred a statement. `at` is the time of all of them. */
export async function logPredictions(
  db: Queryable,
  workspace: string,
  { model, at, predictions }: { readonly model: string; readonly at: Date; readonly predictions: readonly LoggedPrediction[] },
): Promise<void> {
  for (let from = 0; from < predictions.length; from += 250) {
    const part = predictions.slice(from, from + 250)
    await db.query(
      `insert into predictions (workspace, id, model, version, role, record, output, score, error, ms, at)
       select $1, p.id, $2, p.version, p.role, p.record, p.output, p.score, p.error, p.ms, $3
       from jsonb_to_recordset($4::jsonb)
         as p (id text, version integer, role text, record jsonb, output jsonb, score double precision, error text, ms double precision)`,
      [workspace, model, at, JSON.stringify(part.map((each) => ({ ...each, score: each.output ? scoreOf(each.output) : null })))],
    )
  }
}

/** One number to watch: the value of a regression, the last class's probability of two, the winner's of many. */
function scoreOf({ value, probabilities }: Prediction): number | null {
  if (!probabilities) return typeof value === 'number' ? value : null
  const all = Object.values(probabilities)
  return (all.length === 2 ? all[1] : Math.max(...all)) ?? null
}

/** What a model was asked, and which version answered. Throws `not_found`. */
export async function askedOf(
  db: Queryable,
  workspace: string,
  prediction: string,
): Promise<{ readonly model: string; readonly version: number; readonly record: Readonly<Record<string, unknown>> }> {
  const { rows } = await db.query<{ model: string; version: number; record: Readonly<Record<string, unknown>> }>(
    'select model, version, record from predictions where workspace = $1 and id = $2',
    [workspace, prediction],
  )
  if (rows[0]) return rows[0]
  throw new Fault('not_found', `There is no prediction '${prediction.slice(0, 100)}'. Pass an id from prediction_ids.`)
}

/** Records what really happened, once per prediction; a later word replaces an earlier one. Throws `not_found`. */
export async function recordOutcome(
  tx: Queryable,
  workspace: string,
  { prediction, value, at }: { readonly prediction: string; readonly value: string | number | boolean; readonly at: Date },
): Promise<{ readonly model: string; readonly version: number; readonly correct?: boolean; readonly error?: number }> {
  const { rows } = await tx.query<{ model: string; version: number; output: Prediction | null }>(
    'select model, version, output from predictions where workspace = $1 and id = $2',
    [workspace, prediction],
  )
  const [found] = rows
  if (!found) throw new Fault('not_found', `There is no prediction '${prediction.slice(0, 100)}'. Pass an id from prediction_ids.`)
  const judged = judge(found.output, value)
  await tx.query(
    `insert into outcomes (workspace, prediction, value, correct, error, at) values ($1, $2, $3, $4, $5, $6)
     on conflict (workspace, prediction) do update
     set value = excluded.value, correct = excluded.correct, error = excluded.error, at = excluded.at`,
    [workspace, prediction, JSON.stringify(value), judged.correct ?? null, judged.error ?? null, at],
  )
  return { model: found.model, version: found.version, ...judged }
}

/** Classes are right or wrong; numbers are off by so much. */
function judge(output: Prediction | null, value: string | number | boolean): { readonly correct?: boolean; readonly error?: number } {
  if (!output) return {}
  if (output.probabilities)
    return {
      correct:
        String(output.value) === String(typeof value === 'boolean' ? Number(value) : value) || String(output.value) === String(value),
    }
  const truth = Number(value)
  if (!Number.isFinite(truth))
    throw new Fault('invalid_input', `The prediction was a number, and its outcome must be one too, found ${JSON.stringify(value)}.`)
  return { error: Number(output.value) - truth }
}

export interface LiveMetrics {
  readonly version: number
  readonly role: string
  readonly count: number
  readonly errors: number
  /** Milliseconds per record. */
  readonly p50_ms: number | null
  readonly p95_ms: number | null
  readonly mean_score: number | null
  readonly outcomes: number
  /** Share of recorded outcomes that the version had predicted; for classes. */
  readonly accuracy: number | null
  /** Mean absolute error over recorded outcomes; for numbers. */
  readonly mae: number | null
}

/** By version and role, over the newest `window` predictions (at most 10,000, so that one look stays short). */
export async function liveMetrics(db: Queryable, workspace: string, model: string, window = 10_000): Promise<readonly LiveMetrics[]> {
  const { rows } = await db.query<LiveMetrics>(
    `with recent as (
       select id, version, role, score, error, ms from predictions
       where workspace = $1 and model = $2 order by at desc limit $3
     )
     select r.version, r.role,
            count(*)::integer as count,
            count(r.error)::integer as errors,
            percentile_cont(0.5) within group (order by r.ms) as p50_ms,
            percentile_cont(0.95) within group (order by r.ms) as p95_ms,
            avg(r.score) as mean_score,
            count(o.prediction)::integer as outcomes,
            avg(o.correct::integer)::double precision as accuracy,
            avg(abs(o.error)) as mae
     from recent r left join outcomes o on o.workspace = $1 and o.prediction = r.id
     group by r.version, r.role order by r.version, r.role`,
    [workspace, model, Math.min(window, 10_000)],
  )
  return rows
}

/** The newest records a model was asked about, oldest first: what drift compares with the training data. */
export async function recentRecords(
  db: Queryable,
  workspace: string,
  { model, window, version }: { readonly model: string; readonly window: number; readonly version?: number },
): Promise<readonly { readonly record: Readonly<Record<string, unknown>>; readonly output: Prediction | null }[]> {
  const found: { record: Readonly<Record<string, unknown>>; output: Prediction | null }[] = []
  for (let skip = 0; skip < window; skip += 500) {
    const { rows } = await db.query<{ record: Readonly<Record<string, unknown>>; output: Prediction | null }>(
      `select record, output from predictions
       where workspace = $1 and model = $2 and role <> 'shadow' and error is null and ($3::integer is null or version = $3)
       order by at desc, id desc limit $4 offset $5`,
      [workspace, model, version ?? null, Math.min(500, window - skip), skip],
    )
    found.push(...rows)
    if (rows.length < 500) break
  }
  return found.reverse()
}
