// POST /internal/reservations/:orderId/pin. Keeps a reservation from expiring while money moves, and reserves a deferred one
// again. The status decides, not the clock: a reservation whose time is over can be pinned until it has been expired.
import { inventoryApi } from '@souk/contracts/inventory'
import { handle, refuse } from '@souk/service'
import type { InventoryContext } from '../context.ts'
import { type ReservationRow, reservationOf } from './reservation.ts'
import { findReservation } from './reservations-table.ts'
import { reserveDeferred } from './reserve-deferred.ts'

const route = inventoryApi.routes.pin

export const pin = handle(route, async ({ params: { orderId } }, context: InventoryContext) => {
  const { sql } = context
  const [first, ...rest] = await sql<ReservationRow>`
    with pinned as (
      update reservation
      set status = 'pinned', expires_at = null, agreed_at = clock_timestamp()
      where order_id = ${orderId} and (status = 'active' or status = 'pinned' and agreed_at is null)
      returning order_id, status, expires_at
    )
    select p.status, p.expires_at, l.sku, l.location, l.quantity
    from pinned p
    left join reservation_line l on l.order_id = p.order_id
    order by l.sku, l.location`
  if (first) return reservationOf(orderId, [first, ...rest])

  const missing = await reserveDeferred(orderId, context)
  if (missing) {
    refuse(route, 'out-of-stock', `There is not enough of ${missing.map((one) => one.sku).join(', ')}.`, { missing })
  }
  const reservation = await findReservation(sql, orderId)
  if (!reservation) refuse(route, 'not-found', 'There is no reservation of this order.')
  if (reservation.status === 'released' || reservation.status === 'expired') {
    refuse(route, 'reservation-over', 'The reservation of this order is over.')
  }
  return reservation
})
