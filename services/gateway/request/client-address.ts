// Where a request comes from. What a client writes into X-Forwarded-For is believed only as far as our own proxies wrote it.
import type { IncomingMessage } from 'node:http'

/** `trustedProxies`: how many of the last entries of X-Forwarded-For were written by proxies of ours. */
export function clientAddress(request: IncomingMessage, trustedProxies: number): string {
  const socket = plain(request.socket.remoteAddress ?? 'unknown')
  if (trustedProxies === 0) return socket
  const forwarded = request.headers['x-forwarded-for']
  if (!forwarded) return socket
  const hops = String(forwarded).split(',')
  const hop = hops[Math.max(0, hops.length - trustedProxies)]?.trim()
  return hop && hop.length <= 45 ? plain(hop) : socket
}

/** Whom a limit counts: one household of IPv6 has a whole /64 to itself, so its addresses count as one. */
export function household(ip: string): string {
  if (!ip.includes(':')) return ip
  const [head = '', tail = ''] = ip.split('::')
  const groups = head === '' ? [] : head.split(':')
  const rest = tail === '' ? [] : tail.split(':')
  const all = [...groups, ...Array(Math.max(0, 8 - groups.length - rest.length)).fill('0'), ...rest]
  return `${all.slice(0, 4).join(':')}::/64`
}

function plain(address: string): string {
  return address.startsWith('::ffff:') ? address.slice(7) : address
}
