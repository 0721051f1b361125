/** Evaluates a stored model off the main thread. */
import { Worker } from 'node:worker_threads'
import { Fault, type FaultCode, type FieldError } from '../../platform/fault.ts'
import type { Frame } from '../data/frame.ts'
import type { EvaluationReport } from './report.ts'

export interface EvaluateInput {
  /** Of `encodeModel`. */
  readonly bytes: Uint8Array
  readonly frame: Frame
}

export type EvaluateReply =
  | { readonly ok: true; readonly report: EvaluationReport }
  | { readonly ok: false; readonly code: FaultCode; readonly message: string; readonly errors: readonly FieldError[] }

/** Throws `invalid_input` when model and table do not fit, `cancelled` within a moment of `signal`. */
export async function evaluate(input: EvaluateInput, signal: AbortSignal): Promise<EvaluationReport> {
  const cancelled = (): Fault => new Fault('cancelled', 'The evaluation was cancelled.')
  if (signal.aborted) throw cancelled()
  const { promise, resolve, reject } = Promise.withResolvers<EvaluationReport>()
  const worker = new Worker(new URL('./evaluate.worker.ts', import.meta.url), { workerData: input })
  const abort = (): void => reject(cancelled())
  signal.addEventListener('abort', abort, { once: true })
  worker.on('message', (reply: EvaluateReply) => {
    if (reply.ok) resolve(reply.report)
    else reject(new Fault(reply.code, reply.message, { errors: reply.errors }))
  })
  worker.on('error', (cause) => reject(new Fault('internal', 'The evaluation stopped: its thread failed.', { cause })))
  worker.on('exit', () => reject(new Fault('internal', 'The evaluation stopped: its thread ended early.')))
  try {
    return await promise
  } finally {
    signal.removeEventListener('abort', abort)
    await worker.terminate()
  }
}
