// How many new carts a client may store: a token bucket per client, so that nobody fills the disk with carts. Changes of carts are
// not counted.
import { LRUCache } from 'lru-cache'

export interface NewCartLimit {
  /** Takes the right to store one new cart. False when the client has none left. */
  take(client: string): boolean
  /** Gives the right back: the cart was not new, or was not stored. */
  giveBack(client: string): void
}

const mostClients = 20_000
const minuteMs = 60_000

/** `perMinute`: also how many at once; infinite: no limit. `now` is a clock in milliseconds. */
export function makeNewCartLimit(perMinute: number, now: () => number = () => performance.now()): NewCartLimit {
  if (perMinute === Number.POSITIVE_INFINITY) return { take: () => true, giveBack: () => undefined }
  const clients = new LRUCache<string, { left: number; filledAt: number }>({ max: mostClients })
  return {
    take(client) {
      const time = now()
      const bucket = clients.get(client) ?? { left: perMinute, filledAt: time }
      bucket.left = Math.min(perMinute, bucket.left + ((time - bucket.filledAt) * perMinute) / minuteMs)
      bucket.filledAt = time
      clients.set(client, bucket)
      if (bucket.left < 1) return false
      bucket.left -= 1
      return true
    },
    giveBack(client) {
      const bucket = clients.get(client)
      if (bucket) bucket.left = Math.min(perMinute, bucket.left + 1)
    },
  }
}

/** The client that is counted: who is signed in, or the network. An IPv6 household has a /64 to itself. */
export function clientOf({ caller, ip }: { caller: { userId?: string }; ip: string }): string {
  if (caller.userId) return caller.userId
  if (!ip.includes(':')) return ip
  const [head = '', tail = ''] = ip.split('::')
  const [groups, rest] = [head, tail].map((part) => (part === '' ? [] : part.split(':'))) as [string[], string[]]
  const zeros = Array(Math.max(0, 8 - groups.length - rest.length)).fill('0')
  return [...groups, ...zeros, ...rest].slice(0, 4).join(':')
}
