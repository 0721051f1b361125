/** A few worker threads that share one table and take jobs from a list; ending it stops them at once. */
import { Worker } from 'node:worker_threads'
import { Fault } from '../../platform/fault.ts'
import type { CurvePoint } from '../models/algorithm.ts'
import type { Checkpoints } from './checkpoints.ts'
import type { Job, Orders, PlanSummary, Reply, Result, WorkerInput } from './messages.ts'

/** `fraction` is the share of all jobs that is done, `point` the newest of the learning curve of one of them. */
export type CrewProgress = (fraction: number, point?: CurvePoint) => void

export interface Crew {
  /** Results in the order of the jobs, whoever did them. What was kept of a job is not done again. */
  run(jobs: readonly Job[], progress: CrewProgress): Promise<readonly Result[]>
}

export interface CrewOptions {
  readonly signal: AbortSignal
  /** In all: hands, and what each may use inside a fit. */
  readonly threads: number
  readonly checkpoints: Checkpoints | undefined
}

/** Plans in the first thread, then lets `use` run jobs. Rejects with `cancelled` as soon as `signal` aborts. */
export async function withCrew<T>(
  input: Pick<WorkerInput, 'frame' | 'spec'>,
  options: CrewOptions,
  use: (plan: PlanSummary, crew: Crew) => Promise<T>,
): Promise<T> {
  const { signal, checkpoints } = options
  const hands: Hand[] = []
  const cancelled = Promise.withResolvers<never>()
  cancelled.promise.catch(() => undefined)
  const abort = (): void => cancelled.reject(wasCancelled())
  const hire = async (): Promise<Hand> => {
    const hand = startHand(checkpoints ? { ...input, checkpointMs: checkpoints.everyMs } : input)
    hands.push(hand)
    await hand.planned
    return hand
  }
  signal.addEventListener('abort', abort, { once: true })
  if (signal.aborted) abort()
  try {
    const work = async (): Promise<T> => {
      const first = await hire()
      return use(await first.planned, { run: (jobs, progress) => share(jobs, hands, { ...options, progress, hire }) })
    }
    return await Promise.race([cancelled.promise, signal.aborted ? cancelled.promise : work()])
  } finally {
    signal.removeEventListener('abort', abort)
    await Promise.all(hands.map((hand) => hand.end()))
  }
}

const wasCancelled = (): Fault => new Fault('cancelled', 'The training was cancelled.')

type Sharing = CrewOptions & { readonly progress: CrewProgress; readonly hire: () => Promise<Hand> }

/** Every hand takes the next job when it is free; more hands are hired while there are jobs to share. */
async function share(
  jobs: readonly Job[],
  hands: readonly Hand[],
  { threads, checkpoints, ...options }: Sharing,
): Promise<readonly Result[]> {
  const results = new Array<Result | undefined>(jobs.length).fill(undefined)
  const done = new Float64Array(jobs.length)
  const tell = (at: number, fraction: number, point?: CurvePoint): void => {
    done[at] = fraction
    options.progress(done.reduce((sum, share) => sum + share, 0) / jobs.length, point)
  }
  const open: number[] = []
  for (const [at, job] of jobs.entries()) {
    const score = await checkpoints?.result(job.key)
    if (score === undefined) open.push(at)
    else {
      results[at] = { kind: 'scored', score }
      tell(at, 1)
    }
  }
  // Whoever is hired from here on would work for nobody, and nobody would end it.
  if (options.signal.aborted) throw wasCancelled()
  const wanted = Math.min(threads, open.length)
  const inside = Math.max(1, Math.floor(threads / Math.max(1, wanted)))
  const toil = async (hand: Hand): Promise<void> => {
    for (let at = open.shift(); at !== undefined; at = open.shift()) {
      const job = jobs[at]
      if (job === undefined) return
      const place = at
      results[at] = await performKept(hand, job, {
        threads: inside,
        checkpoints,
        progress: (fraction, point) => tell(place, fraction, point),
      })
      tell(at, 1)
    }
  }
  const idle = [...hands]
  await Promise.all(Array.from({ length: wanted }, async (_, i) => toil(idle[i] ?? (await options.hire()))))
  return results.filter((result) => result !== undefined)
}

/** Goes on from what was kept of the job, and keeps what it gives. */
async function performKept(
  hand: Hand,
  job: Job,
  { threads, checkpoints, progress }: Pick<Sharing, 'threads' | 'checkpoints' | 'progress'>,
): Promise<Result> {
  const restored = await checkpoints?.state(job.key)
  const result = await hand.perform(
    job,
    { threads, ...(restored && { restored }) },
    { progress, keep: (state) => checkpoints?.keepState(job.key, state) },
  )
  if (result.kind === 'scored') checkpoints?.keepResult(job.key, result.score)
  return result
}

interface Ears {
  readonly progress: CrewProgress
  readonly keep: (state: Uint8Array) => void
}

interface Hand {
  readonly planned: Promise<PlanSummary>
  perform(job: Job, orders: Orders, ears: Ears): Promise<Result>
  end(): Promise<void>
}

const deaf: Ears = { progress: () => undefined, keep: () => undefined }

function startHand(input: WorkerInput): Hand {
  const worker = new Worker(new URL('./train.worker.ts', import.meta.url), { workerData: input })
  const planned = Promise.withResolvers<PlanSummary>()
  let ears = deaf
  let current = Promise.withResolvers<Result>()
  current.promise.catch(() => undefined)
  const fail = (error: unknown): void => {
    planned.reject(error)
    current.reject(error)
  }
  planned.promise.catch(() => undefined)
  worker.on('message', (reply: Reply) => {
    if (reply.kind === 'planned') planned.resolve(reply.plan)
    else if (reply.kind === 'progress') ears.progress(reply.fraction, reply.point)
    else if (reply.kind === 'checkpoint') ears.keep(reply.state)
    else if (reply.kind === 'failed') fail(new Fault(reply.code, reply.message, { errors: reply.errors }))
    else current.resolve(reply)
  })
  worker.on('error', (cause) =>
    fail(new Fault('internal', `Training stopped: ${outOfMemory(cause) ?? 'its thread failed; the log has the details.'}`, { cause })),
  )
  worker.on('exit', () => fail(new Fault('internal', 'Training stopped: its thread ended early.')))
  return {
    planned: planned.promise,
    perform: (job, orders, listening) => {
      ears = listening
      current = Promise.withResolvers<Result>()
      worker.postMessage([job, orders])
      return current.promise
    },
    end: async () => {
      ears = deaf
      await worker.terminate()
    },
  }
}

function outOfMemory(error: unknown): string | undefined {
  const known = error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY'
  return known ? 'it ran out of memory. Use fewer rows or columns.' : undefined
}
