/**
 * Who may speak to this server from a browser: pages it served itself. A Host that is not ours is DNS rebinding,
 * a foreign Origin is cross-site request forgery; both are refused before anything is looked up.
 */
import type { IncomingHttpHeaders } from 'node:http'
import { Fault } from '../../platform/fault.ts'

/** The names under which a server on `port` is reached from this machine, and those an operator added. */
export function ownHosts(host: string, port: number, allowed: readonly string[]): ReadonlySet<string> {
  const names = ['127.0.0.1', 'localhost', '[::1]', host.includes(':') ? `[${host}]` : host]
  const local = names.flatMap((name) => (port === 80 ? [name, `${name}:80`] : [`${name}:${port}`]))
  const added = allowed.flatMap((name) => (/:\d+$/.test(name) ? [name] : [name, `${name}:${port}`]))
  return new Set([...local, ...added].map((name) => name.toLowerCase()))
}

/** `hosts` undefined: any Host will do (token mode without a list; a rebound page has no token and no cookie). */
export function checkOrigin(headers: IncomingHttpHeaders, hosts: ReadonlySet<string> | undefined, method = 'GET'): void {
  const host = headers.host?.toLowerCase() ?? ''
  if (hosts !== undefined && !hosts.has(host))
    throw new Fault(
      'not_allowed',
      `Host '${brief(host)}' is not a name of this server. Use 127.0.0.1 or localhost, or add the name to its allowed hosts.`,
    )
  const origin = headers.origin
  if (origin !== undefined && originHost(origin) !== host)
    throw new Fault(
      'not_allowed',
      `Pages of origin '${brief(origin)}' may not call this server. Call it from its own page, or without a browser.`,
    )
  if (origin === undefined && foreignFetch(headers, method))
    throw new Fault('not_allowed', 'The browser says that another site makes this request. Call the server from its own page.')
}

/** Proof that the server's own page makes the request; assumes that `checkOrigin` has passed. */
export function fromOwnPage(headers: IncomingHttpHeaders): boolean {
  return headers.origin !== undefined || headers['sec-fetch-site'] === 'same-origin'
}

/** Following a link to a page from elsewhere is fine; anything else that another site starts is not. */
function foreignFetch(headers: IncomingHttpHeaders, method: string): boolean {
  const site = headers['sec-fetch-site']
  if (site !== 'cross-site' && site !== 'same-site') return false
  return !(headers['sec-fetch-mode'] === 'navigate' && (method === 'GET' || method === 'HEAD'))
}

function originHost(origin: string): string | undefined {
  const url = URL.parse(origin)
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) return undefined
  return url.host.toLowerCase()
}

const brief = (text: string): string => (text.length > 80 ? `${text.slice(0, 77)}…` : text)
