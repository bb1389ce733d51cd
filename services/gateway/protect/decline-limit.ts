// Slows down whoever tries out cards: after several declined payments in a row, the checkouts of a network and of a customer wait,
// each time twice as long. A payment that succeeds ends that. New carts, order ids, e-mail addresses and cards change nothing.
import { ordersApi } from '@souk/contracts/orders'
import { refuse } from '@souk/service'
import { LRUCache } from 'lru-cache'

/** So many declines in a row are free: people mistype, and their bank may refuse once. */
const freeDeclines = 5
const firstWaitMs = 60_000
const longestWaitMs = 3_600_000
/** Declines are forgotten this long after the last one. */
const rememberedMs = 24 * 3_600_000
const mostClients = 50_000
const mostOrders = 50_000

/** Who checks out: a network, and the customer if one is signed in. */
export interface Payer {
  network: string
  user: string | undefined
}
export interface DeclineLimit {
  /** Refuses with too-many-declines while the network or the customer has to wait. */
  check(payer: Payer): void
  /** A checkout was answered with this status. 202: its outcome comes later, with `ended`. */
  answered(orderId: string, payer: Payer, status: number): void
  /** A message told how the payment of an order ended. Orders of other gateways are ignored. */
  ended(orderId: string, outcome: 'paid' | 'declined'): void
}

/** `isOn`: false for load tests. */
export function makeDeclineLimit(isOn: boolean, now: () => number = Date.now): DeclineLimit {
  if (!isOn) return { check: () => undefined, answered: () => undefined, ended: () => undefined }
  const streaks = new LRUCache<string, { declines: number; lastAt: number; until: number }>({ max: mostClients })
  /** Of each order, who checked it out, or that its outcome has been counted. */
  const orders = new LRUCache<string, Payer | 'counted'>({ max: mostOrders })

  function count(orderId: string, payer: Payer, outcome: 'paid' | 'declined'): void {
    if (orders.get(orderId) === 'counted') return
    orders.set(orderId, 'counted')
    for (const key of keysOf(payer)) {
      if (outcome === 'paid') {
        streaks.delete(key)
        continue
      }
      const lastAt = now()
      const declines = (recent(key)?.declines ?? 0) + 1
      const wait = declines < freeDeclines ? 0 : Math.min(longestWaitMs, firstWaitMs * 2 ** (declines - freeDeclines))
      streaks.set(key, { declines, lastAt, until: lastAt + wait })
    }
  }
  function recent(key: string) {
    const streak = streaks.get(key)
    return streak && now() - streak.lastAt < rememberedMs ? streak : undefined
  }

  return {
    check(payer) {
      const waitMs = Math.max(...keysOf(payer).map((key) => (recent(key)?.until ?? 0) - now()))
      if (waitMs <= 0) return
      const retryAfterSeconds = Math.ceil(waitMs / 1000)
      refuse(
        ordersApi.routes.checkout,
        'too-many-declines',
        `Several payments in a row were declined. Ask your bank, and try again in ${retryAfterSeconds} s.`,
        { retryAfterSeconds },
      )
    },
    answered(orderId, payer, status) {
      if (status === 402) count(orderId, payer, 'declined')
      else if (status === 200 || status === 201) count(orderId, payer, 'paid')
      else if (status === 202 && !orders.has(orderId)) orders.set(orderId, payer)
    },
    ended(orderId, outcome) {
      const payer = orders.get(orderId)
      if (payer && payer !== 'counted') count(orderId, payer, outcome)
    },
  }
}

function keysOf({ network, user }: Payer): string[] {
  return user === undefined ? [`network ${network}`] : [`network ${network}`, `user ${user}`]
}
