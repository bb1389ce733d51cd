// Settles the stock of an order together with the other orders of the same batch of messages, just before the commit, so that
// all locks are taken in the lock order (`lock-reservations.ts`) and one statement writes everything.
import type { MessageOf } from '@souk/contracts'
import type { OrderPlaced } from '@souk/contracts/orders'
import { Unprocessable } from '@souk/messaging'
import type { Transaction } from '@souk/service'
import type { InventoryContext } from '../context.ts'
import { thresholdEvents } from '../stock/threshold-events.ts'
import { lockOrStoreCanceled } from './lock-reservations.ts'
import { type Return, returnUnits } from './return-units.ts'
import { sellUnreserved } from './sell-unreserved.ts'
import {
  availabilityChanges,
  cancelReservation,
  holdsStock,
  type LockedReservation,
  type OrderLine,
  type Settlement,
  sellReservation,
} from './settlement.ts'
import { sellIfAllReserved, writeSettlements } from './write-settlements.ts'

type Placed = MessageOf<typeof OrderPlaced>['data']

/** What happened to an order; `canceled` is its id. */
type OrderEvent = { placed: Placed } | { back: Return } | { canceled: string }

/** Settles the stock of one order before the transaction commits. */
export function settleOrder(
  event: OrderEvent,
  { beforeCommit }: Pick<Transaction, 'beforeCommit'>,
  { settings }: InventoryContext,
): void {
  beforeCommit(settleOrders, { event, lowStock: settings.lowStock })
}

/** What happened to all orders of a batch. Order ids are in lower case, as the database returns them. */
interface OrderEvents {
  placed: ReadonlyMap<string, Placed>
  returns: readonly Return[]
  canceled: ReadonlySet<string>
}

async function settleOrders(
  items: readonly { event: OrderEvent; lowStock: number }[],
  { sql, send, withCommit }: Pick<Transaction, 'sql' | 'send' | 'withCommit'>,
): Promise<void> {
  const events = collect(items.map(({ event }) => event))
  const { placed, returns, canceled } = events
  const freesStock = returns.length > 0 || canceled.size > 0
  if (!freesStock && (await sellIfAllReserved(sql, [...placed.keys()]))) return

  const orderIds = new Set([...placed.keys(), ...returns.map(({ orderId }) => orderId), ...canceled])
  const locked = await lockOrStoreCanceled(sql, [...orderIds], [...canceled], freesStock)
  const reservationOf = new Map(locked.reservations.map((one) => [one.orderId, one]))
  const settlements = locked.reservations.flatMap((one) => settlementOf(one, events) ?? [])
  // Before the settlements are written: a cancellation returns what has not been returned before.
  const returned: OrderLine[] = []
  for (const back of returns)
    if (isSold(back, reservationOf.get(back.orderId), placed)) returned.push(...(await returnUnits(back, sql)))
  if (settlements.length > 0) withCommit(writeSettlements(sql, settlements))
  const changes = availabilityChanges(settlements, locked, returned)

  const unreserved = [...placed].find(([orderId]) => isUnreserved(reservationOf.get(orderId)))?.[1]
  if (unreserved) {
    // Its stock would be locked after that of the others, against the lock order. After this error each message is tried alone.
    if (items.length > 1) throw new Error(`Order ${unreserved.orderId} holds no stock and must be settled alone.`)
    changes.push(...(await sellUnreserved(unreserved, sql)))
  }
  send(...thresholdEvents(changes, items[0]?.lowStock ?? 0))
}

function collect(events: readonly OrderEvent[]): OrderEvents {
  const placed = new Map<string, Placed>()
  const returns: Return[] = []
  const canceled = new Set<string>()
  for (const event of events) {
    if ('placed' in event) placed.set(event.placed.orderId.toLowerCase(), event.placed)
    else if ('back' in event) returns.push({ ...event.back, orderId: event.back.orderId.toLowerCase() })
    else canceled.add(event.canceled.toLowerCase())
  }
  return { placed, returns, canceled }
}

/** A placed order is sold, a canceled one gives back; an order that is both in one batch is sold and then returned. */
function settlementOf(reservation: LockedReservation, { placed, canceled }: OrderEvents): Settlement | undefined {
  const { orderId } = reservation
  const sold = placed.has(orderId) ? sellReservation(reservation) : undefined
  const undone = canceled.has(orderId) ? cancelReservation(sold ?? reservation) : undefined
  if (sold && undone) return { ...undone, movements: [...sold.movements, ...undone.movements] }
  return undone ?? sold
}

/** A canceled order has returned everything. Units of an order that was never sold are set aside for a person. */
function isSold(
  { orderId }: Return,
  reservation: LockedReservation | undefined,
  placed: OrderEvents['placed'],
): boolean {
  if (reservation?.isCanceled) return false
  if (reservation?.status === 'committed') return true
  if (reservation && placed.has(orderId) && holdsStock(reservation.status)) return true
  throw new Unprocessable(`Order ${orderId} gets back units that were never sold: settle its sale first.`)
}

function isUnreserved(reservation: LockedReservation | undefined): boolean {
  if (!reservation) return true
  return ['released', 'expired', 'deferred'].includes(reservation.status) && !reservation.isCanceled
}
