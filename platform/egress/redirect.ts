/** Where a redirect leads, and what of the request may go along: nothing secret leaves for another origin. */
import { Fault } from '../fault.ts'
import type { Outgoing } from './exchange.ts'
import { targetOf } from './target.ts'

const redirects = new Set([301, 302, 303, 307, 308])

/** Headers that may go to another origin; keys, cookies and all else stay behind. */
const harmless = new Set(['accept', 'accept-encoding', 'accept-language', 'content-type', 'user-agent'])

/** The request that an answer asks for, or undefined when it is an answer. Throws `not_allowed`, or `unavailable` for a broken address. */
export function redirected(
  outgoing: Outgoing,
  { status, location }: { readonly status: number; readonly location: string | undefined },
): Outgoing | undefined {
  if (!redirects.has(status) || location === undefined) return undefined
  const from = outgoing.target
  // A header's bytes come as Latin-1; addresses in it are UTF-8 where they are not ASCII.
  const url = URL.parse(Buffer.from(location, 'latin1').toString(), from.url)
  if (url === null) throw new Fault('unavailable', `${from.host} sends on to something that is no address.`)
  if (from.url.protocol === 'https:' && url.protocol === 'http:')
    throw new Fault('not_allowed', `${from.host} sends on from https to http, where anybody may read and change what is fetched.`)
  const target = targetOf(url)
  const elsewhere = target.url.origin !== from.url.origin
  const keepsMethod = status === 307 || status === 308 || outgoing.method === 'GET'
  if (elsewhere && keepsMethod && outgoing.body !== undefined) {
    const words = `${from.host} sends the request on to ${target.host}, and its body stays here.`
    throw new Fault('not_allowed', `${words} Use the address of ${target.host} itself.`)
  }
  const stays = (name: string): boolean => (elsewhere && !harmless.has(name)) || (!keepsMethod && name === 'content-type')
  const headers = Object.fromEntries(Object.entries(outgoing.headers).filter(([name]) => !stays(name)))
  return keepsMethod ? { ...outgoing, target, headers } : { target, headers, method: 'GET', body: undefined }
}
