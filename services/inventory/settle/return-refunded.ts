// Returns units that were refunded before they were sent to the locations they were taken from. The refund is the reference in the
// ledger, so the ledger tells whether it has moved stock before.
import type { MessageOf } from '@souk/contracts'
import type { OrderRefunded } from '@souk/contracts/orders'
import type { Sql } from '@souk/postgres'
import { demandOf } from '../stock/demand.ts'
import { writeMovements } from '../stock/stock-table.ts'
import type { OrderLine } from './settlement.ts'

export type Refund = Pick<MessageOf<typeof OrderRefunded>['data'], 'orderId' | 'number' | 'refundId' | 'unsent'>

/** The reservation must be sold, and locked with its stock. Returns what came back now: nothing for a repeated refund. */
export async function returnRefunded(refund: Refund, sql: Sql): Promise<OrderLine[]> {
  const { skus, quantities } = demandOf(refund.unsent ?? [])
  const reason = `Refunded before it was sent (${refund.number})`
  return sql<OrderLine>`
    with sold as materialized (
      select l.sku, l.location, l.quantity - l.returned as not_returned, refunded.quantity as refunded,
        sum(l.quantity - l.returned) over (partition by l.sku order by l.location) - (l.quantity - l.returned) as before
      from unnest(${skus}::text[], ${quantities}::bigint[]) as refunded (sku, quantity)
      join reservation_line l on l.order_id = ${refund.orderId} and l.sku = refunded.sku
      where not exists (select from stock_movement where reference = ${refund.refundId})
    ), movement as materialized (
      select ${refund.refundId}::uuid as reference, sku, location, 'returned' as kind, ${reason} as reason,
        least(not_returned, refunded - before)::bigint as on_hand, 0 as reserved
      from sold
      where least(not_returned, refunded - before) > 0
    ), returned as (
      update reservation_line l
      set returned = l.returned + movement.on_hand
      from movement
      where l.order_id = ${refund.orderId} and l.sku = movement.sku and l.location = movement.location
    ), ${writeMovements(sql, sql`movement`)}
    select ${refund.orderId}::uuid as order_id, sku, on_hand as quantity from movement`
}
