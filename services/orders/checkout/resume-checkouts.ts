// Takes up checkouts that stand still: the browser left, the process died, an answer never came. Each instance takes some,
// with a lease, so that nobody else takes the same ones meanwhile.
import type { OrdersContext } from '../context.ts'
import type { Order } from '../order/order.ts'
import { findOrder } from '../order/orders-table.ts'
import { runCheckout } from './run-checkout.ts'

const atOnce = 50
/** A lease grows with the time that the order has stood still: patient with outages, quick after a crash. */
const leaseSeconds = { least: 3, most: 15 }

export async function resumeCheckouts(context: OrdersContext, stopping: AbortSignal): Promise<void> {
  while (!stopping.aborted) {
    const due = await takeDue(context)
    await Promise.all(due.map(({ id }) => resumeOne(id, context)))
    if (due.length < atOnce) return
  }
}

async function takeDue(context: OrdersContext): Promise<{ id: string }[]> {
  const now = context.now().toISOString()
  return context.sql<{ id: string }>`
    update open_checkout c set
      resume_at = ${now}::timestamptz + least(make_interval(secs => ${leaseSeconds.most}),
        greatest(make_interval(secs => ${leaseSeconds.least}), (${now}::timestamptz - o.updated_at) / 4))
    from orders o
    where o.id = c.order_id
      and c.order_id = any(array(
        select order_id from open_checkout
        where resume_at <= ${now}
        order by resume_at
        limit ${atOnce}
        for update skip locked))
    returning o.id`
}

async function resumeOne(id: string, context: OrdersContext): Promise<void> {
  try {
    const order = await findOrder(context.sql, id, context.shared.sharedSecret)
    if (order) driven(await runCheckout(order, context), context)
  } catch (error) {
    // One order's trouble must not keep the others waiting; its next turn comes with the lease's end.
    context.log.error({ err: error, orderId: id }, 'A checkout could not be resumed.')
  }
}

function driven({ id, status }: Order, { log, metrics }: OrdersContext): void {
  metrics.count('souk_checkouts_resumed_total', { status })
  log.info({ orderId: id, status }, 'A checkout was resumed.')
}

/** For reactions: right after their commit, without waiting for the next round. */
export function resumeSoon(order: Order, context: OrdersContext): void {
  void resumeOne(order.id, context)
}
