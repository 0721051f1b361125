/** What an IP address leads to: the open internet, a network of somebody's own, or something no request should ever reach. */
import { BlockList, isIPv4 } from 'node:net'

/** `forbidden`: metadata services of clouds, link-local, multicast and broadcast; no name may lead there. */
export type Reach = 'public' | 'private' | 'forbidden'

/** `address` is an IPv4 or IPv6 address. IPv6 counts as public only where addresses are given out for the open internet. */
export function reachOf(address: string): Reach {
  const plain = withoutMapping(address)
  const family = isIPv4(plain) ? 'ipv4' : 'ipv6'
  if (forbidden.check(plain, family)) return 'forbidden'
  if (family === 'ipv6' && !globalUnicast.check(plain, family)) return 'private'
  return special.check(plain, family) ? 'private' : 'public'
}

/** ::ffff:127.0.0.1 is 127.0.0.1 for every system; a zone ("%eth0") says by which card, not where. */
function withoutMapping(address: string): string {
  const [bare = address] = address.split('%')
  if (isIPv4(bare)) return bare
  const canonical = new URL(`http://[${bare}]`).hostname.slice(1, -1)
  const [, high, low] = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(canonical) ?? []
  if (high === undefined || low === undefined) return canonical
  const bits = Number.parseInt(high, 16) * 65_536 + Number.parseInt(low, 16)
  return [bits >>> 24, (bits >>> 16) & 255, (bits >>> 8) & 255, bits & 255].join('.')
}

/** RFC 6890 and IANA's special-purpose registries, as of 2025. */
const special = networks([
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '240.0.0.0/4',
  // Teredo, ORCHID, documentation, 6to4: they carry other addresses or lead nowhere.
  '2001::/23',
  '2001:db8::/32',
  '2002::/16',
  '3fff::/20',
])

/** Leaves out loopback, unspecified, NAT64, unique-local and all else that is not given out. */
const globalUnicast = networks(['2000::/3'])

const forbidden = networks([
  '169.254.0.0/16',
  'fe80::/10',
  '224.0.0.0/4',
  'ff00::/8',
  '255.255.255.255/32',
  // Metadata and agents of Alibaba, Oracle, Azure, Amazon and Google clouds outside of the link-local range.
  '100.100.100.200/32',
  '192.0.0.192/32',
  '168.63.129.16/32',
  'fd00:ec2::254/128',
  'fd20:ce::254/128',
])

function networks(list: readonly string[]): BlockList {
  const blocks = new BlockList()
  for (const network of list) {
    const [base = '', bits] = network.split('/')
    blocks.addSubnet(base, Number(bits), isIPv4(base) ? 'ipv4' : 'ipv6')
  }
  return blocks
}
