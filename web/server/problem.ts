/** Errors as RFC 9457 problem details: the one place where a fault's code becomes an HTTP status. */
import { type ServerResponse, STATUS_CODES } from 'node:http'
import { asFault, Fault, type FaultCode, type FieldError } from '../../platform/fault.ts'
import type { Log } from '../../platform/platform.ts'

/** A fault that only HTTP can have (wrong method, wrong media type), with the status it must answer. */
export class HttpFault extends Fault {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>

  constructor(status: number, code: FaultCode, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(code, message)
    this.status = status
    this.headers = headers
  }
}

export interface Problem {
  readonly type: 'about:blank'
  readonly title: string
  readonly status: number
  readonly code: FaultCode
  /** What went wrong and the next step, for people. */
  readonly detail: string
  readonly errors: readonly FieldError[]
}

const statusOfCode: Readonly<Record<FaultCode, number>> = {
  usage: 400,
  invalid_input: 422,
  unauthenticated: 401,
  not_allowed: 403,
  not_found: 404,
  conflict: 409,
  too_large: 413,
  gate_not_met: 422,
  cancelled: 499,
  deadline: 504,
  unavailable: 503,
  internal: 500,
}

const headersOfCode: Partial<Record<FaultCode, Readonly<Record<string, string>>>> = {
  unauthenticated: { 'www-authenticate': 'Bearer realm="millrace"' },
  unavailable: { 'retry-after': '2' },
}

export function problemOf(fault: Fault): Problem {
  const status = fault instanceof HttpFault ? fault.status : statusOfCode[fault.code]
  return {
    type: 'about:blank',
    title: STATUS_CODES[status] ?? 'Client Closed Request',
    status,
    code: fault.code,
    detail: fault.message,
    errors: fault.errors,
  }
}

/** Answers with the problem; a response that has already begun can only be cut, so that no half answer looks whole. */
export function sendProblem(res: ServerResponse, error: unknown, log: Log): void {
  const fault = asFault(error)
  // What comes as a fault was logged where it was made one.
  if (!(error instanceof Fault) && fault.code === 'internal') log.error({ error }, fault.message)
  if (res.headersSent) {
    res.destroy()
    return
  }
  const problem = problemOf(fault)
  const body = Buffer.from(JSON.stringify(problem))
  res.writeHead(problem.status, {
    ...headersOfCode[fault.code],
    ...(fault instanceof HttpFault ? fault.headers : {}),
    'content-type': 'application/problem+json',
    'content-length': body.length,
    'cache-control': 'no-store',
  })
  res.end(body)
}
