/** One job in a worker thread of its own: heavy work leaves the event loop free, and ends at once when it is cancelled. */
import { parentPort, Worker } from 'node:worker_threads'
import { asFault, Fault, type FaultCode, type FieldError } from './fault.ts'

type Reply<A> =
  | { readonly fraction: number }
  | { readonly ok: true; readonly answer: A }
  | {
      readonly ok: false
      readonly code: FaultCode
      readonly message: string
      readonly errors: readonly FieldError[]
      /** For the log: where something failed that should not. */
      readonly stack: string | undefined
    }

export interface ThreadJob {
  /** The worker's file, which calls `answerThreadJob`. */
  readonly file: URL
  /** Structured-clone data for it, in `workerData`. */
  readonly data: unknown
  readonly signal: AbortSignal
  /** For people: "The evaluation". */
  readonly title: string
  /** Most milliseconds it may take, for work that a stranger's file decides. No limit when absent. */
  readonly limitMs?: number
  /** Buffers of `data` that move to the thread instead of being copied. */
  readonly moved?: readonly ArrayBuffer[]
  /** Hears the share of the work that is done, 0 to 1, where the worker says it. */
  readonly progress?: (fraction: number) => void
}

/** What the worker answers. Its Faults are thrown here as they are; `cancelled` within a moment of `signal`. */
export async function inThread<A>({ file, data, signal, title, limitMs, moved = [], progress }: ThreadJob): Promise<A> {
  const cancelled = (): Fault => new Fault('cancelled', `${title} was cancelled.`)
  if (signal.aborted) throw cancelled()
  const { promise, resolve, reject } = Promise.withResolvers<A>()
  const worker = new Worker(file, { workerData: data, transferList: [...moved] })
  const abort = (): void => reject(cancelled())
  signal.addEventListener('abort', abort, { once: true })
  const late = new Fault('invalid_input', `${title} took longer than ${(limitMs ?? 0) / 1000} seconds and was stopped.`)
  const timer = limitMs === undefined ? undefined : setTimeout(() => reject(late), limitMs)
  worker.on('message', (reply: Reply<A>) => {
    if ('fraction' in reply) progress?.(reply.fraction)
    else if (reply.ok) resolve(reply.answer)
    else reject(new Fault(reply.code, reply.message, { errors: reply.errors, cause: reply.stack }))
  })
  worker.on('error', (cause) => reject(new Fault('internal', `${title} stopped: its thread failed.`, { cause })))
  worker.on('exit', () => reject(new Fault('internal', `${title} stopped: its thread ended early.`)))
  try {
    return await promise
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', abort)
    await worker.terminate()
  }
}

/**
 * In the worker: does the work and answers with what it gives, or with its Fault as data, for an Error loses its code on
 * the way. The work may tell how much of it is done, 0 to 1.
 */
export async function answerThreadJob(work: (done: (fraction: number) => void) => unknown): Promise<void> {
  const reply = (message: Reply<unknown>): void => parentPort?.postMessage(message)
  try {
    reply({ ok: true, answer: await work((fraction) => reply({ fraction })) })
  } catch (error) {
    const { code, message, errors } = asFault(error)
    reply({ ok: false, code, message, errors, stack: error instanceof Error ? error.stack : String(error) })
  }
}
