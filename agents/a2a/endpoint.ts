/** A2A 1.0 as plain functions: what a web server needs to serve its card, its keys and its two bindings, without the SDK's types. */
import {
  A2A_ERROR_CODE,
  A2AError,
  RequestMalformedError,
  restStatusFor,
  TaskNotFoundError,
  toJsonRpcError,
  toRestErrorBody,
  VersionNotSupportedError,
} from '@a2a-js/sdk/errors'
import type { Caller } from '../../platform/caller.ts'
import { asFault, Fault, type FaultCode } from '../../platform/fault.ts'
import type { Waist } from '../../tools/waist.ts'
import type { Orchestrator } from '../chat.ts'
import { createCard } from './card.ts'
import { type Operation, type OperationGround, operations } from './operations.ts'
import { createPushes, type PushOptions } from './push.ts'
import { type RestRequest, restCall } from './rest.ts'
import { createSending } from './send.ts'
import { signingKey } from './signing-key.ts'
import { Work } from './work.ts'

export interface A2aOptions extends PushOptions {
  readonly waist: Waist
  readonly orchestrator: Orchestrator
  /** How clients reach this server, without a slash at the end. */
  readonly url: string
  readonly version: string
  readonly needsToken: boolean
  readonly oauthIssuer?: string | undefined
  /** Where the key that signs the card is kept; made where it is missing. */
  readonly keyFile: string
  /** Between two looks for tasks that go on. Default 5 s. */
  readonly lookMs?: number
}

export interface A2aCall {
  readonly caller: Caller
  /** As the client says; absent stands for 0.3, as the protocol has it. */
  readonly version: string | undefined
  /** Aborts when the client has gone or the server closes; tasks go on. */
  readonly left: AbortSignal
}

export type A2aAnswer =
  | { readonly kind: 'value'; readonly status: number; readonly body: unknown }
  /** Each event is one message of a stream; what the stream throws is told with `failure`. */
  | { readonly kind: 'stream'; readonly events: AsyncGenerator<unknown, void, undefined>; readonly failure: (error: unknown) => unknown }

export interface A2aEndpoint {
  /** JSON of the signed agent card. */
  card(): Promise<string>
  /** JSON of the key set that its signature is checked with. */
  keys(): Promise<string>
  /** `body` is parsed JSON. Never throws. */
  rpc(body: unknown, call: A2aCall): Promise<A2aAnswer>
  /** Never throws. */
  rest(request: RestRequest, call: A2aCall): Promise<A2aAnswer>
  /** What went wrong before there was a call, in the words of a binding. `status`: where HTTP has one of its own for it. */
  refusal(binding: 'rpc' | 'rest', error: unknown, status?: number): A2aAnswer
  /** Leaves open tasks for the next start. */
  close(): Promise<void>
}

/** Begins at once with the tasks that an earlier process left open. */
export function createA2a(options: A2aOptions): A2aEndpoint {
  const { waist, orchestrator, url, version, needsToken, oauthIssuer, keyFile, lookMs, waitsMs } = options
  const { platform, catalogue } = waist
  const key = onDemand(() => signingKey(keyFile))
  const pushes = createPushes(platform, waitsMs === undefined ? {} : { waitsMs })
  const looks = lookMs === undefined ? {} : { lookMs }
  const work = new Work({ platform, orchestrator, url, onChange: (kept, event) => pushes.tell(kept, event), ...looks })
  pushes.catchUp().catch((error: unknown) => platform.log.warn({ error }, 'Push notifications of an earlier process could not be sent.'))
  const sending = createSending({ platform, work, pushes, ...looks })
  const ground: OperationGround = { db: platform.db, work, pushes, sending }
  const log = (error: unknown): unknown => {
    if (!(error instanceof A2AError) && asFault(error).code === 'internal')
      platform.log.error({ error }, 'An A2A request failed unexpectedly.')
    return error
  }
  return {
    card: createCard({ catalogue, url, version, needsToken, oauthIssuer, key }),
    keys: async () => JSON.stringify({ keys: [(await key()).publicKey] }),
    rpc: (body, call) => answerRpc(ground, { body, call, log }),
    rest: (request, call) => answerRest(ground, { request, call, log }),
    refusal: (binding, error, status) => (binding === 'rpc' ? rpcFailure(null, error, status) : restFailure(error, status)),
    close: async () => {
      await work.close()
      await pushes.close()
    },
  }
}

/** Made once, by the first who asks; a failure is tried again. */
function onDemand<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined
  return () => {
    made ??= make().catch((error: unknown) => {
      made = undefined
      throw error
    })
    return made
  }
}

type Log = (error: unknown) => unknown

interface RpcRequest {
  readonly body: unknown
  readonly call: A2aCall
  readonly log: Log
}

