// Reacts to what happens to orders: what they reserved is sold, given back, or may expire again.
import { HoldStock } from '@souk/contracts/inventory'
import { OrderCanceled, OrderPlaced, OrderRefunded, UnitsCanceled } from '@souk/contracts/orders'
import { on } from '@souk/service'
import type { InventoryContext } from '../context.ts'
import { settleOrder } from './settle-batch.ts'

/** An order is placed: its stock is sold. */
export const sellPlaced = on([OrderPlaced], async (placed, transaction, context: InventoryContext) => {
  settleOrder({ placed }, transaction, context)
})

/** Money went back for units that had not been sent, or that came back: these units are returned. */
export const returnRefunded = on([OrderRefunded], async (refund, transaction, context: InventoryContext) => {
  const { orderId, refundId, number, unsent = [], restocked = [] } = refund
  const what =
    restocked.length === 0 ? 'Refunded before it was sent' : unsent.length === 0 ? 'Sent back' : 'Refunded or sent back'
  const back = { orderId, causeId: refundId, units: [...unsent, ...restocked], reason: `${what} (${number})` }
  if (back.units.length > 0) settleOrder({ back }, transaction, context)
})

/** Units of a paid order are canceled without money: they are returned. */
export const returnCanceledUnits = on([UnitsCanceled], async (canceled, transaction, context: InventoryContext) => {
  const { orderId, cancellationId, number, units } = canceled
  const back = { orderId, causeId: cancellationId, units, reason: `Canceled before it was sent (${number})` }
  settleOrder({ back }, transaction, context)
})

/** An order is canceled: its reserved stock is released, its sold stock is returned. */
export const undoCanceled = on([OrderCanceled], async ({ orderId }, transaction, context: InventoryContext) => {
  settleOrder({ canceled: orderId }, transaction, context)
})

/**
 * From versions that did not ask to hold: the customer must act first, so the reservation may expire again. After an agreement, a
 * sale or a release nothing changes.
 */
export const holdStock = on([HoldStock], async ({ orderId, until }, { sql }, _context: InventoryContext) => {
  await sql`
    update reservation
    set status = 'active', expires_at = ${until}
    where order_id = ${orderId} and status = 'pinned' and agreed_at is null`
})
