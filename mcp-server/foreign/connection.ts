/** One connection to a foreign MCP server, in either era of the protocol. What it cannot do, it says as a Fault. */
import { Client, StreamableHTTPClientTransport, type Transport, type VersionNegotiationMode } from '@modelcontextprotocol/client'
import type { StreamingEgress } from '../../platform/egress/egress.ts'
import { Fault } from '../../platform/fault.ts'
import type { Progress } from '../../tools/tool.ts'
import { clientFault, isBroken, isOtherEra } from './client-faults.ts'
import { fetchThrough } from './fetch-through.ts'
import { plainWords } from './foreign-text.ts'
import type { Offer } from './offer.ts'
import { type Hide, hiderOf } from './own-secrets.ts'
import type { Answer } from './result.ts'
import type { ServerSpec } from './servers-file.ts'
import { ChildTransport } from './stdio-transport.ts'

export interface Connection {
  /** All that the server lists. Throws for a list without end. */
  list(signal: AbortSignal): Promise<readonly Offer[]>
  call(request: ForeignCall): Promise<Answer>
  close(): Promise<void>
}

export interface ForeignCall {
  /** As the server calls it. */
  readonly offer: Offer
  readonly input: Readonly<Record<string, unknown>>
  /** Tells the server that two deliveries are one call, if it knows the key 'millrace/idempotency-key'. */
  readonly call: string
  readonly signal: AbortSignal
  readonly timeoutMs: number
  readonly onProgress: (progress: Progress) => void
}

export interface ConnectionOptions {
  readonly egress: Pick<StreamingEgress, 'stream'>
  readonly version: string
  /** Until the server has said who it is. Default 20,000. */
  readonly connectMs?: number
  /** Ends the attempt to connect. */
  readonly signal?: AbortSignal
  /** The server says that its list of tools changed. */
  readonly onChanged: () => void
  /** Once, when the connection ended without `close`. */
  readonly onEnded: (why: string) => unknown
}

const mostPages = 32
const mostTools = 2_000
/** Messages in a second; more is a flood, and the connection ends. */
const mostMessages = 2_000

/** Throws `unavailable`, `deadline` or `not_allowed`. Requests of the server (sampling, elicitation, roots) are refused by the protocol. */
export async function openConnection(spec: ServerSpec, options: ConnectionOptions): Promise<Connection> {
  // Over HTTP asking which era is one request. A child would be started twice for it, so it is asked in the older way first.
  if (spec.kind === 'http') return attempt(spec, options, 'auto')
  try {
    return await attempt(spec, options, 'legacy')
  } catch (error) {
    if (!(error instanceof Fault) || !isOtherEra(error.cause)) throw error
    return attempt(spec, options, { pin: '2026-07-28' })
  }
}

async function attempt(spec: ServerSpec, options: ConnectionOptions, mode: VersionNegotiationMode): Promise<Connection> {
  const { version, connectMs = 20_000, onChanged, onEnded, signal = never } = options
  const hide = hiderOf(spec)
  let open = false
  // An attempt that fails says so by failing.
  const line = openLine(spec, { ...options, onEnded: (why) => open && onEnded(why) })
  const client = new Client(
    { name: 'millrace', version },
    {
      versionNegotiation: { mode },
      inputRequired: { autoFulfill: false },
      listChanged: { tools: { autoRefresh: false, debounceMs: 200, onChanged } },
    },
  )
  client.onclose = () => line.end(`MCP server '${spec.name}' closed the connection.`)
  const close = async (): Promise<void> => {
    await line.leave()
    await client.close().catch(() => undefined)
    // A connection that never came about is not the client's to close.
    await line.hangUp()
  }
  const fault = (error: unknown, what: string): Fault =>
    clientFault(line.closed.aborted ? line.closed.reason : error, { server: spec.name, what, hide })
  const limit = AbortSignal.any([line.closed, signal, AbortSignal.timeout(connectMs * 1.5)])
  try {
    await unlessAborted(client.connect(line.transport, { timeout: connectMs, signal: limit }), limit)
  } catch (error) {
    const said = fault(error, 'did not answer as an MCP server')
    await close()
    throw said
  }
  open = true
  return {
    close,
    list: async (stop) => {
      try {
        return await walk(client, spec, AbortSignal.any([stop, line.closed, AbortSignal.timeout(connectMs)]))
      } catch (error) {
        throw fault(error, 'did not list its tools')
      }
    },
    call: async (request) => {
      try {
        return await call(client, request, { closed: line.closed, hide })
      } catch (error) {
        if (request.signal.aborted && request.signal.reason instanceof Fault) throw request.signal.reason
        const said = fault(error, `failed while ${plainWords(request.offer.name, 60)} ran`)
        if (isBroken(error)) line.end(said.message)
        throw said
      }
    },
  }
}