async function answerRpc(ground: OperationGround, { body, call, log }: RpcRequest): Promise<A2aAnswer> {
  const id = idOf(body)
  if (!isEnvelope(body))
    return rpcError(
      id,
      A2A_ERROR_CODE.INVALID_REQUEST,
      'This is no JSON-RPC 2.0 request. Send one object with jsonrpc, id, method and params.',
    )
  try {
    checkVersion(call.version)
    const operation = operationOf(body.method)
    if (operation === undefined)
      return rpcError(id, A2A_ERROR_CODE.METHOD_NOT_FOUND, `There is no method '${body.method.slice(0, 80)}' in A2A 1.0.`)
    const outcome = await operation(ground, body.params ?? {}, call)
    const envelope = (result: unknown): unknown => ({ jsonrpc: '2.0', id, result })
    if (outcome.kind === 'value') return { kind: 'value', status: 200, body: envelope(outcome.value) }
    return { kind: 'stream', events: mapped(outcome.events, envelope), failure: (error) => rpcBody(id, log(error)) }
  } catch (error) {
    return rpcFailure(id, log(error))
  }
}

interface Envelope {
  readonly method: string
  readonly params?: unknown
}

const isEnvelope = (body: unknown): body is Envelope =>
  typeof body === 'object' &&
  body !== null &&
  Reflect.get(body, 'jsonrpc') === '2.0' &&
  typeof Reflect.get(body, 'method') === 'string' &&
  (!('id' in body) || isId(body.id))

const isId = (id: unknown): id is string | number | null =>
  id === null || typeof id === 'string' || (typeof id === 'number' && Number.isFinite(id))

function idOf(body: unknown): string | number | null {
  const id = typeof body === 'object' && body !== null ? Reflect.get(body, 'id') : null
  return isId(id) ? id : null
}

const operationOf = (name: string): Operation | undefined => (Object.hasOwn(operations, name) ? operations[name] : undefined)

interface RestPart {
  readonly request: RestRequest
  readonly call: A2aCall
  readonly log: Log
}

async function answerRest(ground: OperationGround, { request, call, log }: RestPart): Promise<A2aAnswer> {
  try {
    const found = restCall(request)
    if (found === undefined)
      return restFailure(new RequestMalformedError(`Nothing is served at ${request.path.slice(0, 120)} in A2A 1.0.`), 404)
    if (typeof found === 'string')
      return restFailure(new RequestMalformedError(`${request.method} is no method of this path. Use ${found}.`), 405)
    checkVersion(call.version)
    const operation = operationOf(found.operation)
    if (operation === undefined) throw new Error(`${found.operation} is no operation.`)
    const outcome = await operation(ground, found.params, call)
    if (outcome.kind === 'stream') return { kind: 'stream', events: outcome.events, failure: (error) => restBody(log(error)) }
    return { kind: 'value', status: outcome.value === null ? 204 : outcome.created ? 201 : 200, body: outcome.value ?? undefined }
  } catch (error) {
    return restFailure(log(error))
  }
}

function checkVersion(version = '0.3'): void {
  if (/^1\.0(\.\d+)?$/.test(version)) return
  throw new VersionNotSupportedError(`A2A ${version.slice(0, 20)} is not spoken here. Speak 1.0, and say so in the header A2A-Version.`)
}

async function* mapped<T>(
  events: AsyncGenerator<T, void, undefined>,
  map: (event: T) => unknown,
): AsyncGenerator<unknown, void, undefined> {
  for await (const event of events) yield map(event)
}

/** Faults in the protocol's words; it has none of its own for the rest. */
function inProtocol(error: unknown): Error {
  if (error instanceof A2AError) return error
  const { code, message } = asFault(error)
  if (code === 'not_found') return new TaskNotFoundError(message)
  if (code === 'usage' || code === 'invalid_input' || code === 'too_large' || code === 'conflict') return new RequestMalformedError(message)
  return new A2AError(message)
}

const rpcError = (id: string | number | null, code: number, message: string): A2aAnswer => ({
  kind: 'value',
  status: 200,
  body: { jsonrpc: '2.0', id, error: { code, message } },
})

const rpcBody = (id: string | number | null, error: unknown): unknown => ({ jsonrpc: '2.0', id, error: toJsonRpcError(inProtocol(error)) })

function rpcFailure(id: string | number | null, error: unknown, status = 200): A2aAnswer {
  if (status === 400) return rpcError(id, A2A_ERROR_CODE.PARSE_ERROR, asFault(error).message)
  return { kind: 'value', status, body: rpcBody(id, error) }
}

const statusOfCode: Partial<Record<FaultCode, number>> = { unauthenticated: 401, not_allowed: 403, too_large: 413, unavailable: 503 }

const statusOf = (error: unknown): number =>
  (error instanceof Fault ? statusOfCode[error.code] : undefined) ?? restStatusFor(inProtocol(error))

const restBody = (error: unknown, status = statusOf(error)): unknown => toRestErrorBody(inProtocol(error), status)

const restFailure = (error: unknown, status = statusOf(error)): A2aAnswer => ({ kind: 'value', status, body: restBody(error, status) })
