// Finds payments and reservations without an order.
import { lostOrderReason } from '../services/payments/payment/import-payments.ts'
import { type Check, collectViolations, inBatches, smallestId } from './check.ts'

const batchSize = 1_000

export function orphanChecks(): Check[] {
  const owners = [
    {
      where: 'payments',
      statement: 'Every payment belongs to an order, or was given back because a restore lost its order.',
      table: 'payment',
    },
    { where: 'inventory', statement: 'Every reservation belongs to an order.', table: 'reservation' },
  ] as const
  return owners.map(({ where, statement, table }) => ({
    id: 'O2',
    statement,
    where,
    async find(shop) {
      const violations = collectViolations()
      const read = (after: string) =>
        table === 'payment'
          ? shop.sql(where)<{ orderId: string }>`
              select order_id
              from payment p
              where order_id > ${after}
                and not (
                  captured = refunded
                  and exists (
                    select from payment_operation o where o.order_id = p.order_id and o.reason = ${lostOrderReason}))
              order by order_id
              limit ${batchSize}`
          : shop.sql(where)<{ orderId: string }>`
              select order_id from reservation where order_id > ${after} order by order_id limit ${batchSize}`
      for await (const rows of inBatches(read, (row) => row.orderId, smallestId)) {
        const missing = await shop.sql('orders')<{ id: string }>`
          select referenced.id
          from unnest(${rows.map((row) => row.orderId)}::uuid[]) as referenced (id)
          where not exists (select from orders o where o.id = referenced.id)`
        for (const { id } of missing) violations.add('O2', `a ${table} is for order ${id}, which does not exist`)
      }
      return violations.of('O2')
    },
  }))
}
