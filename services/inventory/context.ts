// The settings and resources of the inventory service, and the context that its stories receive.
import { type ContextFor, integer } from '@souk/service'
import { LRUCache } from 'lru-cache'

export const settings = {
  lowStock: integer('available units at or below which a SKU is low', 3, { min: 0, max: 1_000_000 }),
  reservationMinutes: integer('minutes that a reservation lasts if the order gives no end', 15, { min: 1, max: 1440 }),
  reservationsPerHolder: integer('unpaid reservations that one person may hold at once', 20, { min: 1, max: 10_000 }),
}
export const calls = {}
export interface Resources {
  /** SKUs whose stock was not sufficient to reserve in one statement, each for one second (`reserve-in-one-statement.ts`). */
  insufficientSkus: LRUCache<string, true>
}
export type InventoryContext = ContextFor<typeof settings, typeof calls, Resources>

export function openResources(): Resources {
  return { insufficientSkus: new LRUCache({ max: 10_000, ttl: 1_000 }) }
}
