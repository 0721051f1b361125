/** How a command ends, as a number for scripts: the same failure has the same number whatever the command. */
import type { Fault, FaultCode } from '../platform/fault.ts'

const codes: Readonly<Record<FaultCode, number>> = {
  usage: 2,
  invalid_input: 2,
  gate_not_met: 3,
  unauthenticated: 4,
  not_allowed: 4,
  not_found: 5,
  conflict: 1,
  too_large: 2,
  deadline: 1,
  unavailable: 1,
  internal: 1,
  cancelled: 130,
}

export function exitCodeOf({ code }: Pick<Fault, 'code'>): number {
  return codes[code]
}

/** A person must decide before the call runs, and nobody is at the terminal to ask. */
export const waitsForPerson = 4
