// What an order requests, the outcome, and a reservation as the contract describes it, made from its rows.
import type { Reservation } from '@souk/contracts/inventory'
import type { Demand } from '../stock/demand.ts'
import type { MissingStock } from './allocation.ts'

/** What an order requests. Its id is in lower case. */
export interface ReservationRequest extends Demand {
  orderId: string
  pinned: boolean
  expiresAt: string | undefined
}

export type ReserveOutcome =
  | { kind: 'reserved'; reservation: Reservation }
  | { kind: 'out-of-stock'; missing: MissingStock[] }
  | { kind: 'reservation-over' | 'different-lines' }

/** One row per line; a reservation without lines has one row whose sku is null. */
export interface ReservationRow {
  status: Reservation['status']
  expiresAt: string | null
  sku: string | null
  location: string
  quantity: number
}

export function reservationOf(orderId: string, rows: readonly [ReservationRow, ...ReservationRow[]]): Reservation {
  const [{ status, expiresAt }] = rows
  return {
    orderId,
    status,
    expiresAt: expiresAt ?? undefined,
    lines: rows.flatMap(({ sku, location, quantity }) => (sku === null ? [] : [{ sku, location, quantity }])),
  }
}
