/** What every route is given, and the few things all of them do: answer JSON, hear a hang-up, read a query. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Request } from 'express'
import type { Budget, Orchestrator } from '../../agents/chat.ts'
import type { Caller } from '../../platform/caller.ts'
import { Fault } from '../../platform/fault.ts'
import type { Waist } from '../../tools/waist.ts'
import type { RunLimits } from './agui-runs.ts'
import type { AuthMode, Callers } from './callers.ts'
import type { OAuth } from './oauth.ts'
import { HttpFault } from './problem.ts'
import type { Sessions } from './sessions.ts'

export interface ServerContext {
  readonly waist: Waist
  readonly orchestrator: Orchestrator
  readonly callers: Callers
  /** Undefined: only our own tokens are taken. */
  readonly oauth: OAuth | undefined
  readonly sessions: Sessions
  readonly auth: AuthMode
  readonly version: string
  /** Bytes of a JSON body. */
  readonly bodyLimit: number
  /** Bytes of a file that is sent as a body. */
  readonly uploadLimit: number
  /** Aborts when the server begins to close: streams then say goodbye. */
  readonly closing: AbortSignal
  /** How clients reach this server, without a slash at the end. */
  readonly url: string
  /** Names of the models behind the OpenAI protocol, where they are known. */
  readonly models: { readonly chat: string; readonly embedding: string } | undefined
  /** What one chat turn may cost, for clients that show it. */
  readonly budget?: Budget
  /** Of chat turns in AG-UI. */
  readonly runLimits?: RunLimits
  /** False for a tool that is not in the catalogue any more. */
  readonly mayCall: (tool: string, caller: Caller) => boolean
}

/** Whether a tool of that name is this server's, foreign ones included. */
export function isOwnTool({ waist }: Pick<ServerContext, 'waist'>, name: string): boolean {
  return waist.catalogue.list().some((tool) => tool.name === name)
}

type Headers = Readonly<Record<string, string>>

export function sendJson(res: ServerResponse, status: number, value: unknown, headers: Headers = {}): void {
  sendJsonText(res, status, JSON.stringify(value), headers)
}

/** For what is the same for everyone and large: the text is made once. */
export function sendJsonText(res: ServerResponse, status: number, text: string, headers: Headers = {}): void {
  const body = Buffer.from(text)
  res.writeHead(status, { 'content-type': 'application/json', 'content-length': body.length, 'cache-control': 'no-store', ...headers })
  res.end(body)
}

/** Aborts when the client hangs up before its answer is complete. */
export function hangUp(res: ServerResponse): AbortSignal {
  const controller = new AbortController()
  res.on('close', () => {
    if (!res.writableFinished) controller.abort(new DOMException('The client hung up.', 'AbortError'))
  })
  return controller.signal
}

/** The Idempotency-Key header: 1 to 255 visible ASCII characters. */
export function idempotencyKey(req: IncomingMessage): string | undefined {
  const key = req.headers['idempotency-key']
  if (key === undefined) return undefined
  if (typeof key === 'string' && /^[\x21-\x7e]{1,255}$/.test(key)) return key
  throw new HttpFault(400, 'usage', 'Idempotency-Key must be 1 to 255 visible ASCII characters, given once. A UUID is a good key.')
}

/** The query parameters; one that is not in `known` is a mistake worth telling. */
export function queryOf(req: IncomingMessage, known: readonly string[]): URLSearchParams {
  const url = req.url ?? ''
  const at = url.indexOf('?')
  const query = new URLSearchParams(at < 0 ? '' : url.slice(at + 1))
  for (const name of query.keys())
    if (!known.includes(name)) {
      const hint = known.length === 0 ? 'This path takes none.' : `Known here: ${known.join(', ')}.`
      throw new HttpFault(400, 'usage', `Unknown query parameter '${name}'. ${hint}`)
    }
  return query
}

/** A number from the query between `least` and `most`; `fallback` when it is absent. */
export function numberFrom(
  query: URLSearchParams,
  name: string,
  range: { readonly least: number; readonly most: number; readonly fallback: number },
): number {
  const text = query.get(name)
  if (text === null) return range.fallback
  const value = text.trim() === '' ? Number.NaN : Number(text)
  if (value >= range.least && value <= range.most) return value
  throw new HttpFault(400, 'usage', `${name} is '${text}'. Give a number from ${range.least} to ${range.most}.`)
}

/** An id from the path as the database may be asked for it; what cannot be an id is not found. */
export function idFrom(req: Request<{ id: string }>, what: string): string {
  const { id } = req.params
  if (/^[\w.-]{1,128}$/.test(id)) return id
  throw new Fault('not_found', `There is no ${what} '${id.slice(0, 80)}'. List them to see their ids.`)
}
