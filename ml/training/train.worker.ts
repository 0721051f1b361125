/** A training's worker thread: plans once, then does one job after the other. Its owner ends it when done or cancelled. */
import { parentPort, workerData } from 'node:worker_threads'
import { asFault } from '../../platform/fault.ts'
import { encodeModel } from '../models/model.ts'
import { fitModel, measureFold } from './jobs.ts'
import type { Job, Reply, WorkerInput } from './messages.ts'
import { plan } from './plan.ts'

const { frame, spec }: WorkerInput = workerData

function reply(message: Reply): void {
  parentPort?.postMessage(message)
}

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
  parentPort?.on('message', (job: Job) => attempt(() => perform(planned, job)))
  const summary = { candidates, metric, warnings, task: problem.task, rows: problem.rows, foldNames: folds.map(({ name }) => name) }
  reply({ kind: 'planned', plan: summary })
})

function perform(planned: ReturnType<typeof plan>, job: Job): void {
  const progress = everyTenth((fraction) => reply({ kind: 'progress', fraction }))
  if (job.fold !== undefined) {
    reply({ kind: 'scored', score: measureFold(planned, { ...job, index: job.fold }, { progress }) })
    return
  }
  const model = fitModel(planned, { ...job, target: spec.target }, { progress })
  reply({ kind: 'fitted', model, bytes: encodeModel(model) })
}

/** Passes on what moves the needle: the owner has better to do than to hear of every tree. */
function everyTenth(tell: (fraction: number) => void): (fraction: number) => void {
  let told = 0
  return (fraction) => {
    if (fraction - told < 0.1) return
    told = fraction
    tell(fraction)
  }
}
