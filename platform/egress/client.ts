/**
 * The egress client. For each hop: read the address -> resolve its name -> check every address -> connect to just those;
 * a redirect begins again. One time limit and one byte limit hold for the whole.
 */
import type { IncomingMessage } from 'node:http'
import { Fault } from '../fault.ts'
import type { Log } from '../platform.ts'
import type { Telemetry } from '../telemetry/telemetry.ts'
import { readBody } from './body.ts'
import type { EgressRequest, EgressResponse, StreamingEgress } from './egress.ts'
import { type Connections, exchange, type Outgoing, openConnections } from './exchange.ts'
import { egressFault } from './faults.ts'
import { type HostList, readHostList } from './host-list.ts'
import { redirected } from './redirect.ts'
import { checkedAddresses, type Resolve, systemResolve } from './resolve.ts'
import { openStream } from './stream.ts'
import { readTarget, type Target } from './target.ts'

export interface EgressOptions {
  /** Hosts that a caller may reach although they are private. Default: none. */
  readonly allow?: HostList
  readonly log?: Log
  readonly telemetry?: Pick<Telemetry, 'span'>
  /** Default: the system's. */
  readonly resolve?: Resolve
}

export interface OpenEgress extends StreamingEgress {
  /** Closes the kept connections. */
  close(): void
}

interface Ground {
  readonly allow: HostList
  readonly resolve: Resolve
  readonly connections: Readonly<Record<EgressRequest['origin'], Connections>>
}

const mostRedirects = 5

export function createEgress({ allow = readHostList([]), log, telemetry, resolve = systemResolve }: EgressOptions = {}): OpenEgress {
  const ground: Ground = { allow, resolve, connections: { caller: openConnections(), configured: openConnections() } }
  // Streams stay open: they must not use up the connections of short requests.
  const streams = openConnections()
  return {
    request: async (request) => {
      const target = readTarget(request.url)
      const started = performance.now()
      const work = async (): Promise<EgressResponse> => {
        const { wire, ...answer } = await follow(ground, request, target)
        const ms = Math.round(performance.now() - started)
        log?.info({ host: target.host, status: answer.status, bytes: wire, ms }, 'Answered from outside.')
        return answer
      }
      if (!telemetry) return work()
      return telemetry.span('egress', { 'server.address': target.host, 'server.port': target.port }, async (span) => {
        const answer = await work()
        span.set({ 'http.response.status_code': answer.status, 'http.response.body.size': answer.body.length })
        return answer
      })
    },
    stream: async (request) => {
      const answer = await openStream({ resolve, connections: streams }, request)
      log?.info({ host: readTarget(request.url).host, status: answer.status }, 'Answers from outside.')
      return answer
    },
    close: () => {
      for (const { plain, secure } of [...Object.values(ground.connections), streams]) {
        plain.destroy()
        secure.destroy()
      }
    },
  }
}

type Answer = EgressResponse & { readonly wire: number }

async function follow(ground: Ground, request: EgressRequest, first: Target): Promise<Answer> {
  const { timeoutMs = 30_000, signal } = request
  const limit = AbortSignal.timeout(timeoutMs)
  const both = AbortSignal.any([signal, limit])
  let outgoing: Outgoing = { target: first, method: request.method ?? 'GET', headers: headersOf(request), body: request.body }
  for (let hops = 0; hops <= mostRedirects; hops++) {
    try {
      // What the operator set is trusted, where it sends on to is not.
      const configured = request.origin === 'configured' && outgoing.target.host === first.host
      const answer = await hop(ground, { request, outgoing, configured, signal: both })
      if ('status' in answer) return answer
      outgoing = answer
    } catch (error) {
      throw egressFault(error, { host: outgoing.target.host, timeoutMs, signal, limit })
    }
  }
  throw new Fault('unavailable', `${first.host} sends on more than ${mostRedirects} times. Use the address that it leads to.`)
}

interface Hop {
  readonly request: EgressRequest
  readonly outgoing: Outgoing
  readonly configured: boolean
  readonly signal: AbortSignal
}

/** The answer, or the request that it sends on to. */
async function hop({ allow, resolve, connections }: Ground, { request, outgoing, configured, signal }: Hop): Promise<Answer | Outgoing> {
  const { target } = outgoing
  const { origin, maxBytes = 20 * 1_048_576 } = request
  const listed = allow.includes(target)
  if (request.hosts === 'listed' && !listed)
    throw new Fault('not_allowed', `This request may go to listed hosts only, and ${target.host} is not in MILLRACE_EGRESS_ALLOW.`)
  const trusted = configured || listed
  signal.throwIfAborted()
  const addresses = await unlessAborted(checkedAddresses(target, { resolve, trusted }), signal)
  const response = await exchange(outgoing, { addresses, connections: connections[origin], signal })
  const status = response.statusCode ?? 0
  try {
    const next = redirected(outgoing, { status, location: response.headers.location })
    if (next) return next
    const { body, wire } = await readBody(response, { host: target.host, maxBytes })
    return { status, headers: plainHeaders(response), body, wire, url: target.url.href }
  } finally {
    // A body read to its end leaves the connection open for the next request; any other ends it.
    if (!response.complete) response.destroy()
  }
}

const ownHeaders = new Set(['host', 'connection', 'content-length', 'transfer-encoding', 'cookie', 'accept-encoding', 'upgrade', 'expect'])

function headersOf({ headers = {} }: EgressRequest): Outgoing['headers'] {
  const given = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value] as const)
  return {
    accept: '*/*',
    'user-agent': 'Millrace',
    'accept-encoding': 'gzip, deflate, br',
    ...Object.fromEntries(given.filter(([name]) => !ownHeaders.has(name))),
  }
}

/** Cookies are neither kept nor shown. */
function plainHeaders({ headers }: IncomingMessage): Readonly<Record<string, string>> {
  const shown = Object.entries(headers).filter(([name, value]) => name !== 'set-cookie' && value !== undefined)
  return Object.fromEntries(shown.map(([name, value]) => [name, String(value)]))
}

/** The name service can't be told to stop; nobody waits for it any longer. */
async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  let stop = (): void => undefined
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason)
    signal.addEventListener('abort', stop, { once: true })
  })
  try {
    return await Promise.race([work, aborted])
  } finally {
    signal.removeEventListener('abort', stop)
  }
}
