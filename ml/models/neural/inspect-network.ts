/** Looks into a stored network off the main thread: a large image through many filters takes longer than a blink. */
import { inThread } from '../../../platform/thread-job.ts'
import type { NetworkView, ViewQuestion } from './network-view.ts'

export interface InspectInput {
  /** Of `encodeModel`. */
  readonly bytes: Uint8Array
  readonly question: ViewQuestion
}

/** Throws `invalid_input` when the model is no network or the record does not fit it, `cancelled` within a moment of `signal`. */
export function inspectNetwork(input: InspectInput, signal: AbortSignal): Promise<NetworkView> {
  return inThread({ file: new URL('./inspect-network.worker.ts', import.meta.url), data: input, signal, title: 'The inspection' })
}
