// Gives back what reservations hold when they are released, expire or are deferred.
import type { Transaction } from '@souk/service'
import type { AvailabilityChange } from '../stock/threshold-events.ts'
import { lockReservations } from './lock-reservations.ts'
import { availabilityChanges, holdsStock, type Settlement } from './settlement.ts'
import { writeSettlements } from './write-settlements.ts'

/**
 * Ends those of these reservations that hold stock, with the commit. Returns what becomes available of which SKU. A deferred
 * reservation holds none; when it is released, it cannot be reserved again.
 */
export async function endReservations(
  orderIds: readonly string[],
  status: 'released' | 'expired' | 'deferred',
  { sql, withCommit }: Pick<Transaction, 'sql' | 'withCommit'>,
): Promise<AvailabilityChange[]> {
  const locked = await lockReservations(sql, orderIds, true)
  const settlements = locked.reservations
    .filter((one) => holdsStock(one.status) || (one.status === 'deferred' && status === 'released'))
    .map((one): Settlement => ({ ...one, status, movements: holdsStock(one.status) ? [status] : [] }))
  if (settlements.length > 0) withCommit(writeSettlements(sql, settlements))
  return availabilityChanges(settlements, locked)
}
