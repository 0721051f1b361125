/**
 * MCP over Streamable HTTP. Two eras on one path: 2026-07-28 requests stand alone, 2025 clients open a session.
 *   modern -> createMcpHandler     legacy -> the session of its Mcp-Session-Id, or one answer without a session
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { type NodeIncomingMessageLike, toNodeHandler } from '@modelcontextprotocol/node'
import { type AuthInfo, createMcpHandler, isLegacyRequest, legacyStatelessFallback, type ServerContext } from '@modelcontextprotocol/server'
import type { Caller } from '../platform/caller.ts'
import type { Waist } from '../tools/waist.ts'
import { localTools } from './local-tools.ts'
import { createProtocol } from './protocol.ts'
import { createSessionLane } from './session-lane.ts'
import type { ToolService } from './tool-service.ts'

export interface McpHttpOptions {
  readonly waist: Waist
  readonly version: string
  /** Where people decide approvals. */
  readonly decideAt: string
  /** Bytes of a request's body. Default 4 MiB. */
  readonly bodyLimit?: number
}

export interface McpHttp {
  /** Answers one request on the bare Node pair; the caller has been identified and counts as an agent. */
  handle(req: IncomingMessage, res: ServerResponse, caller: Caller): Promise<void>
  /** Ends sessions and the exchanges under way. */
  close(): Promise<void>
}

/** Origin, Host and the caller are checked before `handle`. */
export function createMcpHttp({ waist, version, decideAt, bodyLimit = 4 * 1024 * 1024 }: McpHttpOptions): McpHttp {
  const callers = new WeakMap<AuthInfo, Caller>()
  const onerror = (error: Error): void => waist.platform.log.warn({ error }, 'An MCP exchange failed.')

  const serviceFor = ({ http }: ServerContext): ToolService => {
    const caller = http?.authInfo && callers.get(http.authInfo)
    if (!caller) throw new Error('An MCP request arrived without its caller.')
    return localTools({ waist, caller, decideAt })
  }
  const factory = () => createProtocol({ version, serviceFor })
  const modern = createMcpHandler(factory, { legacy: 'reject', onerror, maxRequestBodySize: bodyLimit })
  const single = legacyStatelessFallback(factory, onerror, { maxRequestBodySize: bodyLimit })
  const sessions = createSessionLane({ factory, single, bodyLimit })

  return {
    handle: async (req, res, caller) => {
      const authInfo: AuthInfo = { token: '', clientId: caller.id, scopes: [] }
      callers.set(authInfo, caller)
      const route = async (incomingRequest: Request): Promise<Response> => {
        const { request, parsedBody } = await readOnce(incomingRequest)
        const legacy = await isLegacyRequest(request, parsedBody, { maxRequestBodySize: bodyLimit })
        return legacy ? sessions.fetch(request, { authInfo, caller, parsedBody }) : modern.fetch(request, { authInfo, parsedBody })
      }
      await toNodeHandler({ fetch: route }, { onerror, maxRequestBodySize: bodyLimit })(incoming(req), res)
    },
    close: async () => {
      await Promise.all([modern.close(), sessions.close()])
    },
  }
}

/** The part of a request that the adapter reads, in its own types. */
function incoming(req: IncomingMessage): NodeIncomingMessageLike {
  const { method = 'GET', url = '/', headers } = req
  return { method, url, headers, [Symbol.asyncIterator]: () => req[Symbol.asyncIterator]() }
}

/** The body, parsed here for everybody who looks at it; one that is not JSON is left for the protocol to refuse. */
async function readOnce(request: Request): Promise<{ readonly request: Request; readonly parsedBody?: unknown }> {
  if (request.method !== 'POST') return { request }
  const text = await request.text()
  const { url, method, headers, signal } = request
  try {
    return { request, parsedBody: JSON.parse(text) }
  } catch {
    return { request: new Request(url, { method, headers, signal, body: text }) }
  }
}
