// Decides what becomes of the stock of a reservation when its order is placed or canceled, and what can be bought afterwards: pure.
import type { Reservation } from '@souk/contracts/inventory'
import type { AvailabilityChange } from '../stock/threshold-events.ts'

type Status = Reservation['status']
export interface LockedReservation {
  orderId: string
  status: Status
  /** The order is canceled, and its stock is settled. */
  isCanceled: boolean
}
/** How the stock of a reservation moves. */
export type MovementKind = 'sold' | 'released' | 'expired' | 'returned' | 'deferred'
/** What becomes of a reservation: its new state, and how all of its stock moves, in this order. */
export interface Settlement extends LockedReservation {
  movements: MovementKind[]
}
/** Units of a SKU in an order. */
export interface OrderLine {
  orderId: string
  sku: string
  quantity: number
}
export interface LockedReservations {
  reservations: LockedReservation[]
  /** Their lines without what has been returned. Empty, like `stock`, when no stock can become available. */
  lines: OrderLine[]
  /** One row per location. */
  stock: { sku: string; available: number }[]
}

/** By how much a moved unit changes the stock, and the reason in the ledger. */
export const movementEffects: Record<MovementKind, { onHand: number; reserved: number; reason: string }> = {
  sold: { onHand: -1, reserved: -1, reason: 'Sold' },
  released: { onHand: 0, reserved: -1, reason: 'The order gave it back' },
  expired: { onHand: 0, reserved: -1, reason: 'Its time ran out' },
  deferred: { onHand: 0, reserved: -1, reason: 'Given back until the payment is agreed' },
  returned: { onHand: 1, reserved: 0, reason: 'The paid order was canceled' },
}

export function holdsStock(status: Status): boolean {
  return status === 'active' || status === 'pinned'
}

/** The order is paid: its reserved stock is sold. Undefined when the reservation holds none. */
export function sellReservation({ orderId, status, isCanceled }: LockedReservation): Settlement | undefined {
  return holdsStock(status) ? { orderId, status: 'committed', isCanceled, movements: ['sold'] } : undefined
}

/** The order is canceled: reserved stock is released, sold stock is returned. Undefined when that was done before. */
export function cancelReservation({ orderId, status, isCanceled }: LockedReservation): Settlement | undefined {
  if (isCanceled) return undefined
  const movements: MovementKind[] = holdsStock(status) ? ['released'] : status === 'committed' ? ['returned'] : []
  return { orderId, status: status === 'expired' ? 'expired' : 'released', isCanceled: true, movements }
}

/**
 * The available units of each SKU before and after. A sale changes nothing: reserved stock was not available before either.
 * `returned` is what refunds and canceled units brought back just now; for an order that gives everything back it is part of the
 * order's own lines.
 */
export function availabilityChanges(
  settlements: readonly Settlement[],
  { lines, stock }: LockedReservations,
  returned: readonly OrderLine[] = [],
): AvailabilityChange[] {
  const givesAllBack = new Set(
    settlements.filter(({ movements }) => movements.some((kind) => kind !== 'sold')).map(({ orderId }) => orderId),
  )
  const freed = [
    ...lines.filter(({ orderId }) => givesAllBack.has(orderId)),
    ...returned.filter(({ orderId }) => !givesAllBack.has(orderId)),
  ]
  return [...new Set(freed.map(({ sku }) => sku))].map((sku) => {
    const before = sumOf(stock, sku, ({ available }) => available)
    return { sku, before, after: before + sumOf(freed, sku, ({ quantity }) => quantity) }
  })
}

function sumOf<R extends { sku: string }>(rows: readonly R[], sku: string, amountOf: (row: R) => number): number {
  return rows.reduce((sum, row) => sum + (row.sku === sku ? amountOf(row) : 0), 0)
}
