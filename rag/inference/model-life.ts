/** One life of a thread with a model in it, from its start to its end: it loads, then does one job at a time. */
import { Worker } from 'node:worker_threads'
import { z } from 'zod'
import { Fault } from '../../platform/fault.ts'

export interface ModelLifeOptions<Properties, Answer> {
  /** The worker: says progress while it loads, then ready or failed; answers {id, job} with {id, answer} or {id, error}. */
  readonly script: URL
  readonly workerData: unknown
  /** For error sentences: "The model 'x'". */
  readonly title: string
  readonly properties: z.ZodType<Properties>
  readonly answer: z.ZodType<Answer>
  /** What a failed load means, in a sentence for people. */
  readonly explain: (failure: LoadFailure) => Fault
  /** Longest wait for one job. */
  readonly patienceMs: number
  /** Longest wait for a sign of life while loading. */
  readonly loadPatienceMs: number
}

export interface LoadFailure {
  readonly kind: string
  readonly message: string
}

export interface ModelLife<Job, Properties, Answer> {
  /** Rejects with the fault of a failed load. */
  readonly ready: Promise<Properties>
  /** One at a time, after `ready`. Rejects with ThreadDied, or with `unavailable` when this job failed. */
  run(job: Job): Promise<Answer>
  /** An idle thread does not keep the process alive. */
  idle(yes: boolean): void
  end(): Promise<void>
}

/** The thread ended in the middle of a job. */
export class ThreadDied extends Error {
  override readonly name = 'ThreadDied'
}

const said = z.union([
  z.object({ progress: z.literal(true) }),
  z.object({ ready: z.unknown() }),
  z.object({ failed: z.object({ kind: z.string(), message: z.string() }) }),
  z.object({ id: z.number(), error: z.string() }),
  z.object({ id: z.number(), answer: z.unknown() }),
])
type Said = z.infer<typeof said>

/** `onEnd` is called once, when the thread is gone and another may be started. */
export function startModel<Job, Properties, Answer>(
  { script, workerData, title, properties, answer, explain, patienceMs, loadPatienceMs }: ModelLifeOptions<Properties, Answer>,
  onEnd: () => void,
): ModelLife<Job, Properties, Answer> {
  const worker = new Worker(script, { workerData, stdout: true })
  // What a library prints must not mix with what this process prints.
  worker.stdout.resume()
  const loading = Promise.withResolvers<Properties>()
  loading.promise.catch(() => undefined)
  let job: { readonly id: number; readonly resolve: (answer: Answer) => void; readonly reject: (error: unknown) => void } | undefined
  let ids = 0
  let why = 'it ended by itself'
  let ended = false

  const end = async (fault: Error = new ThreadDied(why)): Promise<void> => {
    patience.stop()
    loading.reject(fault instanceof ThreadDied ? new Fault('unavailable', `${title} stopped while loading: ${why}.`) : fault)
    job?.reject(fault)
    job = undefined
    if (!ended) onEnd()
    ended = true
    await worker.terminate()
  }
  const patience = startPatience(loadPatienceMs, (ms) => {
    const failing = job ? 'did not finish' : 'gave no sign of life while loading'
    void end(new Fault('unavailable', `${title} ${failing} within ${ms / 1000} s.`))
  })
  const finish = (message: Extract<Said, { id: number }>): void => {
    if (job?.id !== message.id) return
    const { resolve, reject } = job
    job = undefined
    if ('error' in message) reject(new Fault('unavailable', `${title} failed on these texts.`, { cause: new Error(message.error) }))
    else resolve(answer.parse(message.answer))
  }
  worker.on('error', (error) => {
    why = error instanceof Error ? error.message : String(error)
  })
  worker.on('exit', () => void end())
  worker.on('message', (raw: unknown) => {
    const message = said.parse(raw)
    if ('progress' in message) return patience.renew(loadPatienceMs)
    patience.stop()
    if ('failed' in message) void end(explain(message.failed))
    else if ('ready' in message) loading.resolve(properties.parse(message.ready))
    else finish(message)
  })
  return {
    ready: loading.promise,
    run: (work) =>
      new Promise((resolve, reject) => {
        if (ended) return reject(new ThreadDied(why))
        job = { id: ++ids, resolve, reject }
        patience.renew(patienceMs)
        worker.postMessage({ id: ids, job: work })
      }),
    idle: (yes) => (yes ? worker.unref() : worker.ref()),
    end: () => end(new Fault('unavailable', `${title} is closed.`)),
  }
}

function startPatience(first: number, onEnd: (ms: number) => void): { renew(ms: number): void; stop(): void } {
  let timer = setTimeout(onEnd, first, first)
  return {
    renew: (ms) => {
      clearTimeout(timer)
      timer = setTimeout(onEnd, ms, ms)
    },
    stop: () => clearTimeout(timer),
  }
}
