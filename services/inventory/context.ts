// The settings and resources of the inventory service, and the context that its stories receive.
import { productsApi } from '@souk/contracts/products'
import { type ContextFor, integer } from '@souk/service'
import { LRUCache } from 'lru-cache'

const units = { min: 0, max: 1_000_000 }
const value = { min: 0, max: 1_000_000_000_00 }

export const settings = {
  lowStock: integer('available units at or below which a SKU is low', 3, { min: 0, max: 1_000_000 }),
  reservationMinutes: integer('minutes that a reservation lasts if the order gives no end', 15, { min: 1, max: 1440 }),
  unpaidUnitsPerNetwork: integer('units that unpaid orders from one network may hold at once', 40, units),
  unpaidUnitsPerPerson: integer(
    'units that unpaid orders of one e-mail address or customer may hold at once',
    20,
    units,
  ),
  unpaidValuePerNetwork: integer('the same as value, in minor units of the order, such as cents', 500_000, value),
  unpaidValuePerPerson: integer('the same as value, in minor units of the order, such as cents', 300_000, value),
  unpaidSharePercent: integer('percent of a SKU that unpaid orders may hold together', 50, { min: 0, max: 100 }),
}
export const calls = { products: productsApi }
export interface Resources {
  /** SKUs whose stock was not sufficient to reserve in one statement, each for one second (`reserve-in-one-statement.ts`). */
  insufficientSkus: LRUCache<string, true>
  /** Whether the products from before inventory listened to their messages have been read (`stock/remember-for-sale.ts`). */
  catalog: { isRead: boolean }
}
export type InventoryContext = ContextFor<typeof settings, typeof calls, Resources>

export function openResources(): Resources {
  return { insufficientSkus: new LRUCache({ max: 10_000, ttl: 1_000 }), catalog: { isRead: false } }
}
