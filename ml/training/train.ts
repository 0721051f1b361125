/**
 * Trains a model, all in worker threads:
 *
 *   table -> plan -> every candidate on every fold -> the best -> its calibration, if asked for -> its fit on all rows
 *
 * What is done is kept on the way, so that a training that was killed goes on where it was and ends in the same bytes.
 */
import { availableParallelism } from 'node:os'
import { Fault } from '../../platform/fault.ts'
import type { Frame } from '../data/frame.ts'
import type { CurvePoint } from '../models/algorithm.ts'
import { contest, fitStack } from './auto.ts'
import { type Candidate, ranked, remeasured, scoresOf } from './candidates.ts'
import type { Checkpoints } from './checkpoints.ts'
import { type Crew, type CrewProgress, withCrew } from './crew.ts'
import type { Job, PlanSummary } from './messages.ts'
import { checkedParams } from './params.ts'
import { shareFrame } from './shared-frame.ts'
import type { TrainOutcome, TrainProgress, TrainSpec } from './spec.ts'

export interface TrainOptions {
  readonly signal: AbortSignal
  readonly onProgress?: (progress: TrainProgress) => void
  /** In all. Default: one for a small table, else as many as the machine has, at most 4. */
  readonly threads?: number
  /** Where finished folds and half-done fits are kept. */
  readonly checkpoints?: Checkpoints
}

/**
 * Same table, spec and seed: the same model, byte for byte, for any number of threads and after any kill (of auto, unless
 * its time ran out: then what was tried depends on how fast the machine was, and the warnings say so). Throws
 * `invalid_input` when the table cannot meet the spec, and `cancelled` within a moment of `signal`.
 */
export async function train(frame: Frame, spec: TrainSpec, options: TrainOptions): Promise<TrainOutcome> {
  const started = performance.now()
  const { signal, onProgress, checkpoints, threads = threadsFor(frame) } = options
  const params = checkedParams(spec)
  const shared = await shareFrame(frame)
  return withCrew({ frame: shared, spec }, { signal, threads, checkpoints }, async (plan, crew) => {
    const walk: Walk = { plan, crew, params, seed: spec.seed ?? 0, report: reporter(onProgress), key: keyOf(checkpoints) }
    /** The final fit costs about as much as one fold of one candidate. */
    const share = 1 - 1 / (1 + plan.candidates.length * plan.foldNames.length)
    const isAuto = spec.algorithm === 'auto'
    const { candidates, weights, warnings } = isAuto
      ? await contest(walk, { seconds: spec.timeBudget ?? defaultBudget, until: share })
      : { candidates: await crossValidate(walk, share), weights: {}, warnings: [] }
    const [first] = candidates
    if (first === undefined) throw new Fault('internal', 'No candidate was scored.')
    const { best, calibration } = spec.calibration === undefined ? { best: first } : await calibrate(walk, first)
    const last = { from: share, ...(calibration && { calibration }) }
    const isStack = best.algorithm === 'stack'
    const { model, bytes, curve } = isStack
      ? await fitStack(walk, weights, last)
      : await fitOnAll(walk, { algorithm: best.algorithm, ...last })
    const { algorithm, metrics, folds, baseline } = best
    return {
      ...{ model, bytes, curve, algorithm, metrics, folds, baseline },
      params: model.params,
      task: plan.task,
      metric: plan.metric,
      candidates: candidates.map((each) => ({ algorithm: each.algorithm, metrics: each.metrics, seconds: each.seconds })),
      rows: plan.rows,
      seconds: (performance.now() - started) / 1000,
      seed: walk.seed,
      warnings: [...plan.warnings, ...warnings],
    }
  })
}

/** Seconds. */
const defaultBudget = 120

/** What every stage of a training needs. */
export interface Walk {
  readonly plan: PlanSummary
  readonly crew: Crew
  readonly params: ReturnType<typeof checkedParams>
  readonly seed: number
  readonly report: (stage: { readonly from: number; readonly to: number; readonly message: string }) => CrewProgress
  readonly key: (job: string) => string
}

/** Cells below which a second thread costs more than it saves. */
const smallTable = 50_000
const maxThreads = 4

/** Threads that pay off for a table of this size on this machine. */
function threadsFor(frame: Frame): number {
  return frame.rows * frame.columns.length < smallTable ? 1 : mostThreads()
}

/** As many as the machine has, at most 4. */
export const mostThreads = (): number => Math.min(maxThreads, availableParallelism())

/** Names a job among all that were ever kept. */
export const keyOf =
  (checkpoints: Checkpoints | undefined) =>
  (job: string): string =>
    `${checkpoints?.run ?? ''}/${job}`

/** Progress of one stage as progress of the whole; never backwards. */
export function reporter(onProgress: TrainOptions['onProgress']): Walk['report'] {
  let furthest = 0
  return ({ from, to, message }) =>
    (fraction, point) => {
      furthest = Math.max(furthest, from + (to - from) * fraction)
      onProgress?.({ fraction: furthest, message: point === undefined ? message : `${message}: ${pointInWords(point)}` })
    }
}

/** "step 12, loss 0.3142". */
function pointInWords({ step, ...values }: CurvePoint): string {
  const words = Object.entries(values).map(([name, value]) => `${name.replaceAll('_', ' ')} ${value.toPrecision(4)}`)
  return [`step ${step}`, ...words].join(', ')
}

async function crossValidate({ plan, crew, params, seed, report, key }: Walk, share: number): Promise<readonly Candidate[]> {
  const jobs = plan.candidates.flatMap((algorithm) =>
    plan.foldNames.map(
      (_, fold): Job => ({ key: key(`${algorithm}/${fold}`), kind: 'fold', algorithm, fold, seed, params: params(algorithm) }),
    ),
  )
  const message = `Cross-validating ${plan.candidates.join(', ')} on ${plan.foldNames.length} folds of ${plan.rows} rows`
  const progress = report({ from: 0, to: share, message })
  if (jobs.length > 0) progress(0)
  return ranked(plan, scoresOf(await crew.run(jobs, progress)))
}

/** The best candidate as its calibration changes it. */
export async function calibrate({ crew, key }: Pick<Walk, 'crew' | 'key'>, best: Candidate) {
  const scores = best.scores.map((score) => score.scores ?? new Float64Array(0))
  const [result] = await crew.run([{ key: key('calibration'), kind: 'calibrate', scores }], () => undefined)
  if (result?.kind !== 'calibrated') throw new Fault('internal', 'The calibration gave no curve.')
  const { calibration, metrics } = result.calibrated
  return { best: remeasured(best, metrics), calibration }
}

type LastFit = Pick<Extract<Job, { kind: 'all' }>, 'algorithm' | 'calibration'> & { readonly from: number }

/** The model that is kept. */
export async function fitOnAll({ plan, crew, params, seed, report, key }: Walk, { from, ...last }: LastFit) {
  const progress = report({ from, to: 1, message: `Fitting ${last.algorithm} on all ${plan.rows} rows` })
  progress(0)
  const job: Job = { ...last, key: key(`${last.algorithm}/all`), kind: 'all', seed, params: params(last.algorithm) }
  const [result] = await crew.run([job], progress)
  if (result?.kind !== 'fitted') throw new Fault('internal', 'The final fit gave no model.')
  return result
}
