/** Trains a model: cross-validates every candidate, fits the best on all rows, all in worker threads. */
import { availableParallelism } from 'node:os'
import { Fault } from '../../platform/fault.ts'
import type { Frame } from '../data/frame.ts'
import { isBetter, type Metrics } from '../evaluation/metrics.ts'
import { algorithmNamed } from '../models/algorithms.ts'
import { type Crew, type Result, withCrew } from './crew.ts'
import type { Job, PlanSummary } from './messages.ts'
import { shareFrame } from './shared-frame.ts'
import type { FoldOutcome, TrainOutcome, TrainProgress, TrainSpec } from './spec.ts'

export interface TrainOptions {
  readonly signal: AbortSignal
  readonly onProgress?: (progress: TrainProgress) => void
}

/** Cells below which a second thread costs more than it saves. */
const smallTable = 50_000
const maxThreads = 4

/**
 * Same table, spec and seed: the same model, byte for byte. Throws `invalid_input` when the table cannot meet the spec,
 * and `cancelled` within a moment of `signal`.
 */
export async function train(frame: Frame, spec: TrainSpec, { signal, onProgress }: TrainOptions): Promise<TrainOutcome> {
  const started = performance.now()
  const params = checkedParams(spec)
  const shared = await shareFrame(frame)
  const threads = frame.rows * frame.columns.length < smallTable ? 1 : Math.min(maxThreads, availableParallelism())
  return withCrew({ frame: shared, spec }, signal, async (plan, crew) => {
    const seed = spec.seed ?? 0
    const report = (from: number, to: number, message: string) => (fraction: number) =>
      onProgress?.({ fraction: from + (to - from) * fraction, message })
    /** The final fit costs about as much as one fold of one candidate. */
    const share = 1 - 1 / (1 + plan.candidates.length * plan.foldNames.length)
    const jobs = plan.candidates.flatMap((algorithm) =>
      plan.foldNames.map((_, fold): Job => ({ algorithm, fold, seed, params: params(algorithm) })),
    )
    const message = `Cross-validating ${plan.candidates.join(', ')} on ${plan.foldNames.length} folds of ${plan.rows} rows`
    report(0, share, message)(0)
    const scored = await crew.run(jobs, { threads, progress: report(0, share, message) })
    const candidates = ranked(plan, scored)
    const best = candidates[0]
    if (best === undefined) throw new Fault('internal', 'No candidate was scored.')
    const last = { algorithm: best.algorithm, seed, params: params(best.algorithm) }
    const final = await fitLast(crew, last, report(share, 1, `Fitting ${best.algorithm} on all ${plan.rows} rows`))
    return {
      ...final,
      algorithm: best.algorithm,
      task: plan.task,
      params: last.params,
      metric: plan.metric,
      metrics: best.metrics,
      folds: best.folds,
      baseline: best.baseline,
      candidates: candidates.map(({ algorithm, metrics, seconds }) => ({ algorithm, metrics, seconds })),
      rows: plan.rows,
      seconds: (performance.now() - started) / 1000,
      seed,
      warnings: plan.warnings,
    }
  })
}

/** The parameters of an algorithm with defaults filled in; throws `invalid_input` naming each that is wrong. */
function checkedParams(spec: TrainSpec): (algorithm: string) => Readonly<Record<string, unknown>> {
  const given = spec.params ?? {}
  if (spec.algorithm !== 'auto') {
    const parsed = parseParams(spec.algorithm, given)
    return () => parsed
  }
  if (Object.keys(given).length > 0)
    throw new Fault('invalid_input', 'Parameters belong to one algorithm, and auto tries several. Name the algorithm or leave params out.')
  return (algorithm) => parseParams(algorithm, {})
}

/** Throws `invalid_input` naming each parameter that is unknown or out of range. */
function parseParams(algorithm: string, params: unknown): Readonly<Record<string, unknown>> {
  const result = algorithmNamed(algorithm).params.safeParse(params)
  if (result.success) return typeof result.data === 'object' && result.data !== null ? { ...result.data } : {}
  const errors = result.error.issues.map((issue) => ({ path: ['params', ...issue.path].join('.'), message: issue.message }))
  const words = errors.map(({ path, message }) => `${path}: ${message}`).join('; ')
  throw new Fault('invalid_input', `These parameters do not fit ${algorithm}. ${words}.`, { errors, cause: result.error })
}

interface Candidate {
  readonly algorithm: string
  readonly folds: readonly FoldOutcome[]
  readonly metrics: Metrics
  readonly baseline: Metrics
  readonly seconds: number
}

/** Best first, by the plan's metric; the earlier one wins a tie. */
function ranked({ candidates, foldNames, metric }: PlanSummary, scored: readonly Result[]): readonly Candidate[] {
  const all = candidates.map((algorithm, i): Candidate => {
    const scores = scored
      .slice(i * foldNames.length, (i + 1) * foldNames.length)
      .flatMap((result) => (result.kind === 'scored' ? [result.score] : []))
    const folds = scores.map(({ metrics, seconds }, fold) => ({ fold: foldNames[fold] ?? '', metrics, seconds }))
    return {
      algorithm,
      folds,
      metrics: meanOf(scores.map(({ metrics }) => metrics)),
      baseline: meanOf(scores.map(({ baseline }) => baseline)),
      seconds: folds.reduce((sum, { seconds }) => sum + seconds, 0),
    }
  })
  const value = ({ metrics }: Candidate): number => metrics[metric] ?? Number.NaN
  return all.toSorted((a, b) => (isBetter(metric, value(a), value(b)) ? -1 : isBetter(metric, value(b), value(a)) ? 1 : 0))
}

/** Of each metric, over the folds that define it. */
function meanOf(all: readonly Metrics[]): Metrics {
  const names = [...new Set(all.flatMap((metrics) => Object.keys(metrics)))]
  return Object.fromEntries(
    names.map((name) => {
      const values = all.map((metrics) => metrics[name]).filter((value) => value !== undefined)
      return [name, values.reduce((sum, value) => sum + value, 0) / values.length]
    }),
  )
}

async function fitLast(crew: Crew, job: Job, progress: (fraction: number) => void): Promise<Pick<TrainOutcome, 'model' | 'bytes'>> {
  const [result] = await crew.run([job], { threads: 1, progress })
  if (result?.kind !== 'fitted') throw new Fault('internal', 'The final fit gave no model.')
  return { model: result.model, bytes: result.bytes }
}
