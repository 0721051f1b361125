/**
 * MCP over Streamable HTTP. Two eras on one path: 2026-07-28 requests stand alone, 2025 clients open a session.
 *   modern -> createMcpHandler     legacy -> the session of its Mcp-Session-Id, or one answer without a session
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import {
  type AuthInfo,
  createMcpHandler,
  isLegacyRequest,
  legacyStatelessFallback,
  type McpHttpHandler,
  type McpRequestContext,
  type McpServer,
  type ServerContext,
} from '@modelcontextprotocol/server'
import type { Caller } from '../platform/caller.ts'
import type { Waist } from '../tools/waist.ts'
import { type Change, createChanges } from './changes.ts'
import { listen } from './listening.ts'
import { answerOver, readMessage } from './node-exchange.ts'
import type { Profile, ProfileParts } from './profile.ts'
import { createProtocol } from './protocol.ts'
import { createSessionLane } from './session-lane.ts'
import type { ApprovalPlace, Surface } from './surface.ts'
import { watchedUris } from './watched-uris.ts'

export interface McpHttpOptions {
  readonly waist: Waist
  readonly version: string
  /** Where people decide approvals. */
  readonly approvals: ApprovalPlace
  readonly profile?: ((parts: ProfileParts) => Profile) | undefined
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
export function createMcpHttp({ waist, version, approvals, profile: make, bodyLimit = 4 * 1024 * 1024 }: McpHttpOptions): McpHttp {
  const callers = new WeakMap<AuthInfo, Caller>()
  const changes = createChanges(waist)
  const profile = make?.({ changes })
  const onerror = (error: Error): void => waist.platform.log.warn({ error: error.message }, 'An MCP exchange failed.')
  const maxRequestBodySize = bodyLimit

  const surfaceFor = (caller: Caller): Surface => ({ waist, caller, approvals, changes, profile })
  const surfaceOf = ({ http }: ServerContext): Surface => {
    const caller = http?.authInfo && callers.get(http.authInfo)
    if (!caller) throw new Error('An MCP request arrived without its caller.')
    return surfaceFor(caller)
  }
  const factory = ({ era }: Pick<McpRequestContext, 'era'>): McpServer =>
    createProtocol({ version, era, surfaceOf, headerSchemas: profile?.headerSchemas, onerror })
  const single = legacyStatelessFallback(factory, onerror, { maxRequestBodySize })
  const sessions = createSessionLane({
    single,
    bodyLimit,
    open: ({ caller }) => {
      const mcp = factory({ era: 'legacy' })
      listen(mcp.server, surfaceFor(caller), { filtered: false })
      return mcp
    },
  })
  /** One a workspace: what changes in it is told to its own clients only. */
  const modern = createByWorkspace((workspace) => {
    const handler = createMcpHandler(factory, { legacy: 'reject', onerror, maxRequestBodySize })
    const stop = changes.subscribe(workspace, (change) => handler.bus.publish(eventOf(change)))
    return {
      fetch: handler.fetch,
      close: () => {
        stop()
        return handler.close()
      },
    }
  })

  return {
    handle: async (req, res, caller) => {
      const message = await readMessage(req, { limit: bodyLimit, onerror })
      if (message.refused) return answerOver(res, message.refused)
      const { request, parsedBody } = message.open(res)
      const authInfo: AuthInfo = { token: '', clientId: caller.id, scopes: [] }
      callers.set(authInfo, caller)
      if (await isLegacyRequest(request, parsedBody, { maxRequestBodySize }))
        return answerOver(res, await sessions.fetch(request, { authInfo, caller, parsedBody }))
      const unwatch = changes.watch(caller.workspace, watchedUris(parsedBody))
      if (res.destroyed) unwatch()
      else res.once('close', unwatch)
      return answerOver(res, await modern.in(caller.workspace).fetch(request, { authInfo, parsedBody }))
    },
    close: async () => {
      changes.close()
      await Promise.all([modern.close(), sessions.close()])
    },
  }
}

type Handler = Pick<McpHttpHandler, 'fetch' | 'close'>

function createByWorkspace(make: (workspace: string) => Handler): { in(workspace: string): Handler; close(): Promise<unknown> } {
  const made = new Map<string, Handler>()
  return {
    in: (workspace) => {
      const known = made.get(workspace) ?? make(workspace)
      made.set(workspace, known)
      return known
    },
    close: () => Promise.all([...made.values()].map((handler) => handler.close())),
  }
}

function eventOf(change: Change): Parameters<McpHttpHandler['bus']['publish']>[0] {
  return change.kind === 'updated' ? { kind: 'resource_updated', uri: change.uri } : { kind: `${change.kind}_list_changed` }
}
