/** One life of the reading thread, watched from outside: it is ended when a document takes too long or too much memory. */
import { Worker } from 'node:worker_threads'
import { Fault } from '../../platform/fault.ts'
import type { Batch } from './batches.ts'
import type { PreparedDocument } from './prepare.ts'
import type { Answer, Assignment, Request } from './reader.worker.ts'

export interface ThreadLimits {
  /** For one document, in milliseconds. */
  readonly documentMs: number
  /** Of the thread, in bytes: objects and buffers. */
  readonly memoryBytes: number
}

/** The thread is gone; `file` is the number of the file it was reading, -1 for none. */
export class Lost extends Error {
  override readonly name = 'Lost'
  readonly file: number
  readonly reason: string

  constructor(file: number, reason: string, cause?: unknown) {
    super(reason, { cause })
    this.file = file
    this.reason = reason
  }
}

export interface ReaderThread {
  /** Throws `Lost`. */
  next(signal: AbortSignal): Promise<Batch>
  /** Throws `Lost`. */
  chunks(request: Extract<Request, { kind: 'chunks' }>, signal: AbortSignal): Promise<PreparedDocument>
  close(): Promise<void>
}

const watchMs = 100
/** Longest that a thread may take to start, on however busy a machine. */
const startMs = 120_000
/** What a thread that has read nothing yet has counted. */
const starting = -1
/** The engine ends the whole process when a thread reaches this in one great leap, so the watch has to come first. */
const heapMegabytes = 4096

export function openThread(assignment: Omit<Assignment, 'place'>, limits: ThreadLimits): ReaderThread {
  const place = new Int32Array(new SharedArrayBuffer(8)).fill(starting)
  const worker = new Worker(new URL('./reader.worker.ts', import.meta.url), {
    workerData: { ...assignment, place },
    resourceLimits: { maxOldGenerationSizeMb: heapMegabytes },
  })
  const lost = Promise.withResolvers<never>()
  lost.promise.catch(() => undefined)
  const lose = (reason: string, cause?: unknown): void => lost.reject(new Lost(Atomics.load(place, 0), reason, cause))
  worker.on('error', (error) => lose(lossOf(error), error))
  worker.on('exit', () => lose('stopped its reader'))

  const ask = async (request: Request, signal: AbortSignal): Promise<Batch | PreparedDocument> => {
    signal.throwIfAborted()
    const { promise, resolve, reject } = Promise.withResolvers<Answer>()
    const abort = (): void => reject(signal.reason)
    signal.addEventListener('abort', abort, { once: true })
    worker.once('message', resolve)
    const watch = watchOver(worker, place, { ...limits, lose })
    try {
      worker.postMessage(request)
      const answer = await Promise.race([promise, lost.promise])
      if ('value' in answer) return answer.value
      throw new Fault('internal', 'A document could not be prepared.', { cause: new Error(answer.error) })
    } finally {
      clearInterval(watch)
      worker.off('message', resolve)
      signal.removeEventListener('abort', abort)
    }
  }
  return {
    async next(signal) {
      const answer = await ask({ kind: 'next' }, signal)
      if ('documents' in answer) return answer
      throw new Fault('internal', 'The reading thread answered another request.')
    },
    async chunks(request, signal) {
      const answer = await ask(request, signal)
      if ('chunks' in answer) return answer
      throw new Fault('internal', 'The reading thread answered another request.')
    },
    close: async () => {
      await worker.terminate()
    },
  }
}

interface Watch extends ThreadLimits {
  lose(reason: string): void
}

/** Time counts from the last thing that was read, and not while the thread starts. */
function watchOver(worker: Worker, place: Int32Array, { documentMs, memoryBytes, lose }: Watch): NodeJS.Timeout {
  let count = Atomics.load(place, 1)
  let since = performance.now()
  return setInterval(() => {
    const now = Atomics.load(place, 1)
    if (now !== count) since = performance.now()
    count = now
    const waited = performance.now() - since
    if (now === starting ? waited > startMs : waited > documentMs) lose(`takes more than ${documentMs / 1000} s to read`)
    worker.getHeapStatistics().then(
      ({ used_heap_size: objects, external_memory: buffers }) => {
        if (objects + buffers > memoryBytes) lose(`takes more than ${Math.round(memoryBytes / 1024 / 1024)} MB of memory to read`)
      },
      () => undefined,
    )
  }, watchMs)
}

const lossOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY'
    ? 'takes too much memory to read'
    : `ended its reader: ${error instanceof Error ? error.message.slice(0, 200) : 'unknown'}`
