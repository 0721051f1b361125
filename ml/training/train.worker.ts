/** A training's worker thread: plans once, then does one job after the other. Its owner ends it when done or cancelled. */
import { parentPort, workerData } from 'node:worker_threads'
import { asFault } from '../../platform/fault.ts'
import type { FitControl } from '../models/algorithm.ts'
import { encodeModel } from '../models/model.ts'
import { calibrateFolds } from './calibrate.ts'
import { type ControlParts, controlOf } from './fit-state.ts'
import { fitModel, joinModels, measureFold } from './jobs.ts'
import type { Job, Orders, Reply, Result, WorkerInput } from './messages.ts'
import { type Plan, plan } from './plan.ts'
import { stackFolds } from './stacking.ts'

const { frame, spec, checkpointMs }: WorkerInput = workerData

/** `bytes`, long and of the message, move to the owner instead of being copied on its event loop. */
function reply(message: Reply, bytes?: Uint8Array): void {
  parentPort?.postMessage(message, bytes?.buffer instanceof ArrayBuffer ? [bytes.buffer] : [])
}

const replyWith = (result: Result): void => reply(result, result.kind === 'fitted' ? result.bytes : undefined)

/** Failures go to the owner as data: an Error loses its code on the way. */
function attempt(work: () => void): void {
  try {
    work()
  } catch (error) {
    const { code, message, errors, cause } = asFault(error)
    const words = code === 'internal' && cause instanceof Error ? `Training failed: ${cause.message}` : message
    reply({ kind: 'failed', code, message: words, errors })
  }
}

attempt(() => {
  const planned = plan(frame, spec)
  const { candidates, metric, warnings, problem, folds } = planned
  parentPort?.on('message', ([job, orders]: readonly [Job, Orders]) => attempt(() => replyWith(perform(planned, job, orders))))
  const summary = { candidates, metric, warnings, task: problem.task, rows: problem.rows, foldNames: folds.map(({ name }) => name) }
  reply({ kind: 'planned', plan: summary })
})

function perform(planned: Plan, job: Job, orders: Orders): Result {
  if (job.kind === 'calibrate') return { kind: 'calibrated', calibrated: calibrateFolds(planned, job.scores, spec.calibration ?? 'platt') }
  if (job.kind === 'stack') return { kind: 'stacked', stacked: stackFolds(planned, job.candidates) }
  if (job.kind === 'join') {
    const model = joinModels(job.members, job.calibration)
    return { kind: 'fitted', model, bytes: encodeModel(model), curve: [] }
  }
  const parts: ControlParts = {
    ...orders,
    key: job.key,
    ...(checkpointMs !== undefined && { checkpointMs }),
    tell: nowAndThen((fraction, point) => reply({ kind: 'progress', fraction, ...(point && { point }) })),
    keep: (state) => reply({ kind: 'checkpoint', state }, state),
  }
  const { control, curve } = controlOf(parts)
  if (job.kind === 'fold') return scoreFold(planned, job, control)
  const model = fitModel(planned, { ...job, target: spec.target }, control)
  return { kind: 'fitted', model, bytes: encodeModel(model), curve: curve() }
}

function scoreFold(planned: Plan, job: Extract<Job, { kind: 'fold' }>, control: Omit<FitControl, 'seed'>): Result {
  // What follows the folds, a calibration or a stack, learns from their scores.
  const isLearnedFrom = spec.calibration !== undefined || spec.algorithm === 'auto'
  const { fold: index, share = 1, keepScores = isLearnedFrom, mayFail = false } = job
  try {
    return { kind: 'scored', score: measureFold(planned, { ...job, index, share, keepScores }, control) }
  } catch (error) {
    const { code, message } = asFault(error)
    if (!mayFail || code !== 'invalid_input') throw error
    return { kind: 'refused', reason: message }
  }
}

const pauseMs = 50

/** Every tree or epoch is told, but no faster than anyone could follow: the owner has better to do than to hear of each. */
function nowAndThen(tell: FitControl['progress']): FitControl['progress'] {
  let told = { fraction: 0, at: performance.now() }
  return (fraction, point) => {
    const now = performance.now()
    if (fraction - told.fraction < 0.1 && now - told.at < pauseMs) return
    told = { fraction, at: now }
    tell(fraction, point)
  }
}
