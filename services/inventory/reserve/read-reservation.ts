// GET /internal/reservations/:orderId. Reads the reservation of an order, also one that is over.
import { inventoryApi } from '@souk/contracts/inventory'
import { handle, refuse } from '@souk/service'
import type { InventoryContext } from '../context.ts'
import { findReservation } from './reservations-table.ts'

const route = inventoryApi.routes.readReservation

export const readReservation = handle(route, async ({ params }, { sql }: InventoryContext) => {
  const reservation = await findReservation(sql, params.orderId)
  return reservation ?? refuse(route, 'not-found', 'There is no reservation of this order.')
})
