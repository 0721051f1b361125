/** Evaluates a stored model off the main thread. */
import { inThread } from '../../platform/thread-job.ts'
import type { Frame } from '../data/frame.ts'
import type { EvaluationReport, EvaluationWish } from './report.ts'

export interface EvaluateInput {
  /** Of `encodeModel`. */
  readonly bytes: Uint8Array
  readonly frame: Frame
  readonly wish: EvaluationWish
}

/** Throws `invalid_input` when model and table do not fit, `cancelled` within a moment of `signal`. */
export function evaluate(input: EvaluateInput, signal: AbortSignal): Promise<EvaluationReport> {
  return inThread({ file: new URL('./evaluate.worker.ts', import.meta.url), data: input, signal, title: 'The evaluation' })
}
