// The fixture of this service's tests: orders runs with a fake inventory and a fake payments service, and a few functions
// take a customer from a cart to an order.
import { randomUUID } from 'node:crypto'
import type { Message } from '@souk/contracts'
import { type Cart, type CartInput, type Order, ordersApi } from '@souk/contracts/orders'
import { ProductChanged } from '@souk/contracts/products'
import type { Caller } from '@souk/service'
import { anonymous, startForTest, type TestOptions, type TestShop } from '@souk/service/fixture'
import { makeFakeServices } from './fakes.ts'
import { orders } from './service.ts'

const { routes } = ordersApi
export const address = {
  name: 'Lena Vogt',
  line1: 'Weserstraße 41',
  city: 'Berlin',
  postalCode: '12045',
  country: 'DE',
}
export const eur = (amount: number) => ({ amount, currency: 'EUR' })

export type OrdersShop = Awaited<ReturnType<typeof openShop>>

export async function openShop(options: TestOptions = {}) {
  const { fakes, services } = makeFakeServices()
  // A test stores more carts a minute than a customer.
  const env = { ORDERS_NEW_CARTS: 'off', ...options.env }
  const shop = await startForTest([orders, ...services], { ...options, env })
  const { database } = shop
  const publish = (...messages: Message[]) => database('orders').transaction(async ({ send }) => send(...messages))

  return {
    ...shop,
    fakes,
    /** Publishes messages of other services. */
    publish,
    /** Publishes messages of other services and waits until this one has handled them. */
    async deliver(...messages: Message[]) {
      await publish(...messages)
      await shop.settle()
    },
    /** Puts a product with one variant up for sale and returns its SKU. */
    async sell(sku: string, amount: number, more: SellOptions = {}) {
      if (more.stock !== undefined) fakes.stock.set(sku, more.stock)
      const variants = [{ sku, title: '', prices: [eur(amount)], weightGrams: more.weightGrams ?? 500 }]
      const product = {
        productId: randomUUID(),
        slug: sku.toLowerCase(),
        title: more.title ?? sku,
        version: 1,
        variants,
      }
      await publish(ProductChanged({ ...product, status: more.status ?? 'published' }))
      await shop.settle()
      return sku
    },
    putCart: (body: CartInput, id: string = randomUUID(), caller: Caller = anonymous) =>
      shop.as(ordersApi, caller).putCart({ params: { id }, body }),
    /** Stores a complete cart. */
    fullCart(lines: CartInput['lines'], caller: Caller = anonymous, more: Partial<CartInput> = {}) {
      const body = { email: 'lena@souk.example', lines, shippingAddress: address, shippingMethod: 'standard', ...more }
      return shop.as(ordersApi, caller).putCart({ params: { id: randomUUID() }, body })
    },
    /** Checks out. Returns status and body, also of a refusal. */
    buy: (cart: Cart, more: Purchase = {}) => buy(shop, cart, more),
    /** A paid order of some units of one SKU, placed by a customer or a guest. */
    async placedOrder(sku: string, quantity = 1, caller: Caller = anonymous): Promise<Order> {
      const { status, order } = await buy(shop, await this.fullCart([{ sku, quantity }], caller), { caller })
      if (status !== 201) throw new Error(`The order was not placed: ${JSON.stringify(order)}`)
      return order
    },
    async statusOf(orderId: string): Promise<string | undefined> {
      const [row] = await database('orders').sql<{ status: string }>`select status from orders where id = ${orderId}`
      return row?.status
    },
    /** The types of the messages about an order, in the order in which they were sent. */
    async sentAbout(orderId: string): Promise<string[]> {
      await shop.settle()
      return shop.transport.log.filter((one) => one.key === orderId).map((one) => one.type)
    },
  }
}

interface SellOptions {
  weightGrams?: number
  title?: string
  stock?: number
  status?: 'draft' | 'published'
}
interface Purchase {
  orderId?: string
  token?: string
  caller?: Caller
  provider?: string
  /** The total that the customer expects, in cents, in place of the cart's. */
  total?: number
  cartVersion?: number
  headers?: Record<string, string>
}

async function buy(
  shop: TestShop,
  cart: Cart,
  { orderId, token, caller, provider, total, cartVersion, headers }: Purchase,
) {
  const body = {
    cartId: cart.id,
    cartVersion,
    expectedTotal: total === undefined ? cart.totals.total : eur(total),
    payment: { provider: provider ?? 'simulator', token: token ?? 'tok_ok' },
  }
  const params = { orderId: orderId ?? randomUUID() }
  const answer = await shop.request(routes.checkout, { params, body, headers }, caller ?? anonymous)
  return { status: answer.status, order: answer.body as Order, problem: answer.body as Record<string, unknown> }
}

/** The headers of a request with an Idempotency-Key; with `orderKey`, of a guest who has the order's key. */
export function keyed(orderKey?: string): Record<string, string> {
  return { 'idempotency-key': randomUUID(), ...(orderKey ? { 'order-key': orderKey } : {}) }
}
