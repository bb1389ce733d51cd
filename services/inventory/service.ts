// The inventory service: how many there are, and for whom they are reserved.
import { join } from 'node:path'
import { inventoryApi } from '@souk/contracts/inventory'
import { defineService, every } from '@souk/service'
import { availability } from './availability.ts'
import { calls, type Resources, settings } from './context.ts'
import { expireReservations } from './expire-reservations.ts'
import { listMovements, listStock } from './list-stock.ts'
import { move, moveMany } from './movements.ts'
import { pin } from './pin.ts'
import { readReservation } from './read-reservation.ts'
import { release } from './release.ts'
import { reserve } from './reserve.ts'
import { holdStock, returnUnsent, sellPlaced, undoCanceled } from './settle-orders.ts'

export const inventory = defineService({
  name: 'inventory',
  api: inventoryApi,
  settings,
  calls,
  migrations: join(import.meta.dirname, 'migrations'),
  plansByIndex: true,
  open: async () => ({ resources: { scarce: new Map() } satisfies Resources }),
  routes: { availability, listStock, move, moveMany, listMovements, reserve, readReservation, pin, release },
  reacts: [sellPlaced, returnUnsent, undoCanceled, holdStock],
  schedules: [every(1, 'expire-reservations', expireReservations)],
})
