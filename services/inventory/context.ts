// What every story of the inventory service is handed.
import { type ContextFor, integer } from '@souk/service'

export const settings = {
  lowStock: integer('how many are few: at or below, a SKU is low', 3, { min: 0, max: 1_000_000 }),
  reservationMinutes: integer('how long a reservation lasts that names no end', 15, { min: 1, max: 1440 }),
  reservationsPerHolder: integer('unpaid reservations that one person may hold', 20, { min: 1, max: 10_000 }),
}
export const calls = {}
export interface Resources {
  /** SKUs of which there was not plenty lately, and until when that is remembered. */
  scarce: Map<string, number>
}
export type InventoryContext = ContextFor<typeof settings, typeof calls, Resources>
