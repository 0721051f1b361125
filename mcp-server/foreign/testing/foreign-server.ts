/** For tests: a foreign MCP server over HTTP on this machine, in either era of the protocol, whose tools a test may change while it runs. */
import { createServer, type IncomingHttpHeaders } from 'node:http'
import { toNodeHandler } from '@modelcontextprotocol/node'
import { type CallToolResult, createMcpHandler, Server, WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/server'

export interface ForeignTestTool {
  readonly name: string
  readonly description: string
  readonly inputSchema?: Readonly<Record<string, unknown>>
  readonly annotations?: Readonly<Record<string, unknown>>
  /** Text, or a whole result. Default: 'done'. */
  readonly answer?: (
    input: Readonly<Record<string, unknown>>,
    call: { readonly signal: AbortSignal },
  ) => string | CallToolResult | Promise<string | CallToolResult>
}

export interface ForeignTestServer {
  readonly url: string
  readonly port: number
  /** What was really called, in order. */
  readonly calls: { readonly name: string; readonly input: Readonly<Record<string, unknown>>; readonly meta: unknown }[]
  readonly headers: IncomingHttpHeaders[]
  /** Other tools from now on, told to clients that listen. */
  change(tools: readonly ForeignTestTool[]): Promise<void>
  close(): Promise<void>
}

/** `era` 'session': one 2025 session at a time, with its stream of notifications. */
export async function openForeignTestServer(
  first: readonly ForeignTestTool[],
  { era = 'modern', port = 0 }: { readonly era?: 'modern' | 'session'; readonly port?: number } = {},
): Promise<ForeignTestServer> {
  let tools = first
  const calls: ForeignTestServer['calls'] = []
  const headers: IncomingHttpHeaders[] = []
  const protocol = (): Server => {
    const server = new Server({ name: 'foreign', version: '1' }, { capabilities: { tools: { listChanged: true } } })
    server.setRequestHandler('tools/list', async () => ({
      tools: tools.map(({ name, description, inputSchema = {}, annotations = {} }) => ({
        name,
        description,
        inputSchema: { type: 'object' as const, ...inputSchema },
        annotations: { ...annotations },
      })),
    }))
    server.setRequestHandler('tools/call', async ({ params: { name, arguments: input = {}, _meta: meta } }, { mcpReq }) => {
      calls.push({ name, input, meta })
      const answer = (await tools.find((tool) => tool.name === name)?.answer?.(input, { signal: mcpReq.signal })) ?? 'done'
      return typeof answer === 'string' ? { content: [{ type: 'text' as const, text: answer }] } : answer
    })
    return server
  }
  const served = era === 'modern' ? serveModern(protocol) : serveSession(protocol)
  const handler = toNodeHandler({ fetch: served.fetch })
  const http = createServer((req, res) => {
    headers.push(req.headers)
    const { method = 'GET', url = '/', headers: given } = req
    void handler({ method, url, headers: given, [Symbol.asyncIterator]: () => req[Symbol.asyncIterator]() }, res)
  })
  await new Promise<void>((resolve) => http.listen(port, '127.0.0.1', resolve))
  const address = http.address()
  const open = typeof address === 'object' && address ? address.port : 0
  return {
    url: `http://127.0.0.1:${open}/mcp`,
    port: open,
    calls,
    headers,
    change: async (next) => {
      tools = next
      await served.changed()
    },
    close: async () => {
      http.closeAllConnections()
      await new Promise((resolve) => http.close(resolve))
      await served.close()
    },
  }
}

interface Served {
  readonly fetch: (request: Request) => Promise<Response>
  changed(): Promise<void>
  close(): Promise<void>
}

function serveModern(protocol: () => Server): Served {
  const handler = createMcpHandler(protocol, { legacy: 'reject' })
  return {
    fetch: (request) => handler.fetch(request),
    changed: async () => handler.notify.toolsChanged(),
    close: () => handler.close(),
  }
}

function serveSession(protocol: () => Server): Served {
  let server = protocol()
  let transport = new WebStandardStreamableHTTPServerTransport({ sessionIdGenerator: () => 'session' })
  let connected = server.connect(transport)
  return {
    fetch: async (request) => {
      // A client without a session begins a new one.
      if (request.method === 'POST' && request.headers.get('mcp-session-id') === null) {
        await transport.close()
        server = protocol()
        transport = new WebStandardStreamableHTTPServerTransport({ sessionIdGenerator: () => 'session' })
        connected = server.connect(transport)
      }
      await connected
      return transport.handleRequest(request)
    },
    changed: async () => server.sendToolListChanged(),
    close: () => transport.close(),
  }
}
