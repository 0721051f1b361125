/** The web server: every HTTP surface on one port, each a thin projection of the waist. */
import { setMaxListeners } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import express, { type NextFunction, type Request, type Response } from 'express'
import type { A2aEndpoint } from '../../agents/a2a/endpoint.ts'
import type { Budget, Orchestrator } from '../../agents/chat.ts'
import { type Caller, hasRole } from '../../platform/caller.ts'
import { Fault } from '../../platform/fault.ts'
import { describeTool } from '../../tools/description.ts'
import { remade } from '../../tools/remade.ts'
import type { Waist } from '../../tools/waist.ts'
import { addA2aRoutes } from './a2a-routes.ts'
import { addAguiRoute } from './agui-route.ts'
import type { RunLimits } from './agui-runs.ts'
import { addApprovalRoutes } from './approval-routes.ts'
import { type AuthMode, createCallers } from './callers.ts'
import { type ServerContext, sendJsonText } from './context.ts'
import { addDocsPage } from './docs-page.ts'
import { watchEventLoop } from './event-loop.ts'
import { listen } from './listen.ts'
import { addLiveSocket } from './live-socket.ts'
import { methodNotAllowed, notFound } from './not-found.ts'
import { createOAuth, type OAuthSettings } from './oauth.ts'
import { addOAuthRoutes } from './oauth-routes.ts'
import { addOpenAiRoutes } from './openai-routes.ts'
import { openapiOf } from './openapi.ts'
import { HttpFault, sendProblem } from './problem.ts'
import { addRagRoutes } from './rag-routes.ts'
import { addRunRoutes } from './run-routes.ts'
import { ownHosts } from './same-origin.ts'
import { securityHeaders } from './security-headers.ts'
import { addSessionRoutes } from './session-routes.ts'
import { createSessions } from './sessions.ts'
import { addStaticPages } from './static-pages.ts'
import { addStatusRoutes } from './status-routes.ts'
import { addThreadRoutes } from './thread-routes.ts'
import { addTokenRoutes } from './token-routes.ts'
import { addToolRoutes } from './tool-routes.ts'

/** Serves MCP on the bare Node pair; the caller has been identified, and counts as an agent. */
interface McpEndpoint {
  handle(req: IncomingMessage, res: ServerResponse, caller: Caller): Promise<void>
  /** Ends what is open. */
  close(): Promise<void>
}

export interface WebServerOptions {
  readonly waist: Waist
  readonly orchestrator: Orchestrator
  readonly host: string
  /** 0: any free one. */
  readonly port: number
  readonly auth: AuthMode
  /** The built studio; when it is missing the page says how to build it. */
  readonly uiFolder: string
  /** Lets the command line of this machine in as the owner at a terminal. */
  readonly terminalToken: string
  readonly version: string
  /** Bytes of a JSON body. Default 4 MiB. */
  readonly bodyLimit?: number
  /** Bytes of a file that is sent as a body. Default 1 GiB. */
  readonly uploadLimit?: number
  /** More names under which this server is reached, "name" or "name:port". */
  readonly allowedHosts?: readonly string[]
  readonly mcp?: McpEndpoint
  /** Made when the server listens, with the address at which clients reach it. */
  readonly a2a?: (url: string) => A2aEndpoint
  /** How clients reach this server, where a proxy stands before it; without a slash at the end. Default: where it listens. */
  readonly publicUrl?: string
  /** Names of the models behind the OpenAI protocol. */
  readonly models?: { readonly chat: string; readonly embedding: string }
  /** What one chat turn may cost, for clients that show it. */
  readonly budget?: Budget
  /** Whose access tokens are taken beside our own. */
  readonly oauth?: OAuthSettings | undefined
  /** Of chat turns in AG-UI: how many at once, and how long they wait for who was cut off. */
  readonly runLimits?: RunLimits
}

export interface WebServer {
  readonly url: string
  /** Stops accepting, ends streams with a last event, and cuts what is still open after a few seconds. */
  close(): Promise<void>
}

/** Resolves when the server listens; throws `unavailable` when the port is taken. */
export async function startWebServer(options: WebServerOptions): Promise<WebServer> {
  const { waist } = options
  const server = createServer({ keepAliveTimeout: 65_000 })
  const { port, url } = await listen(server, options)
  const closing = new AbortController()
  setMaxListeners(0, closing.signal)
  const context = contextOf(options, { port, url, closing: closing.signal })
  const eventLoop = watchEventLoop()
  const a2a = options.a2a?.(context.url)
  server.on('request', createApp(context, { ...options, url, eventLoop, a2a }))
  const hangUpSockets = addLiveSocket(server, context)
  let closed: Promise<void> | undefined

  const close = async (): Promise<void> => {
    // By this code a chat turn knows that it is to be gone on with, not cancelled.
    closing.abort(new Fault('unavailable', 'The server is stopping.'))
    hangUpSockets()
    options.mcp?.close().catch((error: unknown) => waist.platform.log.warn({ error }, 'MCP did not close in order.'))
    const tasksLeft = a2a?.close().catch((error: unknown) => waist.platform.log.warn({ error }, 'A2A did not close in order.'))
    const ended = new Promise<void>((resolve) => server.close(() => resolve()))
    // A connection falls idle when its last answer ends, and would be kept alive for the next request.
    const idle = setInterval(() => server.closeIdleConnections(), 20)
    const cut = setTimeout(() => server.closeAllConnections(), graceMs)
    await ended
    await tasksLeft
    clearInterval(idle)
    clearTimeout(cut)
    eventLoop.stop()
  }
  return {
    url,
    close: () => {
      closed ??= close()
      return closed
    },
  }
}

