// For the inventory's tests: the service alone, with the calls that orders and staff make.
import assert from 'node:assert/strict'
import { randomUUID, randomUUIDv7 } from 'node:crypto'
import type { Message } from '@souk/contracts'
import { inventoryApi, type Reservation, type StockLine } from '@souk/contracts/inventory'
import { OrderCanceled, OrderPlaced, OrderRefunded } from '@souk/contracts/orders'
import type { Caller } from '@souk/service'
import { anonymous, eventually, staff, startForTest, type TestOptions, type TestShop } from '@souk/service/fixture'
import { findProblems } from './invariants.ts'
import { expireReservations } from './reserve/expire-reservations.ts'
import { inventory } from './service.ts'

const orders: Caller = { service: 'orders', role: 'anonymous' }

export interface ReserveOptions {
  orderId?: string
  pinned?: boolean
  expiresAt?: string
  holder?: string
}
export type Counter = Awaited<ReturnType<typeof openCounter>>

export async function openCounter(options: TestOptions = {}) {
  const shop: TestShop = await startForTest([inventory], options)
  const asOrders = shop.as(inventoryApi, orders)
  const asStaff = shop.as(inventoryApi, staff)
  const { sql } = shop.database('inventory')
  const key = () => ({ 'idempotency-key': randomUUID() })

  return {
    shop,
    sql,
    asStaff,
    close: () => shop.stop(),
    key,
    newSku: () => `sku-${randomUUIDv7()}`,
    inSeconds: (seconds: number) => new Date(Date.now() + seconds * 1000).toISOString(),

    /** A new SKU of which so many lie at these locations. */
    async stocked(quantities: Record<string, number>): Promise<string> {
      const sku = `sku-${randomUUIDv7()}`
      const movements = Object.entries(quantities).map(([location, quantity]) => ({
        sku,
        location,
        kind: 'received' as const,
        quantity,
        reason: 'Delivery',
      }))
      await asStaff.moveMany({ body: { movements }, headers: key() })
      return sku
    },
    async move(sku: string, kind: string, quantity: number, location = 'main') {
      const body = { location, kind: kind as 'received', quantity, reason: 'Test' }
      return asStaff.move({ params: { sku }, body, headers: key() })
    },
    reserve(lines: StockLine[], { orderId = randomUUIDv7(), pinned = false, ...more }: ReserveOptions = {}) {
      return asOrders.reserve({ params: { orderId }, body: { lines, pinned, ...more } }) as Promise<Reservation>
    },
    read: (orderId: string) => asOrders.readReservation({ params: { orderId } }),
    pin: (orderId: string) => asOrders.pin({ params: { orderId } }),
    release: (orderId: string) => asOrders.release({ params: { orderId } }),
    async available(sku: string): Promise<number | undefined> {
      const { items } = await shop.as(inventoryApi, anonymous).availability({ query: { sku: [sku] } })
      return items[0]?.available
    },
    async level(sku: string, location = 'main') {
      const { items } = await asStaff.listStock({ query: { sku, location } })
      return items[0] && { onHand: items[0].onHand, reserved: items[0].reserved }
    },
    /** Another service's messages, as they would come. */
    async arrive(...messages: Message[]) {
      await shop.database('inventory').transaction(async ({ send }) => send(...messages))
      await shop.settle()
    },
    expireNow: () => {
      const running = shop.running.services.get('inventory')
      assert.ok(running)
      return expireReservations(running.context)
    },
    /** Messages about a SKU, in order: type and what can be bought. */
    async told(sku: string): Promise<string[]> {
      await shop.settle()
      return shop.transport.log
        .map((it) => JSON.parse(it.json) as { type: string; subject: string; data: { available?: number } })
        .filter((it) => it.subject === sku)
        .map((it) => `${it.type.replace('inventory.', '')} ${it.data.available ?? ''}`.trim())
    },
    /** Waits until somebody waits for a lock. */
    someoneWaits: () =>
      eventually('somebody waits for a lock', async () => {
        const waiting = await sql`
          select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`
        return waiting.length > 0
      }),
    /** Fails when an invariant of stock does not hold. */
    async sound() {
      assert.deepEqual(await findProblems(sql), [])
    },
  }
}

const price = { amount: 1999, currency: 'EUR' }
const totals = { subtotal: price, discount: price, shipping: price, tax: price, total: price, taxIncluded: true }
const basics = { number: 'S-1', email: 'ada@example.com', totals }
const sold = (lines: readonly StockLine[]) =>
  lines.map((line) => ({ ...line, title: 'Tea glass', unitPrice: price, lineTotal: price }))

/** The order service's word that an order is paid. */
export function placed(orderId: string, lines: readonly StockLine[]) {
  return OrderPlaced({
    ...basics,
    orderId,
    lines: sold(lines),
    shippingAddress: { name: 'Ada', line1: 'Sonnenallee 1', city: 'Berlin', postalCode: '12047', country: 'DE' },
    shippingMethod: { id: 'standard', name: 'Standard', price },
    accessKey: 'key',
    placedAt: new Date().toISOString(),
  })
}
/** The order service's word that an order will not be made. */
export function canceled(orderId: string, lines: readonly StockLine[], wasPaid: boolean) {
  return OrderCanceled({ ...basics, orderId, lines: sold(lines), reason: 'by-customer', wasPaid })
}
/** The order service's word that money went back for units that had not been sent. */
export function refunded(orderId: string, unsent: readonly StockLine[] | undefined, refundId: string = randomUUIDv7()) {
  return OrderRefunded({
    ...basics,
    orderId,
    refundId,
    amount: price,
    totalRefunded: price,
    reason: 'Broken',
    unsent: unsent?.map((line) => ({ ...line, title: 'Tea glass' })),
  })
}
