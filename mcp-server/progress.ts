/** Progress of a call or of the run it became, as notifications of its request. */
import type { ProgressToken, ServerContext } from '@modelcontextprotocol/server'
import type { Progress } from '../tools/tool.ts'

export type ProgressListener = (progress: Progress) => void

/** Undefined when the client did not ask. MCP wants every number larger than the one before; a step without a known fraction moves it by next to nothing. */
export function progressTo({ mcpReq }: ServerContext): ProgressListener | undefined {
  const token: ProgressToken | undefined = mcpReq._meta?.progressToken
  if (token === undefined) return undefined
  let last = -0.001
  return ({ fraction, message }) => {
    last = Math.max(last + 0.001, (fraction ?? 0) * 100)
    const params = { progressToken: token, progress: last, message, ...(fraction === undefined ? {} : { total: 100 }) }
    // A client that has gone away is told nothing; the call goes on or hears the signal.
    mcpReq.notify({ method: 'notifications/progress', params }).catch(() => undefined)
  }
}
