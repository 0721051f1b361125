/** A few worker threads that share one table and take jobs from a list; ending it stops them at once. */
import { Worker } from 'node:worker_threads'
import { Fault } from '../../platform/fault.ts'
import type { Job, PlanSummary, Reply, WorkerInput } from './messages.ts'

export type Result = Exclude<Reply, { readonly kind: 'planned' | 'progress' | 'failed' }>

export interface Crew {
  /** Results in the order of the jobs, whoever did them. `progress` gets the share of all jobs that is done. */
  run(
    jobs: readonly Job[],
    options: { readonly threads: number; readonly progress: (fraction: number) => void },
  ): Promise<readonly Result[]>
}

/** Plans in the first thread, then lets `use` run jobs. Rejects with `cancelled` as soon as `signal` aborts. */
export async function withCrew<T>(input: WorkerInput, signal: AbortSignal, use: (plan: PlanSummary, crew: Crew) => Promise<T>): Promise<T> {
  const hands: Hand[] = []
  const cancelled = Promise.withResolvers<never>()
  cancelled.promise.catch(() => undefined)
  const abort = (): void => cancelled.reject(new Fault('cancelled', 'The training was cancelled.'))
  const hire = async (): Promise<Hand> => {
    const hand = startHand(input)
    hands.push(hand)
    await hand.planned
    return hand
  }
  signal.addEventListener('abort', abort, { once: true })
  if (signal.aborted) abort()
  try {
    const work = async (): Promise<T> => {
      const first = await hire()
      return use(await first.planned, { run: (jobs, options) => share(jobs, hands, { ...options, hire }) })
    }
    return await Promise.race([cancelled.promise, signal.aborted ? cancelled.promise : work()])
  } finally {
    signal.removeEventListener('abort', abort)
    await Promise.all(hands.map((hand) => hand.end()))
  }
}

/** Every hand takes the next job when it is free; more hands are hired while there are jobs to share. */
async function share(
  jobs: readonly Job[],
  hands: readonly Hand[],
  options: { readonly threads: number; readonly progress: (fraction: number) => void; readonly hire: () => Promise<Hand> },
): Promise<readonly Result[]> {
  const results = new Array<Result | undefined>(jobs.length).fill(undefined)
  const done = new Float64Array(jobs.length)
  let next = 0
  const tell = (at: number, fraction: number): void => {
    done[at] = fraction
    options.progress(done.reduce((sum, share) => sum + share, 0) / jobs.length)
  }
  const toil = async (hand: Hand): Promise<void> => {
    for (let at = next++; at < jobs.length; at = next++) {
      const job = jobs[at]
      if (job === undefined) return
      results[at] = await hand.perform(job, (fraction) => tell(at, fraction))
      tell(at, 1)
    }
  }
  const idle = [...hands]
  const wanted = Math.min(options.threads, jobs.length)
  await Promise.all(Array.from({ length: wanted }, async (_, i) => toil(idle[i] ?? (await options.hire()))))
  return results.filter((result) => result !== undefined)
}

interface Hand {
  readonly planned: Promise<PlanSummary>
  perform(job: Job, progress: (fraction: number) => void): Promise<Result>
  end(): Promise<void>
}

function startHand(input: WorkerInput): Hand {
  const worker = new Worker(new URL('./train.worker.ts', import.meta.url), { workerData: input })
  const planned = Promise.withResolvers<PlanSummary>()
  let current = {
    resolve: (_: Result): void => undefined,
    reject: (_: unknown): void => undefined,
    progress: (_: number): void => undefined,
  }
  const fail = (error: unknown): void => {
    planned.reject(error)
    current.reject(error)
  }
  planned.promise.catch(() => undefined)
  worker.on('message', (reply: Reply) => {
    if (reply.kind === 'planned') planned.resolve(reply.plan)
    else if (reply.kind === 'progress') current.progress(reply.fraction)
    else if (reply.kind === 'failed') fail(new Fault(reply.code, reply.message, { errors: reply.errors }))
    else current.resolve(reply)
  })
  worker.on('error', (cause) =>
    fail(new Fault('internal', `Training stopped: ${outOfMemory(cause) ?? 'its thread failed; the log has the details.'}`, { cause })),
  )
  worker.on('exit', () => fail(new Fault('internal', 'Training stopped: its thread ended early.')))
  return {
    planned: planned.promise,
    perform: (job, progress) =>
      new Promise((resolve, reject) => {
        current = { resolve, reject, progress }
        worker.postMessage(job)
      }),
    end: async () => {
      await worker.terminate()
    },
  }
}

function outOfMemory(error: unknown): string | undefined {
  const known = error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY'
  return known ? 'it ran out of memory. Use fewer rows or columns.' : undefined
}
