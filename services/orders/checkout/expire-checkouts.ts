// Cancels checkouts whose customer did not confirm the payment in time.

import type { OrdersContext } from '../context.ts'
import { findOrder } from '../order/orders-table.ts'
import { advanceOrder } from './advance-order.ts'

const atOnce = 100

/** Several instances may run this at once: the step of only one of them finds the order in the version that it read. */
export async function expireCheckouts(context: OrdersContext): Promise<void> {
  const { sql, settings, log } = context
  const due = await sql<{ id: string }>`
    select order_id as id from open_checkout
    where deadline_at <= ${context.now().toISOString()}
    order by deadline_at
    limit ${atOnce}`
  for (const { id } of due) {
    try {
      const order = await findOrder(sql, id, settings.accessKeySecret)
      if (order) await advanceOrder(order, { type: 'deadline-passed' }, context)
    } catch (error) {
      // An order that fails must not hold up the others. It is tried again in the next round.
      log.error({ err: error, orderId: id }, 'A checkout could not be expired.')
    }
  }
}
