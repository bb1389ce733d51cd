// Reserves the stock of a deferred reservation again, pinned, when the bank has agreed to the payment.
import type { InventoryContext } from '../context.ts'
import type { Demand } from '../stock/demand.ts'
import { thresholdEvents } from '../stock/threshold-events.ts'
import { type AvailableStock, allocate, type MissingStock } from './allocation.ts'
import { writeAllocatedLines } from './reservations-table.ts'

/** Resolves with what is missing; then nothing is reserved. Undefined when the stock is reserved, or when it was not deferred. */
export function reserveDeferred(
  orderId: string,
  { transaction, settings }: InventoryContext,
): Promise<MissingStock[] | undefined> {
  // The lock order of `settle/lock-reservations.ts`: the reservation, then its stock.
  return transaction(async ({ sql, withCommit, send }) => {
    const [deferred] = await sql<{ orderId: string }>`
      select order_id from reservation where order_id = ${orderId} and status = 'deferred' for no key update`
    if (!deferred) return undefined
    const [row] = await sql<Demand & { stock: AvailableStock[] }>`
      with wanted as materialized (
        select sku, sum(quantity)::bigint as quantity from reservation_line where order_id = ${orderId} group by sku
      ), locked_stock as materialized (
        select s.sku, s.location, s.on_hand - s.reserved as available, p.priority
        from stock s
        join location p on p.id = s.location
        where s.sku = any (array(select sku from wanted))
        order by s.sku, s.location
        for no key update of s
      )
      select
        (select array_agg(sku order by sku) from wanted) as skus,
        (select json_agg(quantity order by sku) from wanted) as quantities,
        (
          select coalesce(json_agg(json_build_object('sku', sku, 'location', location, 'available', available)
            order by priority, location), '[]')
          from locked_stock
        ) as stock`
    const { skus, quantities, stock } = row as Demand & { stock: AvailableStock[] } // A reservation has lines.
    const [allocation] = allocate([{ skus, quantities }], stock)
    if (!allocation) return undefined
    if (allocation.missing) return allocation.missing
    withCommit(
      sql`update reservation set status = 'pinned', expires_at = null, agreed_at = clock_timestamp() where order_id = ${orderId}`,
    )
    withCommit(sql`delete from reservation_line where order_id = ${orderId}`)
    withCommit(
      writeAllocatedLines(
        sql,
        allocation.lines.map((line) => ({ orderId, ...line })),
        'reserved-again',
      ),
    )
    send(...thresholdEvents(allocation.changes, settings.lowStock))
    return undefined
  })
}
