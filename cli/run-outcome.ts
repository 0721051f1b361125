/** What a run's state means to whoever waits for it. */
import { Fault, type FaultCode, faultCodes } from '../platform/fault.ts'
import type { Outcome } from '../tools/invocation.ts'

export interface RunRecord {
  readonly id: string
  readonly tool: string
  readonly state: string
  readonly result: unknown
  readonly error: { readonly code: string; readonly message: string } | null
  readonly approval: string | null
}

/** Throws the run's own fault when it failed or was cancelled. */
export function outcomeOfRun({ id, tool, state, result, error, approval }: RunRecord): Outcome {
  if (state === 'succeeded') return doneBy(id, tool, result)
  if (state === 'failed' || state === 'cancelled') {
    const code = error?.code ?? (state === 'cancelled' ? 'cancelled' : 'internal')
    throw new Fault(
      isFaultCode(code) ? code : 'internal',
      error?.message ?? `Run ${id} of ${tool} ${state === 'failed' ? 'failed' : 'was cancelled'}.`,
    )
  }
  return state === 'waiting' && approval !== null ? { kind: 'waiting', approval, run: id } : { kind: 'running', run: id }
}

function doneBy(run: string, tool: string, result: unknown): Outcome {
  if (typeof result !== 'object' || result === null || !('content' in result) || !('data' in result))
    throw new Fault('internal', `The result of run ${run} of ${tool} cannot be read.`)
  return { kind: 'done', content: String(result.content), data: result.data, untrusted: false, run }
}

export const isFaultCode = (code: string): code is FaultCode => faultCodes.some((known) => known === code)
