/** MCP over stdin and stdout, for a client that starts Millrace as its child: stdout carries the protocol and nothing else. */
import { serveStdio } from '@modelcontextprotocol/server/stdio'
import { createProtocol } from './protocol.ts'
import type { ToolService } from './tool-service.ts'

export interface McpStdioOptions {
  readonly service: ToolService
  readonly version: string
  /** For one line of trouble on stderr. */
  readonly warn: (line: string) => void
}

/** Resolves when the client closes stdin. */
export async function serveMcpStdio({ service, version, warn }: McpStdioOptions): Promise<void> {
  // What a library prints must not land between two messages.
  for (const method of ['log', 'info', 'debug'] as const) console[method] = console.error
  const ended = new Promise<void>((resolve) => process.stdin.once('close', resolve).once('end', resolve))
  const server = serveStdio(() => createProtocol({ version, serviceFor: () => service }), {
    onerror: (error) => warn(`MCP: ${error.message}`),
  })
  await ended
  await server.close()
}
