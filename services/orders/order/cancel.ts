// POST /v1/orders/:id/cancel. The customer or the shop no longer wants the order, and nothing has been shipped.
import { randomUUIDv7 } from 'node:crypto'
import { ordersApi } from '@souk/contracts/orders'
import { changedNothing, handleOnce, refuse } from '@souk/service'
import { advanceLocked } from '../checkout/advance-order.ts'
import { releaseStock } from '../checkout/checkout-calls.ts'
import type { OrdersContext } from '../context.ts'
import { orderView } from './order.ts'
import { lockOrder } from './orders-table.ts'
import { maySee } from './read-orders.ts'
import { refuseMove } from './refuse-move.ts'

const route = ordersApi.routes.cancel

export const cancel = handleOnce(route, async (request, context: OrdersContext, transaction) => {
  const { settings, metrics, now } = context
  const { params, body, caller } = request
  const order = await lockOrder(transaction.sql, params.id, settings.accessKeySecret)
  if (!order || !maySee(order, request, settings.accessKeySecret)) {
    return refuse(route, 'not-found', 'There is no such order.')
  }
  if (order.status === 'canceled') return changedNothing(200, orderView(order))

  const by = caller.role === 'staff' ? 'staff' : 'customer'
  const signal = { type: 'cancel-requested', by, note: body.reason, refundId: randomUUIDv7() } as const
  const canceled = await advanceLocked(order, signal, transaction, { at: now().toISOString(), metrics })
  // A customer who comes back from the bank may buy the cart again at once, with the last unit in it.
  if (canceled && !canceled.paidAt) transaction.beforeAnswer(() => releaseStock(canceled, context))
  return canceled ? orderView(canceled) : refuseMove(route, order, 'too-late-to-cancel', 'a part of it was sent.')
})
