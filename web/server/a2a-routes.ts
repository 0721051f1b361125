/** A2A over HTTP: the signed agent card and its keys for everybody, JSON-RPC at /a2a, the HTTP+JSON binding below it. */
import { createHash } from 'node:crypto'
import type { Express, Request, Response } from 'express'
import type { A2aAnswer, A2aCall, A2aEndpoint } from '../../agents/a2a/endpoint.ts'
import { Fault } from '../../platform/fault.ts'
import { hangUp, type ServerContext, sendJson } from './context.ts'
import { openEventStream } from './event-stream.ts'
import { readJson } from './json-body.ts'
import { methodNotAllowed } from './not-found.ts'
import { HttpFault } from './problem.ts'

type Binding = 'rpc' | 'rest'

const contentTypes: Readonly<Record<Binding, string>> = { rpc: 'application/json', rest: 'application/a2a+json' }

export function addA2aRoutes(app: Express, context: ServerContext, a2a: A2aEndpoint): void {
  app
    .route('/.well-known/agent-card.json')
    .get(async (req, res) => sendPublic(req, res, await a2a.card()))
    .all(methodNotAllowed('GET'))
  app
    .route('/.well-known/jwks.json')
    .get(async (req, res) => sendPublic(req, res, await a2a.keys()))
    .all(methodNotAllowed('GET'))

  const rpc = (req: Request, res: Response): Promise<void> =>
    inWordsOf('rpc', res, async () => {
      const call = await callOf(context, req, res)
      return a2a.rpc(await readJson(req, context.bodyLimit), call)
    })
  app.route('/a2a').post(rpc).all(methodNotAllowed('POST'))

  const rest = (req: Request, res: Response): Promise<void> =>
    inWordsOf('rest', res, async () => {
      const [path = '/', search = ''] = req.url.split('?', 2)
      const query = new URLSearchParams(search)
      const call = await callOf(context, req, res, query)
      const body = req.method === 'GET' || req.method === 'DELETE' ? undefined : await readJson(req, context.bodyLimit)
      return a2a.rest({ method: req.method, path, query, body }, call)
    })
  app.use('/a2a', rest)

  /** Whatever fails before or in a call is told in the binding's own form. */
  async function inWordsOf(binding: Binding, res: Response, work: () => Promise<A2aAnswer>): Promise<void> {
    const answer = await work().catch((error: unknown) => refused(binding, res, error))
    if (answer.kind === 'stream') return stream(res, answer)
    if (answer.status === 204) res.writeHead(204, { 'cache-control': 'no-store' }).end()
    else sendJson(res, answer.status, answer.body, { 'content-type': contentTypes[binding] })
  }

  /** HTTP has its own statuses for who may not come in and for what is too large. */
  function refused(binding: Binding, res: Response, error: unknown): A2aAnswer {
    if (!(error instanceof Fault)) return a2a.refusal(binding, error, 500)
    if (error.code === 'unauthenticated') res.setHeader('www-authenticate', 'Bearer realm="millrace"')
    if (error instanceof HttpFault) {
      for (const [name, value] of Object.entries(error.headers)) res.setHeader(name, value)
      return a2a.refusal(binding, error, error.status)
    }
    return a2a.refusal(binding, error, error.code === 'unauthenticated' ? 401 : 403)
  }
}

/** A client that hangs up ends the stream, not the task. */
async function stream(res: Response, { events, failure }: Extract<A2aAnswer, { kind: 'stream' }>): Promise<void> {
  const out = openEventStream(res, { contentType: 'text/event-stream', signal: hangUp(res) })
  try {
    for await (const event of events) await out.write(`data: ${JSON.stringify(event)}\n\n`)
  } catch (error) {
    await out.write(`event: error\ndata: ${JSON.stringify(failure(error))}\n\n`)
  } finally {
    out.end()
  }
}

/** Whoever holds the token, it is a program that speaks: an agent. */
async function callOf({ callers, closing }: ServerContext, req: Request, res: Response, query = new URLSearchParams()): Promise<A2aCall> {
  const caller = await callers.identify(req)
  const header = req.headers['a2a-version']
  const version = (typeof header === 'string' && header !== '' ? header : query.get('A2A-Version')) ?? undefined
  return { caller: { ...caller, kind: 'agent', channel: 'a2a' }, version, left: AbortSignal.any([hangUp(res), closing]) }
}

/** Nothing in it is secret, and clients ask for it often. */
function sendPublic(req: Request, res: Response, text: string): void {
  const etag = `"${createHash('sha256').update(text).digest('base64url')}"`
  const headers = { etag, 'cache-control': 'public, max-age=60' }
  if (req.headers['if-none-match'] === etag) {
    res.writeHead(304, headers).end()
    return
  }
  res.writeHead(200, { ...headers, 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }).end(text)
}
