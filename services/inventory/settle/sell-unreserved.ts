// Sells stock to a paid order that has none reserved, because its reservation expired or never came.
import type { MessageOf } from '@souk/contracts'
import type { OrderPlaced } from '@souk/contracts/orders'
import type { Sql } from '@souk/postgres'
import { demandOf } from '../stock/demand.ts'
import type { AvailabilityChange } from '../stock/threshold-events.ts'

/** Throws when there is not enough: the message is then set aside for a person, because the money has moved. */
export async function sellUnreserved(
  order: MessageOf<typeof OrderPlaced>['data'],
  sql: Sql,
): Promise<AvailabilityChange[]> {
  const { skus, quantities } = demandOf(order.lines)
  const taken = await sql<AvailabilityChange & { quantity: number }>`
    select sku, quantity, before, after
    from sell_unreserved(${order.orderId}::uuid, ${skus}::text[], ${quantities}::bigint[])`
  skus.forEach((sku, index) => {
    const found = taken.reduce((sum, row) => sum + (row.sku === sku ? row.quantity : 0), 0)
    const wanted = quantities[index] ?? 0
    if (found < wanted) {
      throw new Error(`Order ${order.orderId} is paid, holds no stock, and of ${sku} there are ${found} of ${wanted}.`)
    }
  })
  return taken
}
