/** The one error type that crosses a room's border. Every surface maps its code to its own words. */

export const faultCodes = [
  'usage',
  'invalid_input',
  'unauthenticated',
  'not_allowed',
  'not_found',
  'conflict',
  'too_large',
  'gate_not_met',
  'cancelled',
  'deadline',
  'unavailable',
  'internal',
] as const

export type FaultCode = (typeof faultCodes)[number]

/** One thing wrong with one field; `path` is dotted ("steps.0.column"), empty for the whole input. */
export interface FieldError {
  readonly path: string
  readonly message: string
}

/** `message` names the thing, the value found and the next step; it is shown to people as it stands. */
export class Fault extends Error {
  override readonly name = 'Fault'
  readonly code: FaultCode
  readonly errors: readonly FieldError[]

  constructor(code: FaultCode, message: string, options: { errors?: readonly FieldError[]; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.errors = options.errors ?? []
  }
}

/** Turns whatever was thrown into a Fault. The words of an unexpected error stay in `cause`, for the log only. */
export function asFault(error: unknown): Fault {
  if (error instanceof Fault) return error
  if (error instanceof Error && error.name === 'AbortError') return new Fault('cancelled', 'The call was cancelled.', { cause: error })
  return new Fault('internal', 'Something failed inside Millrace; the log has the details.', { cause: error })
}
