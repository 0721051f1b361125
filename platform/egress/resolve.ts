/** Names to addresses, asked once a hop and checked: what passes here is exactly what is connected to. */
import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import { Fault } from '../fault.ts'
import { reachOf } from './address.ts'
import type { Target } from './target.ts'

export interface Address {
  readonly address: string
  readonly family: 4 | 6
}

/** All addresses of a name; rejects when there are none. */
export type Resolve = (host: string) => Promise<readonly string[]>

/** As the system does it, with /etc/hosts. */
export const systemResolve: Resolve = async (host) => (await lookup(host, { all: true })).map(({ address }) => address)

/**
 * The addresses to connect to, in order. `trusted`: the operator named this host, so that it may be private.
 * Throws `not_allowed` when any of them is out of bounds, `unavailable` when there is none.
 */
export async function checkedAddresses(
  { host }: Target,
  { resolve, trusted }: { readonly resolve: Resolve; readonly trusted: boolean },
): Promise<readonly Address[]> {
  if (isIP(host) !== 0) return [checked(host, { host, trusted })]
  if (!trusted && /(^|\.)localhost$/.test(host)) throw refused(host)
  const found = await resolve(host)
  if (found.length === 0) throw new Fault('unavailable', `The name ${host} has no address. Check how it is spelt.`)
  return found.map((address) => checked(address, { host, trusted }))
}

function checked(address: string, { host, trusted }: { readonly host: string; readonly trusted: boolean }): Address {
  const family = isIP(address)
  if (family !== 4 && family !== 6) throw new Fault('unavailable', `The name ${host} resolved to something that is no address.`)
  const reach = reachOf(address)
  if (reach === 'public' || (trusted && (reach === 'private' || address === host))) return { address, family }
  throw refused(host)
}

/** Says nothing of the address found: the answer must not map the inside of a network. */
const refused = (host: string): Fault =>
  new Fault(
    'not_allowed',
    `${host} is not on the open internet, so Millrace does not fetch from it. Whoever runs Millrace can list it in MILLRACE_EGRESS_ALLOW.`,
  )
