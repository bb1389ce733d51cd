// The inventory service: how many there are, and for whom they are reserved.
import { join } from 'node:path'
import { inventoryApi } from '@souk/contracts/inventory'
import { defineService, every } from '@souk/service'
import { checkInvariants, invariantsOfStock } from './check-invariants.ts'
import { calls, openResources, settings } from './context.ts'
import { stockFigures } from './metrics.ts'
import { expireReservations } from './reserve/expire-reservations.ts'
import { hold } from './reserve/hold.ts'
import { pin } from './reserve/pin.ts'
import { readReservation } from './reserve/read-reservation.ts'
import { release } from './reserve/release.ts'
import { reserve } from './reserve/reserve.ts'
import { holdStock, returnCanceledUnits, returnRefunded, sellPlaced, undoCanceled } from './settle/settle-orders.ts'
import { availability, stockLevels } from './stock/availability.ts'
import { listMovements } from './stock/list-movements.ts'
import { listStock } from './stock/list-stock.ts'
import { move, moveMany } from './stock/record-movements.ts'
import { readCatalogOnce, rememberForSale } from './stock/remember-for-sale.ts'

export const inventory = defineService({
  name: 'inventory',
  api: inventoryApi,
  settings,
  calls,
  migrations: join(import.meta.dirname, 'migrations'),
  insertOnly: ['stock_movement'],
  plansByIndex: true,
  open: async () => ({ resources: openResources() }),
  routes: {
    availability,
    stockLevels,
    listStock,
    move,
    moveMany,
    listMovements,
    reserve,
    readReservation,
    hold,
    pin,
    release,
  },
  reacts: [sellPlaced, returnRefunded, returnCanceledUnits, undoCanceled, holdStock, ...rememberForSale],
  figures: [stockFigures, invariantsOfStock],
  schedules: [
    checkInvariants,
    every(1, 'expire-reservations', expireReservations),
    every(2, 'read-catalog-once', readCatalogOnce),
  ],
})
