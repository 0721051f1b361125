/** What went wrong with a foreign server, as a Fault that names it and repeats what it said only shortened and between quotes. */
import { ProtocolError, SdkError, SdkErrorCode } from '@modelcontextprotocol/client'
import { Fault } from '../../platform/fault.ts'
import { plainWords } from './foreign-text.ts'
import type { Hide } from './own-secrets.ts'

/** `what` continues "MCP server 'name'": "did not list its tools". */
export function clientFault(
  error: unknown,
  { server, what, hide }: { readonly server: string; readonly what: string; readonly hide: Hide },
): Fault {
  const sentence = (why: string): string => `MCP server '${server}' ${what}${why === '' ? '' : `: ${why}`}.`
  if (error instanceof Fault) return error
  if (error instanceof ProtocolError) {
    const code = error.code === -32_602 ? 'invalid_input' : 'unavailable'
    return new Fault(code, sentence(`it answers error ${error.code}, "${plainWords(hide(error.message), 300)}"`), { cause: error })
  }
  if (error instanceof SdkError && error.code === SdkErrorCode.RequestTimeout)
    return new Fault('deadline', sentence('it did not answer in time'), { cause: error })
  const reason = error instanceof SdkError ? reasons[error.code] : undefined
  return new Fault('unavailable', sentence(reason ?? causeOf(error)), { cause: error })
}

/** The connection is of no more use: the error is not an answer of the server, and not one that is merely late. */
export function isBroken(error: unknown): boolean {
  if (error instanceof ProtocolError) return false
  if (!(error instanceof SdkError)) return !(error instanceof Error && error.name === 'AbortError')
  return ![SdkErrorCode.RequestTimeout, SdkErrorCode.InvalidResult, SdkErrorCode.UnsupportedResultType].includes(error.code)
}

/** It answered, and does not know the way in that was tried. */
export function isOtherEra(error: unknown): boolean {
  return error instanceof ProtocolError || (error instanceof SdkError && error.code === SdkErrorCode.EraNegotiationFailed)
}

const reasons: Partial<Record<string, string>> = {
  [SdkErrorCode.ConnectionClosed]: 'the connection was closed',
  [SdkErrorCode.InvalidResult]: 'its answer is not what the protocol allows',
  [SdkErrorCode.UnsupportedResultType]: 'it asks for input of a person or a model, which Millrace refuses',
  [SdkErrorCode.ClientHttpAuthentication]: 'it wants other credentials',
}

/** The library's sentences may quote an address or a body; only the system's code is passed on. */
function causeOf(error: unknown): string {
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof Fault) return cause.message.replace(/\.$/, '')
    if ('code' in cause && typeof cause.code === 'string' && /^E[A-Z]+$/.test(cause.code)) return cause.code
    if ('status' in cause && typeof cause.status === 'number') return `HTTP ${cause.status}`
  }
  return ''
}
