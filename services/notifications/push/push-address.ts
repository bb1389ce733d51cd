// Where pushes may be sent to. The endpoint of a subscription is a URL that strangers choose, so it could name a machine behind our own
// firewall: only https on public addresses is called, and the address is checked again at each connection, because a name may lead
// elsewhere later (DNS rebinding).
import { lookup } from 'node:dns'
import { BlockList, isIP, type LookupFunction } from 'node:net'

export interface PushRules {
  /** Hosts that may be called; empty: every host. */
  hosts: readonly string[]
  /** Whether this machine may be called, over http, too: for tests. */
  allowsLoopback: boolean
}

/** Addresses that are not of the public internet (RFC 6890), and those that lead to such ones. */
const notPublic = new BlockList()
for (const [network, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
] as const)
  notPublic.addSubnet(network, bits, 'ipv4')
/** Of IPv6, only 2000::/3 is public; some of it is not: documentation, and tunnels that hold an IPv4 address. */
const publicIpv6 = new BlockList()
publicIpv6.addSubnet('2000::', 3, 'ipv6')
const notPublicIpv6 = new BlockList()
for (const [network, bits] of [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
] as const)
  notPublicIpv6.addSubnet(network, bits, 'ipv6')
const loopback = new BlockList()
loopback.addSubnet('127.0.0.0', 8, 'ipv4')
loopback.addAddress('::1', 'ipv6')

/** Whether an IP address may be connected to. */
export function mayConnect(address: string, { allowsLoopback }: PushRules): boolean {
  const family = isIP(address)
  if (family === 0) return false
  if (family === 4) return (allowsLoopback && loopback.check(address)) || !notPublic.check(address)
  if (allowsLoopback && loopback.check(address, 'ipv6')) return true
  return publicIpv6.check(address, 'ipv6') && !notPublicIpv6.check(address, 'ipv6')
}

/** The endpoint as a URL, or a sentence that says why it is not taken. Its host is not looked up yet. */
export function readEndpoint(endpoint: string, rules: PushRules): URL | string {
  if (!URL.canParse(endpoint)) return 'The endpoint of the subscription is not a URL.'
  const url = new URL(endpoint)
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1')
  const isHere = rules.allowsLoopback && isIP(host) !== 0 && mayConnect(host, rules)
  if (url.protocol !== 'https:' && !(isHere && url.protocol === 'http:'))
    return 'The endpoint of the subscription must begin with https://.'
  if (url.username !== '' || url.password !== '') return 'The endpoint of the subscription must not hold a password.'
  if (!isHere && url.port !== '') return 'The endpoint of the subscription must not name a port.'
  if (isIP(host) !== 0 ? !isHere : !host.includes('.'))
    return 'The endpoint of the subscription does not belong to a push service.'
  if (!isHere && rules.hosts.length > 0 && !rules.hosts.some((one) => host === one || host.endsWith(`.${one}`)))
    return 'The endpoint of the subscription belongs to a push service that the shop does not use.'
  return url
}

/** Resolves a host for a connection, to addresses that may be connected to; with an error when one of its addresses may not. */
export function publicLookup(rules: PushRules): LookupFunction {
  return (host, options, done) => {
    lookup(host, { ...options, all: true }, (error, addresses) => {
      if (error) return done(error, '', 0)
      const wrong = addresses.find(({ address }) => !mayConnect(address, rules))
      const [first] = addresses
      if (wrong || !first) return done(new Error('The push service has no public address.'), '', 0)
      if (options.all) return (done as unknown as (error: null, all: typeof addresses) => void)(null, addresses)
      return done(null, first.address, first.family)
    })
  }
}
