// The test fixture of the inventory service: the service alone, the calls that orders and staff make, and the orders' messages.
import assert from 'node:assert/strict'
import { randomUUID, randomUUIDv7 } from 'node:crypto'
import type { Message, ReplyOf } from '@souk/contracts'
import { inventoryApi, type Reservation, type StockLine } from '@souk/contracts/inventory'
import { OrderCanceled, OrderPlaced, OrderRefunded, UnitsCanceled } from '@souk/contracts/orders'
import { productsApi } from '@souk/contracts/products'
import { type Caller, defineService, handle } from '@souk/service'
import { eventually, staff, startForTest, type TestOptions, type TestShop } from '@souk/service/fixture'
import { findProblems } from './invariants.ts'
import { expireReservations } from './reserve/expire-reservations.ts'
import { inventory } from './service.ts'

const ordersService: Caller = { service: 'orders', role: 'anonymous' }

export interface ReserveOptions {
  orderId?: string
  pinned?: boolean
  expiresAt?: string
}
export interface HoldOptions {
  until?: string
  /** In cents. */
  value?: number
  network?: string
  mailbox?: string
  customer?: string
}
export type TestInventory = Awaited<ReturnType<typeof openInventory>>

type SkusOfProduct = ReplyOf<typeof productsApi.routes.listSkus>['items'][number]

/** `products`: what there was before inventory listened. */
export async function openInventory(options: TestOptions & { products?: SkusOfProduct[] } = {}) {
  const shop: TestShop = await startForTest([inventory, fakeProducts(options.products ?? [])], options)
  return { shop, close: () => shop.stop(), ...callsOf(shop), ...observationsOf(shop) }
}

function fakeProducts(products: SkusOfProduct[]) {
  const { listSkus } = productsApi.routes
  return defineService({
    name: 'products',
    api: { ...productsApi, routes: { listSkus } },
    settings: {},
    calls: {},
    routes: {
      listSkus: handle(listSkus, async ({ query }) => ({
        items: products.filter(({ productId }) => productId > query.after).slice(0, query.limit),
      })),
    },
  })
}

/** What staff and the orders service ask of the inventory. */
function callsOf(shop: TestShop) {
  const asOrders = shop.as(inventoryApi, ordersService)
  const asStaff = shop.as(inventoryApi, staff)
  const key = () => ({ 'idempotency-key': randomUUID() })
  const newSku = () => `sku-${randomUUIDv7()}`
  return {
    asStaff,
    key,
    newSku,
    inSeconds: (seconds: number) => new Date(Date.now() + seconds * 1000).toISOString(),

    /** A new SKU with these quantities, by location. */
    async stocked(quantities: Record<string, number>): Promise<string> {
      const sku = newSku()
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
    hold: (orderId: string, { until, value = 0, mailbox = randomUUID(), ...heldBy }: HoldOptions = {}) =>
      asOrders.hold({
        params: { orderId },
        body: {
          until: until ?? new Date(Date.now() + 60_000).toISOString(),
          value: { amount: value, currency: 'EUR' },
          heldBy: { mailbox, ...heldBy },
        },
      }),
    pin: (orderId: string) => asOrders.pin({ params: { orderId } }),
    release: (orderId: string) => asOrders.release({ params: { orderId } }),
    /** Delivers messages of other services, and waits until nothing is under way. */
    async receive(...messages: Message[]) {
      await shop.database('inventory').transaction(async ({ send }) => send(...messages))
      await shop.settle()
    },
    expireNow: () => {
      const running = shop.running.services.get('inventory')
      assert.ok(running)
      return expireReservations(running.context)
    },
  }
}

/** What a test looks at afterwards. */
function observationsOf(shop: TestShop) {
  const { sql } = shop.database('inventory')
  return {
    sql,
    async available(sku: string): Promise<number | undefined> {
      const { items } = await shop.as(inventoryApi, ordersService).stockLevels({ query: { sku: [sku] } })
      return items[0]?.available
    },
    async level(sku: string, location = 'main') {
      const { items } = await shop.as(inventoryApi, staff).listStock({ query: { sku, location } })
      return items[0] && { onHand: items[0].onHand, reserved: items[0].reserved }
    },
    /** The messages about a SKU, in their order, as `type available`. */
    async eventsOf(sku: string): Promise<string[]> {
      await shop.settle()
      return shop.transport.log
        .map((it) => JSON.parse(it.json) as { type: string; subject: string; data: { available?: number } })
        .filter((it) => it.subject === sku)
        .map((it) => `${it.type.replace('inventory.', '')} ${it.data.available ?? ''}`.trim())
    },
    /** Resolves as soon as a statement waits for a lock. */
    waitForBlockedStatement: () =>
      eventually('a statement waits for a lock', async () => {
        const blocked = await sql`
          select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`
        return blocked.length > 0
      }),
    /** Fails when an invariant of stock is broken. */
    async assertInvariants() {
      assert.deepEqual(await findProblems(sql), [])
    },
  }
}

const price = { amount: 1999, currency: 'EUR' }
const totals = { subtotal: price, discount: price, shipping: price, tax: price, total: price, taxIncluded: true }
const orderFields = { number: 'S-1', email: 'ada@example.com', totals }
const orderLines = (lines: readonly StockLine[]) =>
  lines.map((line) => ({ ...line, title: 'Tea glass', unitPrice: price, lineTotal: price }))

/** The message that an order is paid. */
export function placed(orderId: string, lines: readonly StockLine[]) {
  return OrderPlaced({
    ...orderFields,
    orderId,
    lines: orderLines(lines),
    shippingAddress: { name: 'Ada', line1: 'Sonnenallee 1', city: 'Berlin', postalCode: '12047', country: 'DE' },
    shippingMethod: { id: 'standard', name: 'Standard', price },
    accessKey: 'key',
    placedAt: new Date().toISOString(),
  })
}
/** The message that an order is canceled. */
export function canceled(orderId: string, lines: readonly StockLine[], wasPaid: boolean) {
  return OrderCanceled({ ...orderFields, orderId, lines: orderLines(lines), reason: 'by-customer', wasPaid })
}
/** The message that money went back, with the units that had not been sent, and those that came back. */
export function refunded(
  orderId: string,
  unsent: readonly StockLine[] | undefined,
  refundId: string = randomUUIDv7(),
  restocked?: readonly StockLine[],
) {
  return OrderRefunded({
    ...orderFields,
    orderId,
    refundId,
    amount: price,
    totalRefunded: price,
    reason: 'Broken',
    unsent: unsent && titled(unsent),
    restocked: restocked && titled(restocked),
  })
}
/** The message that units will not be sent, for which no money moves. */
export function unitsCanceled(orderId: string, units: readonly StockLine[], cancellationId: string = randomUUIDv7()) {
  return UnitsCanceled({ ...orderFields, orderId, cancellationId, reason: 'Broken', units: titled(units) })
}
function titled(lines: readonly StockLine[]) {
  return lines.map((line) => ({ ...line, title: 'Tea glass' }))
}
