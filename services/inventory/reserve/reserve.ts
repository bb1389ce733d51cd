// PUT /internal/reservations/:orderId. Reserves the stock of an order: all lines or none, once per order.
import { inventoryApi, type Reservation } from '@souk/contracts/inventory'
import { crashpoint } from '@souk/postgres'
import { handle, refuse } from '@souk/service'
import type { InventoryContext } from '../context.ts'
import { demandOf } from '../stock/demand.ts'
import type { ReserveOutcome } from './reservation.ts'
import { reserveStock } from './reserve-in-batches.ts'

const route = inventoryApi.routes.reserve

export const reserve = handle(route, async ({ params, body }, context: InventoryContext) => {
  const { pinned, expiresAt } = body
  const orderId = params.orderId.toLowerCase()
  const outcome = await reserveStock({ ...demandOf(body.lines), orderId, pinned, expiresAt }, context)
  crashpoint('inventory.reserved')
  return reservationOrRefusal(outcome)
})

function reservationOrRefusal(outcome: ReserveOutcome): Reservation {
  switch (outcome.kind) {
    case 'reserved':
      return outcome.reservation
    case 'out-of-stock': {
      const { missing } = outcome
      return refuse(route, 'out-of-stock', `There is not enough of ${missing.map((one) => one.sku).join(', ')}.`, {
        missing,
      })
    }
    case 'reservation-over':
      return refuse(route, 'reservation-over', 'The reservation of this order is over. Place a new order.')
    case 'different-lines':
      return refuse(
        route,
        'invalid-request',
        'This order has a reservation of other things. An order does not change its lines.',
      )
  }
}
