// Returns units of a sold order to the locations they were taken from: units that will not be sent, and sent ones that came back. The
// refund or cancellation is the reference in the ledger, so the ledger tells whether it has moved stock before.
import type { StockLine } from '@souk/contracts/inventory'
import type { Sql } from '@souk/postgres'
import { demandOf } from '../stock/demand.ts'
import { writeMovements } from '../stock/stock-table.ts'
import type { OrderLine } from './settlement.ts'

/** Units that come back because of one refund or cancellation, whose id is `causeId`. */
export interface Return {
  orderId: string
  causeId: string
  units: readonly StockLine[]
  /** For the ledger. */
  reason: string
}

/** The reservation must be sold, and locked with its stock. Returns what came back now: nothing for a repeated cause. */
export async function returnUnits({ orderId, causeId, units, reason }: Return, sql: Sql): Promise<OrderLine[]> {
  const { skus, quantities } = demandOf(units)
  return sql<OrderLine>`
    with sold as materialized (
      select l.sku, l.location, l.quantity - l.returned as not_returned, back.quantity as back,
        sum(l.quantity - l.returned) over (partition by l.sku order by l.location) - (l.quantity - l.returned) as before
      from unnest(${skus}::text[], ${quantities}::bigint[]) as back (sku, quantity)
      join reservation_line l on l.order_id = ${orderId} and l.sku = back.sku
      where not exists (select from stock_movement where reference = ${causeId})
    ), movement as materialized (
      select ${causeId}::uuid as reference, sku, location, 'returned' as kind, ${reason} as reason,
        least(not_returned, back - before)::bigint as on_hand, 0 as reserved
      from sold
      where least(not_returned, back - before) > 0
    ), returned as (
      update reservation_line l
      set returned = l.returned + movement.on_hand
      from movement
      where l.order_id = ${orderId} and l.sku = movement.sku and l.location = movement.location
    ), ${writeMovements(sql, sql`movement`)}
    select ${orderId}::uuid as order_id, sku, on_hand as quantity from movement`
}
