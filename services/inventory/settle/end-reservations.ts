// Gives back what reservations hold when they are released or expire.
import type { Transaction } from '@souk/service'
import type { AvailabilityChange } from '../stock/threshold-events.ts'
import { lockReservations } from './lock-reservations.ts'
import { availabilityChanges, holdsStock, type Settlement } from './settlement.ts'
import { writeSettlements } from './write-settlements.ts'

/** Ends those of these reservations that hold stock, with the commit. Returns what becomes available of which SKU. */
export async function endReservations(
  orderIds: readonly string[],
  status: 'released' | 'expired',
  { sql, withCommit }: Pick<Transaction, 'sql' | 'withCommit'>,
): Promise<AvailabilityChange[]> {
  const locked = await lockReservations(sql, orderIds, true)
  const settlements = locked.reservations
    .filter((reservation) => holdsStock(reservation.status))
    .map((reservation): Settlement => ({ ...reservation, status, movements: [status] }))
  if (settlements.length > 0) withCommit(writeSettlements(sql, settlements))
  return availabilityChanges(settlements, locked)
}
