/** The MCP server itself: two requests, `tools/list` and `tools/call`, over whatever serves the tools. */
import { type ProgressToken, Server, type ServerContext } from '@modelcontextprotocol/server'
import type { Progress } from '../tools/tool.ts'
import type { ToolService } from './tool-service.ts'

export interface ProtocolOptions {
  readonly version: string
  /** Finds the tools for a request; over HTTP they depend on who sends it. */
  readonly serviceFor: (context: ServerContext) => ToolService
}

const instructions =
  'Millrace trains, serves and watches models on tables, and answers questions from documents with citations. ' +
  'Start with list_datasets or list_collections to see what is there. A tool that changes what is live answers that a person must approve it: ' +
  'tell the person where, and do not call it again.'

export function createProtocol({ version, serviceFor }: ProtocolOptions): Server {
  const server = new Server(
    { name: 'millrace', title: 'Millrace', version },
    {
      capabilities: { tools: {} },
      instructions,
      // The catalogue does not change while the process lives, but roles may.
      cacheHints: { 'tools/list': { ttlMs: 60_000, cacheScope: 'private' } },
    },
  )
  server.setRequestHandler('tools/list', async (_request, context) => ({ tools: await serviceFor(context).list() }))
  server.setRequestHandler('tools/call', async ({ params }, context) =>
    serviceFor(context).call({
      name: params.name,
      input: params.arguments ?? {},
      signal: context.mcpReq.signal,
      onProgress: progressTo(context),
    }),
  )
  return server
}

/** MCP wants every number larger than the one before; a step without a known fraction moves it by next to nothing. */
function progressTo({ mcpReq }: ServerContext): (progress: Progress) => void {
  const token: ProgressToken | undefined = mcpReq._meta?.progressToken
  if (token === undefined) return () => undefined
  let last = 0
  return ({ fraction, message }) => {
    last = Math.max(last + 0.001, (fraction ?? 0) * 100)
    const params = { progressToken: token, progress: last, message, ...(fraction === undefined ? {} : { total: 100 }) }
    // A client that has gone away is told nothing; the call goes on or hears the signal.
    mcpReq.notify({ method: 'notifications/progress', params }).catch(() => undefined)
  }
}