/** The wire under a client, and its end: whoever ends it first says why, to all that is under way on it. */
interface Line {
  readonly transport: Transport
  /** Aborts when the line ends, for whatever reason. */
  readonly closed: AbortSignal
  /** It ended by itself, or is ended for what the server does. */
  end(why: string): void
  /** We go: a session that nobody will use again is ended, if the server answers at once. */
  leave(): Promise<void>
  hangUp(): Promise<void>
}

function openLine(spec: ServerSpec, { egress, connectMs = 20_000, onEnded }: ConnectionOptions): Line {
  const closing = new AbortController()
  const timeoutMs = Math.max(connectMs, spec.timeoutSeconds * 1000)
  const transport =
    spec.kind === 'stdio'
      ? new ChildTransport(spec)
      : new StreamableHTTPClientTransport(new URL(spec.url), {
          requestInit: { headers: { ...spec.headers } },
          fetch: fetchThrough(egress, { signal: closing.signal, timeoutMs }),
        })
  const hangUp = (): Promise<void> => (transport instanceof ChildTransport ? transport.end() : transport.close()).catch(() => undefined)
  const end = (why: string): void => {
    if (closing.signal.aborted) return
    closing.abort(new Fault('unavailable', why))
    onEnded(why)
  }
  guardAgainstFloods(transport, () => {
    end(`MCP server '${spec.name}' sends more than ${mostMessages} messages a second.`)
    void hangUp()
  })
  return {
    transport,
    closed: closing.signal,
    end,
    hangUp,
    leave: async () => {
      if (transport instanceof StreamableHTTPClientTransport && transport.sessionId !== undefined && !closing.signal.aborted) {
        const late = new Promise<void>((resolve) => setTimeout(resolve, 1_000).unref())
        await Promise.race([transport.terminateSession(), late]).catch(() => undefined)
      }
      closing.abort(new Fault('cancelled', `The connection to MCP server '${spec.name}' was closed.`))
    },
  }
}

/** The client keeps a handler that is there before it, and calls it first. */
function guardAgainstFloods(transport: Transport, flooded: () => void): void {
  let second = 0
  let messages = 0
  transport.onmessage = () => {
    const now = Math.floor(performance.now() / 1000)
    if (now !== second) [second, messages] = [now, 0]
    if (++messages === mostMessages) flooded()
  }
}

/** Page by page, so that a list that repeats itself or never ends is named instead of kept. */
async function walk(client: Client, { name }: ServerSpec, signal: AbortSignal): Promise<readonly Offer[]> {
  if (client.getServerCapabilities()?.tools === undefined) return []
  const offers: Offer[] = []
  const seen = new Set<string>()
  let cursor: string | undefined
  do {
    const { tools, nextCursor } = await client.request({ method: 'tools/list', params: cursor === undefined ? {} : { cursor } }, { signal })
    offers.push(...tools)
    if (offers.length > mostTools)
      throw new Fault('unavailable', `MCP server '${name}' lists more than ${mostTools} tools. Use a server with fewer.`)
    cursor = nextCursor
    if (cursor !== undefined && (seen.has(cursor) || seen.size >= mostPages))
      throw new Fault('unavailable', `MCP server '${name}' gives a list of tools that does not end.`)
    if (cursor !== undefined) seen.add(cursor)
  } while (cursor !== undefined)
  return offers
}

function call(
  client: Client,
  { offer, input, call: id, signal, timeoutMs, onProgress }: ForeignCall,
  { closed, hide }: { readonly closed: AbortSignal; readonly hide: Hide },
): Promise<Answer> {
  return client.callTool(
    { name: offer.name, arguments: { ...input }, _meta: { 'millrace/idempotency-key': id } },
    {
      signal: AbortSignal.any([signal, closed]),
      timeout: timeoutMs,
      maxTotalTimeout: timeoutMs,
      // Without its output schema: nothing of a foreign schema is compiled here.
      toolDefinition: { name: offer.name, inputSchema: { ...offer.inputSchema, type: 'object' } },
      onprogress: ({ progress, total = 0, message = '' }) =>
        onProgress({
          message: plainWords(hide(message), 200),
          ...(total > 0 ? { fraction: Math.min(1, Math.max(0, progress / total)) } : {}),
        }),
    },
  )
}

const never = new AbortController().signal

async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  let stop = (): void => undefined
  const stopped = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason)
    signal.addEventListener('abort', stop, { once: true })
  })
  try {
    signal.throwIfAborted()
    return await Promise.race([work, stopped])
  } finally {
    signal.removeEventListener('abort', stop)
  }
}
