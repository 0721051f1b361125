/** Drift detection beside the event loop: sorting and the classifier take from tens of milliseconds to seconds. */
import { Worker } from 'node:worker_threads'
import type { Frame } from '../data/frame.ts'
import type { DriftOptions, DriftReport } from './drift.ts'

/** As `detectDrift`, in a worker thread that ends with the call or the signal. */
export async function detectDriftOffLoop(
  reference: Frame,
  current: Frame,
  options: DriftOptions & { readonly signal?: AbortSignal } = {},
): Promise<DriftReport> {
  const { signal, ...rest } = options
  signal?.throwIfAborted()
  const worker = new Worker(new URL('./drift.worker.ts', import.meta.url), { workerData: { reference, current, options: rest } })
  const done = Promise.withResolvers<DriftReport>()
  const stop = (): void => done.reject(signal?.reason)
  signal?.addEventListener('abort', stop, { once: true })
  worker.once('message', done.resolve)
  worker.once('error', done.reject)
  worker.once('exit', (code) => done.reject(new Error(`The drift worker ended with code ${code} and no answer.`)))
  try {
    return await done.promise
  } finally {
    signal?.removeEventListener('abort', stop)
    await worker.terminate()
  }
}
