/** Where a request goes: an address as a browser would read it, so that every spelling of a host is the same host. */
import { Fault } from '../fault.ts'

export interface Target {
  readonly url: URL
  /** Lower case, IDN as punycode, IPv4 with dots, IPv6 without brackets, no dot at the end. */
  readonly host: string
  readonly port: number
}

const longest = 8192

/** Throws `invalid_input` for what is not a plain http or https address; the sentence never repeats more than its scheme or host. */
export function readTarget(address: string): Target {
  if (address.length > longest)
    throw new Fault('invalid_input', `An address of ${address.length} characters is too long; ${longest} are allowed.`)
  const url = URL.parse(address)
  if (url === null) throw new Fault('invalid_input', 'This is not an address that can be fetched. Write it as https://host/path.')
  return targetOf(url)
}

/** The same for an address that was parsed already (a redirect's). */
export function targetOf(given: URL): Target {
  const url = new URL(given)
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new Fault('invalid_input', `Addresses that begin with '${url.protocol}' are not fetched; only http: and https: are.`)
  }
  url.hash = ''
  url.hostname = url.hostname.replace(/\.$/, '')
  const host = url.hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '')
  if (host === '') throw new Fault('invalid_input', 'This address names no host. Write it as https://host/path.')
  if (url.username !== '' || url.password !== '') {
    throw new Fault('invalid_input', `The address of ${host} carries a user name or password. Leave them out.`)
  }
  return { url, host, port: url.port === '' ? defaultPorts[url.protocol] : Number(url.port) }
}

const defaultPorts = { 'http:': 80, 'https:': 443 } as const
