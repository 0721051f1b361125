/** Judges the fairness of a stored model off the main thread. */
import { inThread } from '../../platform/thread-job.ts'
import type { Frame } from '../data/frame.ts'
import type { FairnessReport, FairnessWish } from './report.ts'

export interface FairnessInput {
  /** Of `encodeModel`. */
  readonly bytes: Uint8Array
  readonly frame: Frame
  readonly wish: FairnessWish
}

/** Throws `invalid_input` when model, table and wish do not fit, `cancelled` within a moment of `signal`. */
export function judgeFairness(input: FairnessInput, signal: AbortSignal): Promise<FairnessReport> {
  return inThread({ file: new URL('./fairness.worker.ts', import.meta.url), data: input, signal, title: 'The fairness report' })
}
