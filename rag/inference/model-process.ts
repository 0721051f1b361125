/**
 * A process with one model in it, whatever happens to it: jobs go in one at a time, urgent ones (somebody waits for a search)
 * before the rest; one that dies is started again and its job gets one more try.
 */
import { Fault } from '../../platform/fault.ts'
import { type ModelLife, type ModelLifeOptions, ProcessDied, startModel } from './model-life.ts'

export interface ModelProcess<Job, Properties, Answer> extends AsyncDisposable {
  /** Starts the process if need be. Throws the fault that `explain` makes of a failed load; the next call tries again. */
  load(signal?: AbortSignal): Promise<Properties>
  /** Throws `unavailable` when the model cannot be loaded, dies twice over a job or does not come back from it. */
  ask(job: Job, options: { readonly signal: AbortSignal; readonly urgent: boolean }): Promise<Answer>
}

interface Waiting<Job, Answer> {
  readonly job: Job
  readonly urgent: boolean
  readonly signal: AbortSignal
  readonly resolve: (answer: Answer) => void
  readonly reject: (error: unknown) => void
}

const tries = 2
const defaults = { patienceMs: 120_000, loadPatienceMs: 120_000 }
type Patience = keyof typeof defaults

export function openModelProcess<Job, Properties, Answer>(
  options: Omit<ModelLifeOptions<Properties, Answer>, Patience> & Partial<Pick<ModelLifeOptions<Properties, Answer>, Patience>>,
): ModelProcess<Job, Properties, Answer> {
  const queue: Waiting<Job, Answer>[] = []
  let life: ModelLife<Job, Properties, Answer> | undefined
  let busy = false
  let closed = false
  const closedFault = (): Fault => new Fault('unavailable', `${options.title} is closed.`)

  const alive = (): ModelLife<Job, Properties, Answer> => {
    if (closed) throw closedFault()
    if (life) return life
    const started = startModel<Job, Properties, Answer>({ ...defaults, ...options }, () => {
      if (life === started) life = undefined
    })
    life = started
    return started
  }
  const pump = async (): Promise<void> => {
    if (busy) return
    busy = true
    for (let waiting = takeFirst(queue); waiting; waiting = takeFirst(queue)) await perform(waiting, { alive, queue, title: options.title })
    busy = false
    life?.idle(true)
  }

  return {
    load: async (signal) => {
      const starting = alive()
      starting.idle(false)
      try {
        return await (signal ? orAbort(starting.ready, signal) : starting.ready)
      } finally {
        if (!busy) starting.idle(true)
      }
    },
    ask: async (job, { signal, urgent }) => {
      signal.throwIfAborted()
      const { promise, resolve, reject } = Promise.withResolvers<Answer>()
      const waiting = { job, urgent, signal, resolve, reject }
      queue.push(waiting)
      void pump()
      try {
        // A job that runs is left to end; its answer goes nowhere.
        return await orAbort(promise, signal)
      } finally {
        const at = queue.indexOf(waiting)
        if (at >= 0) queue.splice(at, 1)
      }
    },
    [Symbol.asyncDispose]: async () => {
      closed = true
      for (const { reject } of queue.splice(0)) reject(closedFault())
      await life?.end()
    },
  }
}

interface Ground<Job, Properties, Answer> {
  readonly alive: () => ModelLife<Job, Properties, Answer>
  readonly queue: Waiting<Job, Answer>[]
  readonly title: string
}

async function perform<Job, Properties, Answer>(
  { job, resolve, reject, signal }: Waiting<Job, Answer>,
  { alive, queue, title }: Ground<Job, Properties, Answer>,
): Promise<void> {
  /** What could not be loaded for one is not tried again for each that waits. */
  const refuseAll = (fault: unknown): never => {
    for (const waiting of queue.splice(0)) waiting.reject(fault)
    throw fault
  }
  for (let left = tries; left > 0 && !signal.aborted; left--) {
    try {
      const running = alive()
      running.idle(false)
      await running.ready.catch(refuseAll)
      return resolve(await running.run(job))
    } catch (error) {
      if (!(error instanceof ProcessDied)) return reject(error)
      if (left === 1) reject(new Fault('unavailable', `${title} stopped at work, twice: ${error.message}.`, { cause: error }))
    }
  }
}

function takeFirst<Job, Answer>(queue: Waiting<Job, Answer>[]): Waiting<Job, Answer> | undefined {
  const urgent = queue.findIndex((waiting) => waiting.urgent)
  return queue.splice(Math.max(0, urgent), 1)[0]
}

/** The promise, or the signal's reason as soon as it is given up. */
async function orAbort<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted()
  const given = Promise.withResolvers<never>()
  const abort = (): void => given.reject(signal.reason)
  signal.addEventListener('abort', abort, { once: true })
  try {
    return await Promise.race([promise, given.promise])
  } finally {
    signal.removeEventListener('abort', abort)
    promise.catch(() => undefined)
  }
}
