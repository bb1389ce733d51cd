// A refund or a cancellation that settles a withdrawal closes it, in its transaction.
import type { Order as OrderView } from '@souk/contracts/orders'
import type { Sql } from '@souk/postgres'
import { closeBy, findWithdrawals } from '../withdrawal/withdrawals-table.ts'
import type { MoneyRoute } from './money-back.ts'
import { type Order, orderView } from './order.ts'
import { refuseMove } from './refuse-move.ts'

/** The order's view after its step. Refuses a withdrawal of another order, and one that has canceled its order. */
export async function viewSettled(
  route: MoneyRoute,
  order: Order,
  { withdrawalId, refundId, at }: { withdrawalId: string | undefined; refundId: string; at: string },
  sql: Sql,
): Promise<OrderView> {
  if (withdrawalId === undefined) return orderView(order)
  const isClosed = await closeBy({ id: withdrawalId, orderId: order.id, refundId, at }, sql)
  if (!isClosed) refuseMove(route, order, 'invalid-refund', 'it has no such withdrawal that could be settled.')
  return orderView({ ...order, withdrawals: await findWithdrawals(order.id, sql) })
}
