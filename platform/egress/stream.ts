/** An answer that is read while it comes, from an address the operator set: for protocols that keep a response open. */
import type { IncomingMessage } from 'node:http'
import { Fault } from '../fault.ts'
import type { EgressStream, EgressStreamRequest } from './egress.ts'
import { type Connections, exchange } from './exchange.ts'
import { egressFault } from './faults.ts'
import { checkedAddresses, type Resolve } from './resolve.ts'
import { readTarget } from './target.ts'

export interface StreamGround {
  readonly resolve: Resolve
  readonly connections: Connections
}

const ownHeaders = new Set(['host', 'connection', 'content-length', 'transfer-encoding', 'cookie', 'accept-encoding', 'upgrade', 'expect'])

/** Resolves when the headers are there. Redirects are not followed: their status is the answer. */
export async function openStream({ resolve, connections }: StreamGround, request: EgressStreamRequest): Promise<EgressStream> {
  const { url, method = 'GET', headers = {}, body, signal, timeoutMs = 30_000, maxBytes = 20 * 1_048_576 } = request
  const target = readTarget(url)
  const limit = new AbortController()
  const timer = setTimeout(() => limit.abort(), timeoutMs)
  const circumstances = { host: target.host, timeoutMs, signal, limit: limit.signal }
  const fault = (error: unknown): Fault => egressFault(error, circumstances)
  const both = AbortSignal.any([signal, limit.signal])
  try {
    both.throwIfAborted()
    const addresses = await checkedAddresses(target, { resolve, trusted: true })
    both.throwIfAborted()
    const kept = Object.entries(headers).filter(([name]) => !ownHeaders.has(name.toLowerCase()))
    // Not compressed: what waits in a decoder is not there when it is wanted.
    const outgoing = {
      target,
      method,
      body,
      headers: { 'user-agent': 'Millrace', ...Object.fromEntries(kept), 'accept-encoding': 'identity' },
    }
    const response = await exchange(outgoing, { addresses, connections, signal: both })
    const encoding = response.headers['content-encoding'] ?? 'identity'
    if (encoding !== 'identity') {
      response.destroy()
      throw new Fault('unavailable', `${target.host} compressed an answer although it was asked not to.`)
    }
    return {
      status: response.statusCode ?? 0,
      headers: plainHeaders(response),
      body: bounded(response, { host: target.host, maxBytes, fault }),
    }
  } catch (error) {
    throw fault(error)
  } finally {
    clearTimeout(timer)
  }
}

interface Bounds {
  readonly host: string
  readonly maxBytes: number
  readonly fault: (error: unknown) => Fault
}

/** Whoever stops reading ends the exchange. */
async function* bounded(response: IncomingMessage, { host, maxBytes, fault }: Bounds): AsyncGenerator<Uint8Array> {
  let length = 0
  try {
    for await (const piece of response) {
      const part: Buffer = piece
      length += part.length
      if (length > maxBytes) throw new Fault('too_large', `${host} sent more than ${Math.round(maxBytes / 1_048_576)} MB in one answer.`)
      yield part
    }
  } catch (error) {
    throw fault(error)
  } finally {
    if (!response.complete) response.destroy()
  }
}

function plainHeaders({ headers }: IncomingMessage): Readonly<Record<string, string>> {
  const shown = Object.entries(headers).filter(([name, value]) => name !== 'set-cookie' && value !== undefined)
  return Object.fromEntries(shown.map(([name, value]) => [name, String(value)]))
}
