/** What went wrong on the way, in a sentence that names the host and nothing else of the address. */
import { asFault, Fault } from '../fault.ts'

export interface Circumstances {
  readonly host: string
  readonly timeoutMs: number
  /** The caller's own. */
  readonly signal: AbortSignal
  /** The time limit's. */
  readonly limit: AbortSignal
}

export function egressFault(error: unknown, { host, timeoutMs, signal, limit }: Circumstances): Fault {
  if (error instanceof Fault) return error
  if (signal.aborted)
    return signal.reason instanceof Fault ? signal.reason : new Fault('cancelled', `The request to ${host} was cancelled.`)
  if (limit.aborted) return new Fault('deadline', `${host} did not answer completely within ${timeoutMs / 1000} s. Try again later.`)
  const code = codeOf(error)
  if (code === 'HPE_HEADER_OVERFLOW') return new Fault('too_large', `${host} answered with headers that are too large.`, { cause: error })
  const words = code.startsWith('HPE_') ? 'does not speak HTTP there' : (reasons[code] ?? (isCertificate(code) ? certificate : undefined))
  if (words === undefined)
    return code === '' ? asFault(error) : new Fault('unavailable', `${host} cannot be reached (${code}).`, { cause: error })
  return new Fault('unavailable', `${host} ${words}.`, { cause: error })
}

/** The system's name of an error, or ''. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
}

const reasons: Readonly<Record<string, string>> = {
  ENOTFOUND: 'is not known to the name service; check how it is spelt and whether this machine has a network',
  EAI_AGAIN: 'cannot be looked up: the name service does not answer; check whether this machine has a network',
  ECONNREFUSED: 'does not accept connections there; check the port and whether the service runs',
  ECONNRESET: 'ended the connection before its answer was complete; try again later',
  EPIPE: 'ended the connection before the request was complete; try again later',
  ERR_STREAM_PREMATURE_CLOSE: 'ended the connection before its answer was complete; try again later',
  ENETUNREACH: 'cannot be reached from this machine; check its network',
  EHOSTUNREACH: 'cannot be reached from this machine; check its network',
  ETIMEDOUT: 'does not answer; try again later',
}

const certificate = 'showed a certificate that this machine does not trust; set NODE_EXTRA_CA_CERTS where it is your own'

const isCertificate = (code: string): boolean => /CERT|SELF_SIGNED|UNABLE_TO_VERIFY/.test(code)
