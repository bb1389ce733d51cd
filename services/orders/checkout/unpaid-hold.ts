// What orders tells inventory about an order whose payment is not agreed yet: who holds its stock, and for how long.
import { clientNetwork, keyedHash, mailboxOf } from '@souk/service'
import type { OrdersContext } from '../context.ts'
import type { Order } from '../order/order.ts'

/** The network of a client's address as a keyed hash. Undefined without an address. */
export function networkKey(ip: string, secret: string): string | undefined {
  return ip === '' ? undefined : keyedHash('network', clientNetwork(ip), secret)
}

/** The body of the call: strangers hold stock for a shorter time than customers who are signed in. */
export function unpaidHold(order: Order, { now, settings }: OrdersContext) {
  const minutes = order.customerId
    ? settings.checkoutMinutes
    : Math.min(settings.strangerHoldMinutes, settings.checkoutMinutes)
  return {
    until: new Date(now().getTime() + minutes * 60_000).toISOString(),
    value: order.totals.total,
    heldBy: {
      network: order.network ?? undefined,
      mailbox: keyedHash('mailbox', mailboxOf(order.email), settings.holderSecret),
      customer: order.customerId ?? undefined,
    },
  }
}
