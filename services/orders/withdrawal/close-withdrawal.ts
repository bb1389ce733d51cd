// POST /v1/withdrawals/:id/close. Staff closes a withdrawal that leads to no refund: the goods are excluded or did not come back, or
// no order matches it.
import { ordersApi } from '@souk/contracts/orders'
import { handleOnce, refuse } from '@souk/service'
import { advanceLocked } from '../checkout/advance-order.ts'
import type { OrdersContext } from '../context.ts'
import { lockOrder } from '../order/orders-table.ts'
import { recordColumns, type WithdrawalRecord, withdrawalView } from './withdrawals-table.ts'

const route = ordersApi.routes.closeWithdrawal

export const closeWithdrawal = handleOnce(
  route,
  async ({ params, body }, { settings, metrics, now }: OrdersContext, transaction) => {
    const { sql } = transaction
    const [found] = await sql<{ orderId: string | null }>`select order_id from withdrawal where id = ${params.id}`
    if (!found) return refuse(route, 'not-found', 'There is no such withdrawal.')
    const order = found.orderId && (await lockOrder(sql, found.orderId, settings.accessKeySecret))
    const at = now().toISOString()
    const [closed] = await sql<WithdrawalRecord>`
      update withdrawal
      set status = 'closed', closed_at = ${at}, note = ${body.note}
      where id = ${params.id} and status in ('announced', 'unmatched')
      returning ${recordColumns(sql)}`
    if (!closed) return refuse(route, 'withdrawal-settled', 'This withdrawal is settled already.')
    const entry = { type: 'withdrawal-closed', message: `The withdrawal is closed: ${body.note}` } as const
    if (order) await advanceLocked(order, { type: 'withdrawal-noted', entry }, transaction, { at, metrics })
    return withdrawalView(closed)
  },
)
