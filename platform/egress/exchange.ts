/** One request and its answer, over a connection that can only be made to the addresses that were checked. */
import { Agent, type IncomingMessage, type RequestOptions, request as requestPlain } from 'node:http'
import { request as requestSecure, Agent as SecureAgent } from 'node:https'
import type { LookupFunction } from 'node:net'
import { Fault } from '../fault.ts'
import { codeOf } from './faults.ts'
import type { Address } from './resolve.ts'
import type { Target } from './target.ts'

export interface Connections {
  readonly plain: Agent
  readonly secure: SecureAgent
}

/** Connections are kept and used again. A request never shares them with one that other rules were checked for. */
export function openConnections(): Connections {
  const options = { keepAlive: true, maxSockets: 32, maxFreeSockets: 8, timeout: 60_000 }
  return { plain: new Agent(options), secure: new SecureAgent(options) }
}

export interface Outgoing {
  readonly target: Target
  readonly method: 'GET' | 'POST' | 'DELETE'
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Uint8Array | undefined
}

export interface Wire {
  readonly addresses: readonly Address[]
  readonly connections: Connections
  readonly signal: AbortSignal
}

const maxHeaderSize = 32_768

/** Resolves when the headers are there; reading the body is the caller's. A GET on a kept connection that had died is made once more. */
export async function exchange(outgoing: Outgoing, wire: Wire): Promise<IncomingMessage> {
  try {
    return await attempt(outgoing, wire)
  } catch (error) {
    if (!(error instanceof StaleConnection) || outgoing.method !== 'GET') throw error instanceof StaleConnection ? error.cause : error
    return attempt(outgoing, wire)
  }
}

class StaleConnection extends Error {}

function attempt({ target, method, headers, body }: Outgoing, { addresses, connections, signal }: Wire): Promise<IncomingMessage> {
  const secure = target.url.protocol === 'https:'
  const options: RequestOptions = {
    protocol: target.url.protocol,
    hostname: target.host,
    port: target.port,
    path: `${target.url.pathname}${target.url.search}`,
    method,
    headers: { ...headers },
    agent: secure ? connections.secure : connections.plain,
    lookup: pinned(addresses),
    signal,
    maxHeaderSize,
  }
  return new Promise((resolve, reject) => {
    const request = secure ? requestSecure(options) : requestPlain(options)
    request.once('response', resolve)
    request.on('error', (error) => {
      const stale = request.reusedSocket && ['ECONNRESET', 'EPIPE'].includes(codeOf(error))
      reject(stale ? new StaleConnection('The kept connection was closed.', { cause: error }) : error)
    })
    // An answer that is none (101 to a request that asked for no upgrade) ends in silence.
    request.once('close', () => reject(new Fault('unavailable', `${target.host} ended the connection without an answer.`)))
    request.end(body)
  })
}

/** The system is not asked again, so a name that changes its address in between changes nothing. */
function pinned(addresses: readonly Address[]): LookupFunction {
  return (_, { all }, answer) => {
    const [first] = addresses
    if (all) answer(null, [...addresses])
    else answer(null, first?.address ?? '', first?.family)
  }
}
