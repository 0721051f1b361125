/** The tools of a running server, passed on: `millrace mcp` beside a server owns nothing and speaks MCP to its /mcp. */
import { Client, type CallToolResult as RemoteResult, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { ProtocolError } from '@modelcontextprotocol/server'
import { asFault, Fault } from '../platform/fault.ts'
import type { ToolCall, ToolService } from './tool-service.ts'

export interface RemoteToolsOptions {
  /** Of the server, for example http://127.0.0.1:7788. */
  readonly url: string
  /** Bearer token. */
  readonly token: string
  readonly version: string
}

/** The protocol's own longest wait: durable runs end when they end. */
const foreverMs = 2 ** 31 - 1

/** Throws `unavailable` when the server does not answer. */
export async function openRemoteTools({ url, token, version }: RemoteToolsOptions): Promise<ToolService & { close(): Promise<void> }> {
  const client = new Client({ name: 'millrace-stdio', version }, { versionNegotiation: { mode: 'auto' } })
  const transport = new StreamableHTTPClientTransport(new URL('/mcp', url), {
    requestInit: { headers: { authorization: `Bearer ${token}` } },
  })
  const away = (error: unknown): Fault =>
    new Fault('unavailable', `The Millrace server at ${url} does not answer. Start it with millrace serve, then call again.`, {
      cause: error,
    })
  try {
    await client.connect(transport)
  } catch (error) {
    throw away(error)
  }
  return {
    list: async () => {
      const { tools } = await client.listTools(undefined, { cacheMode: 'bypass' })
      return tools
    },
    call: async (call) => {
      try {
        return await pass(client, call)
      } catch (error) {
        if (error instanceof ProtocolError) throw error
        const { message, code } = call.signal.aborted ? asFault(call.signal.reason) : away(error)
        return { isError: true, content: [{ type: 'text', text: message }], _meta: { 'millrace/fault': { code, errors: [] } } }
      }
    },
    close: () => client.close(),
  }
}

/** Without the client's own check of the output: the result is passed on as the server made it. */
function pass(client: Client, { name, input, signal, onProgress }: ToolCall): Promise<RemoteResult> {
  const args = typeof input === 'object' && input !== null ? { ...input } : {}
  return client.request(
    { method: 'tools/call', params: { name, arguments: args } },
    {
      signal,
      timeout: foreverMs,
      onprogress: ({ progress, total, message = '' }) =>
        onProgress({ message, ...(total === undefined ? {} : { fraction: progress / total }) }),
    },
  )
}
