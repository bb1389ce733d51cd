// Where a request comes from: the client's address.
import type { IncomingMessage } from 'node:http'

/**
 * The address of the client. `trustedProxies`: how many of the last entries of X-Forwarded-For our own proxies have written;
 * the entries before them are the client's own and are not believed.
 */
export function clientAddress(request: IncomingMessage, trustedProxies: number): string {
  const socket = withoutIpv6Prefix(request.socket.remoteAddress ?? 'unknown')
  if (trustedProxies === 0) return socket
  const forwarded = request.headers['x-forwarded-for']
  if (!forwarded) return socket
  const hops = String(forwarded).split(',')
  const hop = hops[Math.max(0, hops.length - trustedProxies)]?.trim()
  return hop && hop.length <= 45 ? withoutIpv6Prefix(hop) : socket
}

/** IPv4 addresses arrive on an IPv6 socket as ::ffff:1.2.3.4. */
export function withoutIpv6Prefix(address: string): string {
  return address.startsWith('::ffff:') ? address.slice(7) : address
}
