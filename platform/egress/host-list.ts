/** The operator's list of hosts (MILLRACE_EGRESS_ALLOW): `host`, `host:port`, `*.suffix` or `*.suffix:port`. */
import { Fault } from '../fault.ts'
import type { Target } from './target.ts'

export interface HostList {
  includes(target: Pick<Target, 'host' | 'port'>): boolean
}

/** An entry without a port stands for every port. Throws `usage` naming the entry that is wrong. */
export function readHostList(entries: readonly string[]): HostList {
  const list = entries.map(readEntry)
  return {
    includes: ({ host, port }) =>
      list.some(
        (entry) => (entry.port === undefined || entry.port === port) && (entry.suffix ? host.endsWith(entry.name) : host === entry.name),
      ),
  }
}

interface Entry {
  /** A whole host; with `suffix` its end, dot included. */
  readonly name: string
  readonly suffix: boolean
  readonly port: number | undefined
}

function readEntry(entry: string): Entry {
  const [, star, host = '', port] = /^(\*\.)?(\[[0-9a-f:.]+\]|[^\s:/?#@*[\]]+)(?::(\d{1,5}))?$/i.exec(entry) ?? []
  const url = host === '' ? null : URL.parse(`http://${host}`)
  const name = url?.hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '')
  if (!name || Number(port) > 65_535 || (star && /^[\d.]+$|:/.test(name))) {
    throw new Fault('usage', `MILLRACE_EGRESS_ALLOW: '${entry}' is no host. Write host, host:port or *.suffix, with commas between them.`)
  }
  return { name: star ? `.${name}` : name, suffix: star !== undefined, port: port === undefined ? undefined : Number(port) }
}
