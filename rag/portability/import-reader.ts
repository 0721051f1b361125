/** The thread that reads a collection file, as seen from the main one. */
import { Worker } from 'node:worker_threads'
import { Fault, type FaultCode } from '../../platform/fault.ts'
import type { Checked, Group, Request } from './import.worker.ts'

export interface ImportReader extends AsyncDisposable {
  /** Reads the whole file without keeping it. Throws `invalid_input` or `too_large`, naming the line. */
  check(): Promise<Checked>
  /** The next group; the one with `last` ends the file. */
  next(): Promise<Group>
}

type Answer = { readonly value: never } | { readonly error: { readonly code: FaultCode; readonly message: string } }

export function openImportReader(path: string, signal: AbortSignal): ImportReader {
  const worker = new Worker(new URL('./import.worker.ts', import.meta.url), { workerData: { path } })
  let waiting: PromiseWithResolvers<never> | undefined
  const fail = (cause?: unknown): void => waiting?.reject(new Fault('internal', 'The reading of the file stopped.', { cause }))
  worker.on('message', (answer: Answer) => {
    if ('error' in answer) waiting?.reject(new Fault(answer.error.code, answer.error.message))
    else waiting?.resolve(answer.value)
  })
  worker.on('error', fail)
  worker.on('exit', () => fail())

  const ask = async <T>(request: Request): Promise<T> => {
    signal.throwIfAborted()
    const question = Promise.withResolvers<never>()
    const abort = (): void => question.reject(signal.reason)
    waiting = question
    signal.addEventListener('abort', abort, { once: true })
    try {
      worker.postMessage(request)
      return await question.promise
    } finally {
      waiting = undefined
      signal.removeEventListener('abort', abort)
    }
  }
  return {
    check: () => ask<Checked>('check'),
    next: () => ask<Group>('next'),
    [Symbol.asyncDispose]: async () => {
      await worker.terminate()
    },
  }
}
