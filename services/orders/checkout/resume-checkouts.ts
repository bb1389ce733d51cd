// Resumes checkouts that make no progress: the browser left, the process died, or a reply never came. Each instance takes some
// with a lease, so that no other instance takes the same ones meanwhile.
import type { OrdersContext } from '../context.ts'
import { checkoutsResumed } from '../metrics.ts'
import type { Order } from '../order/order.ts'
import { findOrder } from '../order/orders-table.ts'
import { runCheckout } from './run-checkout.ts'

const atOnce = 50
/** A lease grows with the time that the order has stood still: short after a crash, long during an outage. */
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
    const order = await findOrder(context.sql, id, context.settings.accessKeySecret)
    if (order) recordResumed(await runCheckout(order, context), context)
  } catch (error) {
    // An order that fails must not hold up the others. It is tried again when its lease has ended.
    context.log.error({ err: error, orderId: id }, 'A checkout could not be resumed.')
  }
}

function recordResumed({ id, status }: Order, { log, metrics }: OrdersContext): void {
  metrics.count(checkoutsResumed, status)
  log.info({ orderId: id, status }, 'A checkout was resumed.')
}

/** Resumes one checkout now, without waiting for the next round. For reactions, after their commit. */
export function resumeSoon(order: Order, context: OrdersContext): void {
  void resumeOne(order.id, context)
}
