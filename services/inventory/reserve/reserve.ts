// PUT /internal/reservations/:orderId. Reserves the stock of an order: all lines or none, once per order. Orders that come at
// once are served in groups: one lock of the hot rows and one commit then serve many (RELIABILITY 6.4).
import { inventoryApi, type Reservation } from '@souk/contracts/inventory'
import { batched, crashpoint } from '@souk/postgres'
import { handle, refuse } from '@souk/service'
import type { InventoryContext } from '../context.ts'
import { type Asked, demandOf } from './reservation.ts'
import { reserveFromPlenty } from './reserve-in-one-statement.ts'
import { type Outcome, reserveSingly } from './reserve-under-lock.ts'

const route = inventoryApi.routes.reserve

export const reserve = handle(route, async ({ params, body }, context: InventoryContext) => {
  const { pinned, expiresAt } = body
  const holder = body.holder?.trim().toLowerCase() // Typed by people: one address is one person, in whatever case.
  const orderId = params.orderId.toLowerCase()
  const answered = await reserveInGroup({ ...demandOf(body.lines), orderId, pinned, expiresAt, holder }, context)
  if (!answered) throw new Error(`Nothing was decided about the reservation of order ${orderId}.`)
  crashpoint('inventory.reserved')
  return answer(answered.outcome)
})

function answer(outcome: Outcome): Reservation {
  switch (outcome.is) {
    case 'reserved':
      return outcome.reservation
    case 'out-of-stock': {
      const { missing } = outcome
      return refuse(route, 'out-of-stock', `There is not enough of ${missing.map((one) => one.sku).join(', ')}.`, {
        missing,
      })
    }
    case 'over':
      return refuse(route, 'reservation-over', 'The reservation of this order is over. Place a new order.')
    case 'differs':
      return refuse(
        route,
        'invalid-request',
        'This order has a reservation of other things. An order does not change its lines.',
      )
    case 'too-many':
      return refuse(
        route,
        'too-many-reservations',
        'You hold many unpaid orders. Pay or cancel one of them, or wait until they expire.',
      )
  }
}

/** Where there is plenty, as mostly, in one statement; what that leaves, singly. */
const reserveInGroup = batched<Asked, { orderId: string; outcome: Outcome }, InventoryContext>({
  key: ({ orderId }) => orderId,
  // What a person holds is counted, unless it is pinned.
  conflicts: ({ pinned, holder }) => (pinned || !holder ? [] : [`held by ${holder}`]),
  keyOf: ({ orderId }) => orderId,
  async write(asked, context) {
    const reserved = await reserveFromPlenty(asked, context)
    const left = asked.filter(({ orderId }) => !reserved.has(orderId))
    const outcomes = left.length > 0 ? await reserveSingly(left, context) : []
    return asked.map((wish) => {
      const reservation = reserved.get(wish.orderId)
      const outcome: Outcome = reservation ? { is: 'reserved', reservation } : (outcomes[left.indexOf(wish)] as Outcome)
      return { orderId: wish.orderId, outcome }
    })
  },
  atOnce: 2,
})
