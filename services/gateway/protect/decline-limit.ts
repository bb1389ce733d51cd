// Slows down whoever tries out cards: after several declined payments in a row, the checkouts of a network and of a customer wait,
// each time twice as long. A payment that succeeds ends the row; where far more are declined than succeed, the wait comes too. New
// carts, order ids, e-mail addresses and cards change nothing, and checkouts at once are no way around it.
import { ordersApi } from '@souk/contracts/orders'
import { refuse } from '@souk/service'
import { LRUCache } from 'lru-cache'
import { makeTurns } from './turns.ts'

/** Declines in a row without a wait: people mistype, and their bank may refuse once. */
const freeDeclines = 5
/** Declines above the successes without a wait: an attacker with one good card may begin each row anew with it. */
const freeSurplus = 15
/** A checkout waits this long for others of its network or customer. */
const longestTurnMs = 3_000
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
  /**
   * Runs a checkout and counts it, `run` calling `answered`. Of one network or customer only so many run at once as may be declined
   * before the wait begins; others have their turn later, and are then checked again.
   */
  during<T>(payer: Payer, run: () => Promise<T>): Promise<T>
  /** A checkout was answered with this status. 202: its outcome comes later, with `ended`. */
  answered(orderId: string, payer: Payer, status: number): void
  /** A message told how the payment of an order ended. Orders of other gateways are ignored. */
  ended(orderId: string, outcome: 'paid' | 'declined'): void
}
/** How the payment of an order ended, and who made it. */
export interface PaymentOutcome {
  orderId: string
  payer: Payer
  outcome: 'paid' | 'declined'
}
/** How gateways tell each other of outcomes, so that each counts those of all. */
export interface OtherGateways {
  tell(outcome: PaymentOutcome): void
  onTold(listener: (outcome: PaymentOutcome) => void): void
}

/** `isOn`: false for load tests. Without `others`, a gateway counts the payments that it has seen itself. */
export function makeDeclineLimit(isOn: boolean, now: () => number = Date.now, others?: OtherGateways): DeclineLimit {
  if (!isOn) {
    return { check: () => undefined, during: (_, run) => run(), answered: () => undefined, ended: () => undefined }
  }
  others?.onTold(({ orderId, payer, outcome }) => count(orderId, payer, outcome))
  const streaks = new LRUCache<string, Streak>({ max: mostClients })
  /** Of each order, who checked it out, or that its outcome has been counted. */
  const orders = new LRUCache<string, Payer | 'counted'>({ max: mostOrders })

  function countAndTell(orderId: string, payer: Payer, outcome: 'paid' | 'declined'): void {
    if (count(orderId, payer, outcome)) others?.tell({ orderId, payer, outcome })
  }
  /** False when the outcome of the order has been counted before. */
  function count(orderId: string, payer: Payer, outcome: 'paid' | 'declined'): boolean {
    if (orders.get(orderId) === 'counted') return false
    orders.set(orderId, 'counted')
    for (const key of keysOf(payer)) {
      const { declines, surplus } = recent(key) ?? { declines: 0, surplus: 0 }
      const next =
        outcome === 'paid' ? ([0, Math.max(0, surplus - 1)] as const) : ([declines + 1, surplus + 1] as const)
      streaks.set(key, streakOf(...next, now(), outcome))
    }
    return true
  }
  function recent(key: string) {
    const streak = streaks.get(key)
    return streak && now() - streak.lastAt < rememberedMs ? streak : undefined
  }

  const inTurn = makeTurns((key) => {
    const { declines, surplus } = recent(key) ?? { declines: 0, surplus: 0 }
    return Math.max(1, Math.min(freeDeclines - declines, freeSurplus - surplus))
  })
  function check(payer: Payer): void {
    const waitMs = Math.max(...keysOf(payer).map((key) => (recent(key)?.until ?? 0) - now()))
    if (waitMs <= 0) return
    const retryAfterSeconds = Math.ceil(waitMs / 1000)
    refuse(
      ordersApi.routes.checkout,
      'too-many-declines',
      `Several payments in a row were declined. Ask your bank, and try again in ${retryAfterSeconds} s.`,
      { retryAfterSeconds },
    )
  }

  return {
    check,
    async during(payer, run) {
      const done = await inTurn(keysOf(payer), longestTurnMs, async () => {
        check(payer)
        return { result: await run() }
      })
      const tooMany = 'Too many payments are being made from your network at this moment. Try again in a second.'
      return done
        ? done.result
        : refuse(ordersApi.routes.checkout, 'too-many-requests', tooMany, { retryAfterSeconds: 1 })
    },
    answered(orderId, payer, status) {
      if (status === 402) countAndTell(orderId, payer, 'declined')
      else if (status === 200 || status === 201) countAndTell(orderId, payer, 'paid')
      else if (status === 202 && !orders.has(orderId)) orders.set(orderId, payer)
    },
    ended(orderId, outcome) {
      const payer = orders.get(orderId)
      if (payer && payer !== 'counted') countAndTell(orderId, payer, outcome)
    },
  }
}

interface Streak {
  /** In a row. */
  declines: number
  /** Declines above the successes. */
  surplus: number
  lastAt: number
  until: number
}
function streakOf(declines: number, surplus: number, lastAt: number, outcome: 'paid' | 'declined'): Streak {
  const tooMany = Math.max(declines - freeDeclines, surplus - freeSurplus)
  const isWaiting = outcome === 'declined' && tooMany >= 0
  const wait = isWaiting ? Math.min(longestWaitMs, firstWaitMs * 2 ** tooMany) : 0
  return { declines, surplus, lastAt, until: lastAt + wait }
}

function keysOf({ network, user }: Payer): string[] {
  return user === undefined ? [`network ${network}`] : [`network ${network}`, `user ${user}`]
}
