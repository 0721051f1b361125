/** Sessions of 2025-era clients: one server each, bound to the caller who opened it, ended when idle for long. */
import { randomUUID } from 'node:crypto'
import {
  type AuthInfo,
  isInitializeRequest,
  type LegacyHttpHandler,
  type McpServer,
  WebStandardStreamableHTTPServerTransport,
} from '@modelcontextprotocol/server'
import type { Caller } from '../platform/caller.ts'
import { createKeptEvents } from './kept-events.ts'

/** How soon a client whose stream was cut should come back. */
const retryMs = 1000

export interface SessionLaneOptions {
  /** A server that lives as long as its session. */
  readonly open: (from: RequestFrom) => McpServer
  /** Answers a request that belongs to no session. */
  readonly single: LegacyHttpHandler
  readonly bodyLimit: number
  /** Default 1,000; the one that was silent longest gives way. */
  readonly mostSessions?: number
  /** Of one caller; default 100. Its own gives way, so that nobody opens so many that others lose theirs. */
  readonly mostOfOne?: number
  /** Default 6 hours. A session that ended is answered 404, and the client opens another. */
  readonly idleMs?: number
}

export interface RequestFrom {
  readonly authInfo: AuthInfo
  readonly caller: Caller
  /** Undefined: there is none, or it is not JSON. */
  readonly parsedBody: unknown
}

export interface SessionLane {
  fetch(request: Request, from: RequestFrom): Promise<Response>
  close(): Promise<void>
}

interface Session {
  readonly transport: WebStandardStreamableHTTPServerTransport
  readonly owner: string
  lastUsed: number
}

export function createSessionLane(options: SessionLaneOptions): SessionLane {
  const { open: newServer, single, bodyLimit, mostSessions = 1000, mostOfOne = 100, idleMs = 6 * 60 * 60 * 1000 } = options
  const sessions = new Map<string, Session>()

  const end = async (id: string): Promise<void> => {
    const session = sessions.get(id)
    sessions.delete(id)
    await session?.transport.close()
  }
  /** Map order is the order of last use. */
  const makeRoom = async (owner: string): Promise<void> => {
    const all = [...sessions]
    const own = all.filter(([, session]) => session.owner === owner)
    const overdue = new Set([
      ...all.filter(([, { lastUsed }], index) => lastUsed < Date.now() - idleMs || index <= all.length - mostSessions),
      ...own.slice(0, Math.max(0, own.length - mostOfOne + 1)),
    ])
    await Promise.all([...overdue].map(([id]) => end(id)))
  }
  const open = async (owner: string, from: RequestFrom): Promise<WebStandardStreamableHTTPServerTransport> => {
    await makeRoom(owner)
    const transport = new WebStandardStreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      maxRequestBodySize: bodyLimit,
      eventStore: createKeptEvents(),
      retryInterval: retryMs,
      onsessioninitialized: (id) => void sessions.set(id, { transport, owner, lastUsed: Date.now() }),
      onsessionclosed: (id) => void sessions.delete(id),
    })
    await newServer(from).connect(transport)
    return transport
  }
  const known = (id: string, owner: string): Session | undefined => {
    const session = sessions.get(id)
    // Somebody else's session does not exist.
    if (session?.owner !== owner) return undefined
    sessions.delete(id)
    sessions.set(id, session)
    session.lastUsed = Date.now()
    return session
  }

  return {
    fetch: async (request, from) => {
      const { authInfo, caller, parsedBody } = from
      const owner = `${caller.workspace} ${caller.id}`
      const id = request.headers.get('mcp-session-id')
      const options = { authInfo, parsedBody }
      if (id !== null) return known(id, owner)?.transport.handleRequest(request, options) ?? noSession()
      if (!isOpening(parsedBody)) return single(request, options)
      const transport = await open(owner, from)
      try {
        return await transport.handleRequest(request, options)
      } finally {
        // What was refused became no session, so nobody would end it.
        if (transport.sessionId === undefined) await transport.close()
      }
    },
    close: async () => {
      await Promise.all([...sessions.keys()].map(end))
    },
  }
}

const isOpening = (body: unknown): boolean => (Array.isArray(body) ? body : [body]).some(isInitializeRequest)

function noSession(): Response {
  const error = { code: -32_001, message: 'This session has ended or never was. Initialize again.' }
  return Response.json({ jsonrpc: '2.0', error, id: null }, { status: 404 })
}
