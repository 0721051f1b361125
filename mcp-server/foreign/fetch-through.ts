/** `fetch` for the MCP client, whose every request goes out through the one egress client. */
import type { StreamingEgress } from '../../platform/egress/egress.ts'
import { Fault } from '../../platform/fault.ts'

interface FetchInit {
  readonly method?: string
  readonly headers?: HeadersInit
  readonly body?: BodyInit | null
  readonly signal?: AbortSignal | null
}

const mostBytes = 8 * 1_048_576

/** `signal` ends everything that is open. */
export function fetchThrough(
  egress: Pick<StreamingEgress, 'stream'>,
  { signal, timeoutMs }: { readonly signal: AbortSignal; readonly timeoutMs: number },
): (url: string | URL, init?: FetchInit) => Promise<Response> {
  return async (url, init = {}) => {
    const own = init.signal ? AbortSignal.any([init.signal, signal]) : signal
    const { body } = init
    const answer = await egress.stream({
      url: String(url),
      method: methodOf(init.method),
      headers: Object.fromEntries(new Headers(init.headers)),
      ...(typeof body === 'string' ? { body } : {}),
      signal: own,
      timeoutMs,
      maxBytes: mostBytes,
    })
    const { status, headers } = answer
    if (status === 204 || status === 205 || status === 304) {
      await answer.body.return(undefined)
      return new Response(null, { status, headers })
    }
    return new Response(readable(answer.body), { status, headers })
  }
}

function readable(body: AsyncGenerator<Uint8Array>): ReadableStream<Uint8Array> {
  return new ReadableStream({
    pull: async (controller) => {
      const { done, value } = await body.next()
      if (done) controller.close()
      else controller.enqueue(value)
    },
    // What is still on its way ends with the signal; nobody waits for it.
    cancel: () => void body.return(undefined),
  })
}

function methodOf(method = 'GET'): 'GET' | 'POST' | 'DELETE' {
  const known = (['GET', 'POST', 'DELETE'] as const).find((name) => name === method.toUpperCase())
  if (known) return known
  throw new Fault('internal', `The MCP client made a ${method} request, which is not part of its protocol.`)
}
