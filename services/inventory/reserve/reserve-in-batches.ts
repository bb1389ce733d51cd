// Reserves the stock of one order in a batch with the orders of other requests, so that one lock of the stock rows and one
// commit serve all of them. A batch first tries the quick way, one statement; the orders that are left take their turn under lock.
import { batched } from '@souk/postgres'
import type { InventoryContext } from '../context.ts'
import type { ReservationRequest, ReserveOutcome } from './reservation.ts'
import { reserveInOneStatement } from './reserve-in-one-statement.ts'
import { reserveUnderLock } from './reserve-under-lock.ts'

/** Reserves all lines of an order or none. The same order again gets the same outcome. */
export async function reserveStock(request: ReservationRequest, context: InventoryContext): Promise<ReserveOutcome> {
  const decided = await reserveInBatch(request, context)
  if (!decided) throw new Error(`Nothing was decided about the reservation of order ${request.orderId}.`)
  return decided.outcome
}

interface DecidedRequest {
  orderId: string
  outcome: ReserveOutcome
}

const reserveInBatch = batched<ReservationRequest, DecidedRequest, InventoryContext>({
  key: ({ orderId }) => orderId,
  keyOf: ({ orderId }) => orderId,
  async write(requests, context) {
    const reserved = await reserveInOneStatement(requests, context)
    const left = requests.filter(({ orderId }) => !reserved.has(orderId))
    const outcomes = left.length > 0 ? await reserveUnderLock(left, context) : []
    return [
      ...Array.from(reserved, ([orderId, reservation]): DecidedRequest => {
        return { orderId, outcome: { kind: 'reserved', reservation } }
      }),
      ...left.map(({ orderId }, index) => ({ orderId, outcome: outcomes[index] as ReserveOutcome })), // One outcome each.
    ]
  },
  atOnce: 2,
})
