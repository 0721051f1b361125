/** One connection to a foreign MCP server: the only file that knows the client library. What it cannot do, it says as a Fault. */
import { Client, ProtocolError, SdkError, SdkErrorCode, StreamableHTTPClientTransport, type Transport } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import type { StreamingEgress } from '../../platform/egress/egress.ts'
import { Fault } from '../../platform/fault.ts'
import type { Progress } from '../../tools/tool.ts'
import { killAtExit } from './child.ts'
import { fetchThrough } from './fetch-through.ts'
import { plainWords } from './foreign-text.ts'
import type { Offer } from './offer.ts'
import type { Answer } from './result.ts'
import type { ServerSpec } from './servers-file.ts'

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
  /** What a stdio server says on its standard error. Default 'ignore': it may hold secrets. */
  readonly stderr?: 'ignore' | 'inherit'
  /** The server says that its list changed, or the connection began to hear it say so. */
  readonly onChanged: () => void
  /** Once, when the connection ended without `close`. */
  readonly onEnded: (why: string) => void
}

export type OpenConnection = (spec: ServerSpec, options: ConnectionOptions) => Promise<Connection>

const mostPages = 32
const mostTools = 2_000
const mostMessage = 4 * 1_048_576
/** Messages in a second; more is a flood, and the connection ends. */
const mostMessages = 2_000

/** Throws `unavailable`, `deadline` or `not_allowed`. Requests of the server (sampling, elicitation, roots) are refused by the protocol. */
export const openConnection: OpenConnection = async (spec, options) => {
  const { version, connectMs = 20_000, onChanged, onEnded } = options
  const closing = new AbortController()
  let ended = false
  const end = (why: string): void => {
    if (ended) return
    ended = true
    closing.abort(new Fault('unavailable', why))
    onEnded(why)
  }
  const client = new Client(
    { name: 'millrace', version },
    {
      versionNegotiation: { mode: 'auto', probe: { timeoutMs: Math.min(5_000, connectMs / 2) } },
      inputRequired: { autoFulfill: false },
      listChanged: { tools: { autoRefresh: false, debounceMs: 200, onChanged } },
    },
  )
  const transport = transportTo(spec, options, closing.signal)
  guardAgainstFloods(transport, () => {
    end(`MCP server '${spec.name}' sends more than ${mostMessages} messages a second.`)
    transport.close().catch(() => undefined)
  })
  const words = wordsFor(spec)
  client.onclose = () => end(`MCP server '${spec.name}' closed the connection.`)
  const close = async (): Promise<void> => {
    ended = true
    await leave(transport)
    closing.abort(new Fault('cancelled', `The connection to MCP server '${spec.name}' was closed.`))
    await client.close().catch(() => undefined)
    // A connection that never came about is not the client's to close.
    await transport.close().catch(() => undefined)
  }
  const limit = AbortSignal.any([closing.signal, AbortSignal.timeout(connectMs * 2)])
  try {
    await unlessAborted(client.connect(transport, { timeout: connectMs, signal: limit }), limit)
  } catch (error) {
    const why = closing.signal.aborted ? closing.signal.reason : error
    await close()
    throw words(why, 'did not answer as an MCP server')
  }
  if (transport instanceof StdioClientTransport) killAtExit(transport.pid, closing.signal)
  return {
    close,
    list: (signal) =>
      walk(client, spec, AbortSignal.any([signal, closing.signal, AbortSignal.timeout(connectMs)])).catch((error: unknown) => {
        throw words(closing.signal.aborted ? closing.signal.reason : error, 'did not list its tools')
      }),
    call: async ({ offer, input, call, signal, timeoutMs, onProgress }) => {
      try {
        return await client.callTool(
          { name: offer.name, arguments: { ...input }, _meta: { 'millrace/idempotency-key': call } },
          {
            signal: AbortSignal.any([signal, closing.signal]),
            timeout: timeoutMs,
            maxTotalTimeout: timeoutMs,
            // Without its output schema: nothing of a foreign schema is compiled here.
            toolDefinition: { name: offer.name, inputSchema: { ...offer.inputSchema, type: 'object' } },
            onprogress: ({ progress, total, message = '' }) =>
              onProgress({
                message: plainWords(message, 200),
                ...(total !== undefined && total > 0 ? { fraction: Math.min(1, Math.max(0, progress / total)) } : {}),
              }),
          },
        )
      } catch (error) {
        if (signal.aborted && signal.reason instanceof Fault) throw signal.reason
        const fault = words(closing.signal.aborted ? closing.signal.reason : error, `failed while ${plainWords(offer.name, 60)} ran`)
        if (isBroken(error)) end(fault.message)
        throw fault
      }
    },
  }
}

function transportTo(
  spec: ServerSpec,
  { egress, stderr = 'ignore', connectMs = 20_000 }: ConnectionOptions,
  signal: AbortSignal,
): Transport {
  if (spec.kind === 'stdio') {
    const { command, args, env, cwd } = spec
    return new StdioClientTransport({ command, args: [...args], env: { ...env }, cwd, stderr, maxBufferSize: mostMessage })
  }
  return new StreamableHTTPClientTransport(new URL(spec.url), {
    requestInit: { headers: { ...spec.headers } },
    fetch: fetchThrough(egress, { signal, timeoutMs: Math.max(connectMs, spec.timeoutSeconds * 1000) }),
  })
}

/** A session that nobody will use again is ended, if the server answers at once. */
async function leave(transport: Transport): Promise<void> {
  if (!(transport instanceof StreamableHTTPClientTransport) || transport.sessionId === undefined) return
  const late = new Promise<void>((resolve) => setTimeout(resolve, 1_000).unref())
  await Promise.race([transport.terminateSession(), late]).catch(() => undefined)
}

/** The connection is of no more use: not an answer of the server, and not one that is merely late. */
function isBroken(error: unknown): boolean {
  if (error instanceof ProtocolError) return false
  if (!(error instanceof SdkError)) return !(error instanceof Error && error.name === 'AbortError')
  return ![SdkErrorCode.RequestTimeout, SdkErrorCode.InvalidResult, SdkErrorCode.UnsupportedResultType].includes(error.code)
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

/** A fault that names the server, and repeats what it said only shortened and between quotes. */
function wordsFor({ name }: ServerSpec): (error: unknown, what: string) => Fault {
  const sentence = (what: string, why: string): string => `MCP server '${name}' ${what}${why === '' ? '' : `: ${why}`}.`
  return (error, what) => {
    if (error instanceof Fault) return error
    if (error instanceof ProtocolError) {
      const code = error.code === -32_602 ? 'invalid_input' : 'unavailable'
      return new Fault(code, sentence(what, `it answers error ${error.code}, "${plainWords(error.message, 300)}"`), { cause: error })
    }
    if (error instanceof SdkError) {
      if (error.code === SdkErrorCode.RequestTimeout)
        return new Fault('deadline', sentence(what, 'it did not answer in time'), { cause: error })
      return new Fault('unavailable', sentence(what, reasons[error.code] ?? causeOf(error)), { cause: error })
    }
    return new Fault('unavailable', sentence(what, causeOf(error)), { cause: error })
  }
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

async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const stopped = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
  return Promise.race([work, stopped])
}