/** How long open answers may take to end when the server closes. */
const graceMs = 5000

interface Ground {
  readonly port: number
  readonly url: string
  readonly closing: AbortSignal
}

function contextOf(options: WebServerOptions, { port, url, closing }: Ground): ServerContext {
  const { waist, orchestrator, host, auth, allowedHosts, terminalToken, version } = options
  const { bodyLimit = 4 * 1024 * 1024, uploadLimit = 1024 ** 3 } = options
  const sessions = createSessions({ port })
  const anyHost = auth === 'token' && allowedHosts === undefined
  const hosts = anyHost ? undefined : ownHosts(host, port, [...(allowedHosts ?? []), ...publicHost(options)])
  const address = options.publicUrl ?? url
  const oauth = options.oauth && createOAuth({ settings: options.oauth, waist, url: address })
  return {
    waist,
    orchestrator,
    sessions,
    callers: createCallers({ mode: auth, identity: waist.platform.identity, sessions, hosts, terminalToken, oauth }),
    oauth,
    auth,
    version,
    bodyLimit,
    uploadLimit,
    closing,
    url: address,
    models: options.models,
    ...(options.budget === undefined ? {} : { budget: options.budget }),
    ...(options.runLimits === undefined ? {} : { runLimits: options.runLimits }),
    mayCall: (name, caller) => {
      const tool = waist.catalogue.list().find((known) => known.name === name)
      return tool !== undefined && hasRole(caller, tool.role) && (caller.tools?.includes(name) ?? true)
    },
  }
}

/** A proxy passes on the name that clients know. */
const publicHost = ({ publicUrl }: WebServerOptions): readonly string[] => (publicUrl === undefined ? [] : [new URL(publicUrl).host])

type AppOptions = Pick<WebServerOptions, 'uiFolder' | 'mcp'> & {
  readonly a2a: A2aEndpoint | undefined
  readonly url: string
  readonly eventLoop: ReturnType<typeof watchEventLoop>
}

function createApp(context: ServerContext, { uiFolder, mcp, a2a, url, eventLoop }: AppOptions): express.Express {
  const app = express()
  app.disable('x-powered-by').disable('etag').set('query parser', false)
  app.use(securityHeaders)
  app.use((req: Request, _res: Response, next: NextFunction) => {
    context.callers.guard(req)
    next()
  })
  addToolRoutes(app, context)
  addRagRoutes(app, context)
  addRunRoutes(app, context)
  addApprovalRoutes(app, context)
  addAguiRoute(app, context)
  addOpenAiRoutes(app, context)
  addThreadRoutes(app, context)
  addSessionRoutes(app, context)
  addTokenRoutes(app, context)
  addOAuthRoutes(app, context.oauth)
  addStatusRoutes(app, context, eventLoop)
  if (a2a !== undefined) addA2aRoutes(app, context, a2a)
  if (mcp !== undefined) app.all('/mcp', async (req, res) => mcp.handle(req, res, await context.callers.identifyAgent(req)))
  const { catalogue } = context.waist
  // The document is for everybody; which foreign servers an installation has is not, where callers need a token.
  const document = remade(catalogue, () => {
    const shown = catalogue.list().filter(({ foreign }) => foreign === undefined || context.auth === 'local')
    return JSON.stringify(openapiOf(shown.map(describeTool), { version: context.version, url }))
  })
  app
    .route('/openapi.json')
    .get((_req, res) => sendJsonText(res, 200, document()))
    .all(methodNotAllowed('GET'))
  addDocsPage(app)
  addStaticPages(app, context, uiFolder)
  app.use(notFound)
  app.use((error: unknown, _req: Request, res: Response, _next: NextFunction) =>
    sendProblem(res, border(error), context.waist.platform.log),
  )
  return app
}

/** Express itself refuses an address it cannot decode and a file it cannot send; both are the client's mistake. */
function border(error: unknown): unknown {
  if (error instanceof Fault) return error
  if (error instanceof URIError) return new HttpFault(400, 'usage', 'The address cannot be decoded. Check its %-escapes.')
  const status = error instanceof Error ? Reflect.get(error, 'status') : undefined
  if (status === 404) return new HttpFault(404, 'not_found', 'There is no such file.')
  if (typeof status === 'number' && status >= 400 && status < 500)
    return new HttpFault(status, 'usage', 'The request cannot be served as it is.')
  return error
}
