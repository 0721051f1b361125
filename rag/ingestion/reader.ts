/** The reading thread as seen from the main one: ask for a batch, then for the chunks of those documents that are new. */
import { Worker } from 'node:worker_threads'
import { Fault } from '../../platform/fault.ts'
import type { SourceFile } from './files.ts'
import type { Batch, PreparedDocument, Request } from './reader.worker.ts'

export interface Reader extends AsyncDisposable {
  /** The next documents, without their texts; the one with `last` ends the reading. */
  next(): Promise<Batch>
  /** Document `document` of the last batch with `count` of its chunks from number `from`; its text comes with the first. */
  chunks(document: number, from: number, count: number): Promise<PreparedDocument>
}

/** Longer than this for one batch or document means that the parser does not come back from it. */
const patienceMs = 120_000

export function openReader(files: readonly SourceFile[], signal: AbortSignal): Reader {
  const worker = new Worker(new URL('./reader.worker.ts', import.meta.url), { workerData: { files } })
  let waiting: { resolve(value: never): void; reject(error: unknown): void } | undefined
  let ids = 0
  let stopped: Fault | undefined
  const fail = (error: unknown): void => waiting?.reject(error)
  const stop = (cause?: unknown): void => {
    stopped ??= new Fault('internal', 'The reading of documents stopped.', { cause })
    fail(stopped)
  }
  worker.on('message', (answer: { readonly value: never } | { readonly error: string }) => {
    if ('error' in answer) fail(new Fault('internal', 'A document could not be prepared.', { cause: new Error(answer.error) }))
    else waiting?.resolve(answer.value)
  })
  worker.on('error', stop)
  worker.on('exit', () => stop())

  const ask = async <T>(request: Request): Promise<T> => {
    signal.throwIfAborted()
    if (stopped) throw stopped
    const abort = (): void => fail(signal.reason)
    const late = (): void =>
      fail(new Fault('too_large', `A document took more than ${patienceMs / 1000} s to read. Split it or leave it out.`))
    const timer = setTimeout(late, patienceMs)
    signal.addEventListener('abort', abort, { once: true })
    try {
      return await new Promise<T>((resolve, reject) => {
        waiting = { resolve, reject }
        worker.postMessage({ id: ids++, request })
      })
    } finally {
      waiting = undefined
      clearTimeout(timer)
      signal.removeEventListener('abort', abort)
    }
  }
  return {
    next: () => ask<Batch>({ kind: 'next' }),
    chunks: (document, from, count) => ask<PreparedDocument>({ kind: 'chunks', document, from, count }),
    [Symbol.asyncDispose]: async () => {
      await worker.terminate()
    },
  }
}
