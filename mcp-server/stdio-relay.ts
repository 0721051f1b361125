/** MCP over stdin and stdout beside a running server: every message goes to its /mcp as it is, and every answer comes back as it is. */
import type { Readable, Writable } from 'node:stream'
import {
  isJSONRPCRequest,
  type JSONRPCMessage,
  type JSONRPCRequest,
  PROTOCOL_VERSION_META_KEY,
  SdkHttpError,
  StreamableHTTPClientTransport,
} from '@modelcontextprotocol/client'
import { z } from 'zod'
import { createStdioWire } from './stdio-wire.ts'

export interface RelayOptions {
  /** Of the server, for example http://127.0.0.1:7788. */
  readonly url: string
  /** Bearer token. */
  readonly token: string
  /** The client's end. */
  readonly input: Readable
  readonly output: Writable
  /** For one line of trouble on stderr. */
  readonly warn: (line: string) => void
}

const cancelled = z.looseObject({
  method: z.literal('notifications/cancelled'),
  params: z.looseObject({ requestId: z.union([z.string(), z.number()]) }),
})
const initialized = z.looseObject({ result: z.looseObject({ protocolVersion: z.string() }) })
const refused = z.looseObject({ error: z.looseObject({ code: z.int(), message: z.string() }) })

/** Resolves when the client closes its end. */
export async function relayMcpStdio({ url, token, input, output, warn }: RelayOptions): Promise<void> {
  const http = new StreamableHTTPClientTransport(new URL('/mcp', url), { requestInit: { headers: { authorization: `Bearer ${token}` } } })
  const wire = createStdioWire({ input, output })
  /** Requests that stand alone are cancelled by hanging up (2026-07-28); those of a session by a message. */
  const alone = new Map<string | number, AbortController>()
  /** What follows an `initialize` belongs to the session that it opens. */
  let opening = Promise.resolve()

  const back = async (message: JSONRPCMessage): Promise<void> => {
    const opened = initialized.safeParse(message)
    if (opened.success) http.setProtocolVersion(opened.data.result.protocolVersion)
    if ('id' in message && message.id !== undefined && !('method' in message)) alone.delete(message.id)
    await wire.send(message)
  }
  const request = async (message: JSONRPCRequest): Promise<void> => {
    const controller = new AbortController()
    if (standsAlone(message)) alone.set(message.id, controller)
    try {
      await http.send(message, { requestSignal: controller.signal })
    } catch (error) {
      if (controller.signal.aborted) return
      alone.delete(message.id)
      warn(`MCP: ${message.method} could not be passed on to ${url}.`)
      await wire.send({ jsonrpc: '2.0', id: message.id, error: errorOf(error, url) })
    }
  }
  const forth = async (message: JSONRPCMessage): Promise<void> => {
    await opening
    if (isJSONRPCRequest(message)) {
      const sent = request(message)
      if (message.method === 'initialize') opening = sent
      return sent
    }
    const cancel = cancelled.safeParse(message)
    const controller = cancel.success ? alone.get(cancel.data.params.requestId) : undefined
    if (controller === undefined) return http.send(message)
    controller.abort()
  }
  const complain = (error: unknown): void => warn(`MCP: ${error instanceof Error ? error.message : String(error)}`)

  const ended = new Promise<void>((resolve) => {
    wire.onclose = resolve
  })
  http.onmessage = (message) => void back(message).catch(complain)
  http.onerror = () => undefined
  wire.onmessage = (message) => void forth(message).catch(complain)
  wire.onerror = complain
  await http.start()
  await wire.start()
  await ended
  for (const controller of alone.values()) controller.abort()
  await http.terminateSession().catch(() => undefined)
  await http.close()
}

/** A 2026-07-28 request names its protocol version itself. */
function standsAlone({ params }: JSONRPCRequest): boolean {
  const meta: unknown = params?._meta
  return typeof meta === 'object' && meta !== null && Reflect.has(meta, PROTOCOL_VERSION_META_KEY)
}

/** The server's own refusal, where it gave one. */
function errorOf(error: unknown, url: string): { readonly code: number; readonly message: string } {
  const text = error instanceof SdkHttpError ? error.data.text : undefined
  const own = refused.safeParse(typeof text === 'string' ? parse(text) : undefined)
  if (own.success) return own.data.error
  return { code: -32_603, message: `The Millrace server at ${url} does not answer. Start it with millrace serve, then call again.` }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
