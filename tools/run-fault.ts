/** What a run that failed or was cancelled means to whoever follows it. */
import { Fault, type FaultCode, faultCodes } from '../platform/fault.ts'
import type { Run } from '../platform/runs/runs.ts'

/** The run's own fault; `internal` where its code is none of ours. */
export function runFault({ id, tool, state, error }: Pick<Run, 'id' | 'tool' | 'state' | 'error'>): Fault {
  if (state === 'cancelled') return new Fault('cancelled', error?.message ?? `Run ${id} of ${tool} was cancelled.`)
  return new Fault(codeOf(error?.code), error?.message ?? `Run ${id} of ${tool} failed.`)
}

const codeOf = (code: string | undefined): FaultCode => faultCodes.find((known) => known === code) ?? 'internal'
