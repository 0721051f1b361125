/** Errors as OpenAI's clients read them: `{error: {message, type, param, code}}`, and a header where trying again would do harm. */
import type { ServerResponse } from 'node:http'
import { asFault, Fault, type FaultCode } from '../../platform/fault.ts'
import type { Log } from '../../platform/platform.ts'
import { HttpFault } from './problem.ts'

export interface OpenAiError {
  readonly message: string
  readonly type: string
  /** The field of the request that is wrong. */
  readonly param: string | null
  readonly code: string | null
}

/** A mistake that names its field and OpenAI's code for it. */
export class OpenAiFault extends HttpFault {
  readonly param: string | null
  readonly reason: string

  constructor(status: number, reason: string, { message, param = null }: { readonly message: string; readonly param?: string | null }) {
    super(status, codeOfStatus[status] ?? 'usage', message, status === 429 ? { 'retry-after': '2' } : {})
    this.param = param
    this.reason = reason
  }
}

const codeOfStatus: Readonly<Record<number, FaultCode>> = { 404: 'not_found', 413: 'too_large', 429: 'unavailable' }

const statusOfCode: Readonly<Record<FaultCode, number>> = {
  usage: 400,
  invalid_input: 400,
  unauthenticated: 401,
  not_allowed: 403,
  not_found: 404,
  conflict: 409,
  too_large: 413,
  gate_not_met: 400,
  cancelled: 499,
  deadline: 504,
  unavailable: 503,
  internal: 500,
}

/** OpenAI's words where it has them; ours else. */
const reasonOfCode: Partial<Record<FaultCode, string>> = { unauthenticated: 'invalid_api_key', internal: 'server_error' }

const statusOf = (fault: Fault): number => (fault instanceof HttpFault ? fault.status : statusOfCode[fault.code])

export function openAiError(fault: Fault): { readonly error: OpenAiError } {
  const param = fault instanceof OpenAiFault ? fault.param : (fault.errors[0]?.path ?? '')
  const code = fault instanceof OpenAiFault ? fault.reason : (reasonOfCode[fault.code] ?? fault.code)
  return { error: { message: fault.message, type: typeOf(statusOf(fault)), param: param === '' ? null : param, code } }
}

function typeOf(status: number): string {
  if (status === 401) return 'authentication_error'
  if (status === 403) return 'permission_error'
  if (status === 429) return 'rate_limit_error'
  return status >= 500 ? 'server_error' : 'invalid_request_error'
}

/**
 * Clients try a 409, a 429 and every 5xx again by themselves. `again: false` asks them not to: the turn had already done
 * something. An answer that has begun is cut.
 */
export function sendOpenAiError(
  res: ServerResponse,
  error: unknown,
  { log, again = true }: { readonly log: Log; readonly again?: boolean },
): void {
  const fault = asFault(error)
  if (!(error instanceof Fault) && fault.code === 'internal') log.error({ error }, fault.message)
  if (res.headersSent) {
    res.destroy()
    return
  }
  const body = Buffer.from(JSON.stringify(openAiError(fault)))
  res.writeHead(statusOf(fault), {
    ...(fault.code === 'unauthenticated' ? { 'www-authenticate': 'Bearer realm="millrace"' } : {}),
    ...(fault.code === 'unavailable' ? { 'retry-after': '2' } : {}),
    ...(fault instanceof HttpFault ? fault.headers : {}),
    ...(again ? {} : { 'x-should-retry': 'false' }),
    'content-type': 'application/json',
    'content-length': body.length,
    'cache-control': 'no-store',
  })
  res.end(body)
}
