/** Drift detection beside the event loop: sorting and the classifier take from tens of milliseconds to seconds. */
import { inThread } from '../../platform/thread-job.ts'
import type { Frame } from '../data/frame.ts'
import type { DriftOptions, DriftReport } from './drift.ts'

/** As `detectDrift`, in a worker thread that ends with the call or the signal. */
export function detectDriftOffLoop(
  reference: Frame,
  current: Frame,
  { signal = new AbortController().signal, ...options }: DriftOptions & { readonly signal?: AbortSignal } = {},
): Promise<DriftReport> {
  const data = { reference, current, options }
  return inThread({ file: new URL('./drift.worker.ts', import.meta.url), data, signal, title: 'The comparison' })
}
