// Units that were refunded before they were sent go back to where they were taken from. The refund is the cause in the ledger,
// and the ledger knows whether it has moved stock before.
import type { MessageOf } from '@souk/contracts'
import type { OrderRefunded } from '@souk/contracts/orders'
import type { Sql } from '@souk/postgres'
import { demandOf } from '../reserve/reservation.ts'
import { type Back, writeMoved } from './settlement.ts'

export type Refunded = Pick<MessageOf<typeof OrderRefunded>['data'], 'orderId' | 'number' | 'refundId' | 'unsent'>

/** For a reservation that is sold and locked, with its stock. Returns what came back now. */
export async function returnRefunded(refunded: Refunded, sql: Sql): Promise<Back[]> {
  const { skus, quantities } = demandOf(refunded.unsent ?? [])
  const reason = `Refunded before it was sent (${refunded.number})`
  return sql<Back>`
    with sold as materialized (
      select l.sku, l.location, l.quantity - l.returned as left_there, wanted.quantity as wanted,
        sum(l.quantity - l.returned) over (partition by l.sku order by l.location) - (l.quantity - l.returned) as ahead
      from unnest(${skus}::text[], ${quantities}::bigint[]) as wanted (sku, quantity)
      join reservation_line l on l.order_id = ${refunded.orderId} and l.sku = wanted.sku
      where not exists (select from stock_movement where reference = ${refunded.refundId})
    ), line as materialized (
      select ${refunded.refundId}::uuid as reference, sku, location, 'returned' as kind, ${reason} as reason,
        least(left_there, wanted - ahead)::bigint as on_hand, 0 as reserved
      from sold
      where least(left_there, wanted - ahead) > 0
    ), returned as (
      update reservation_line l
      set returned = l.returned + line.on_hand
      from line
      where l.order_id = ${refunded.orderId} and l.sku = line.sku and l.location = line.location
    ), ${writeMoved(sql)}
    select ${refunded.orderId}::uuid as order_id, sku, on_hand as quantity from line`
}
