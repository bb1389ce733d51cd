// PUT and GET /v1/carts/:id. The client keeps the whole cart and sends it whole; the server stores it and says what it costs.
// The id is chosen by the client and unguessable: who knows it may read and change the cart.
import { type Cart, type CartInput, ordersApi } from '@souk/contracts/orders'
import { batched, columns, json, type Sql, type Statement } from '@souk/postgres'
import { handle, refuse } from '@souk/service'
import { mergeLines, type PricedCart, priceCart } from './cart.ts'
import type { OrdersContext } from './context.ts'
import { type PricedSku, pricesAsJson, pricesVersion, skusIn } from './price-list.ts'
import { shippingMethodsFor } from './shipping.ts'

const { routes } = ordersApi
const mostUnits = 999

export interface StoredCart {
  id: string
  version: number
  status: 'open' | 'ordered'
  body: CartInput
  updatedAt: string
  prices: PricedSku[]
  pricesVersion: number
}

export const putCart = handle(routes.putCart, async ({ params, body, headers, caller }, context: OrdersContext) => {
  const tooMany = mergeLines(body.lines).find((line) => line.quantity > mostUnits)
  if (tooMany) {
    refuse(routes.putCart, 'invalid-request', `At most ${mostUnits} units of ${tooMany.sku} fit into one cart.`)
  }
  const expected = versionIn(headers['if-match'])
  const id = params.id.toLowerCase()
  context.resources.stockHints.prepare(
    body.lines.map(({ sku }) => sku),
    context.clients.inventory,
  )
  const stored = await storeCart({ id, customerId: caller.userId, body, expected }, context)
  if (!stored) return refuseToStore(id, context.sql)
  const priced = priceCart(body, stored.prices)
  const { version: cartVersion, pricesVersion } = stored
  context.resources.pricedCarts.keep(id, { body, priced, cartVersion, pricesVersion })
  return cartView({ ...stored, body }, priced, context)
})

interface CartToStore {
  id: string
  customerId: string | undefined
  body: CartInput
  /** The version that it must have now. */
  expected: number | undefined
}

const cartRows = columns<CartToStore>({
  id: ['uuid', (cart) => cart.id],
  customer_id: ['uuid', (cart) => cart.customerId],
  body: ['json', (cart) => json(cart.body)],
  expected: ['integer', (cart) => cart.expected],
})

/** The cart as it is now, or undefined when it was ordered or has another version than expected. */
const storeCart = batched<CartToStore, StoredCart, OrdersContext>({
  key: (cart) => cart.id,
  keyOf: (stored) => stored.id,
  write: (carts, { sql, now }) =>
    sql<StoredCart>`
      with given as materialized (
        select * from ${cartRows(carts)} as cart
      ), stored as (
        insert into cart (id, customer_id, body, updated_at)
        select id, customer_id, body, ${now().toISOString()}::timestamptz from given
        on conflict (id) do update set
          version = cart.version + 1,
          customer_id = coalesce(excluded.customer_id, cart.customer_id),
          body = excluded.body,
          updated_at = excluded.updated_at
        where not ${isOrdered(sql)}
          and cart.version = coalesce((select expected from given where given.id = excluded.id), cart.version)
        returning id, version, body, updated_at
      )
      select id, version, 'open' as status, updated_at, ${pricesAsJson(sql, skusIn(sql))} as prices,
        ${pricesVersion(sql)} as prices_version
      from stored as cart`,
  waitMs: 16,
})

export const readCart = handle(routes.readCart, async ({ params }, context: OrdersContext) => {
  const [stored] = await context.sql<Omit<StoredCart, 'pricesVersion'>>`
    select id, version, case when ${isOrdered(context.sql)} then 'ordered' else 'open' end as status, body, updated_at,
      ${pricesAsJson(context.sql, skusIn(context.sql))} as prices
    from cart
    where id = ${params.id}`
  if (!stored) refuse(routes.readCart, 'not-found', 'There is no such cart.')
  return cartView(stored, priceCart(stored.body, stored.prices), context)
})

export const listShippingMethods = handle(routes.shippingMethods, async ({ query }, _context: OrdersContext) => ({
  items: shippingMethodsFor(query.country, query.currency ?? 'EUR', query.weightGrams ?? 0),
}))

/** Carts nobody has touched for a month. What was bought is in the order. */
export async function forgetCarts({ sql, now }: OrdersContext): Promise<void> {
  const keptDays = 30
  await sql`
    delete from cart
    where id in (
      select id from cart
      where updated_at < ${now().toISOString()}::timestamptz - make_interval(days => ${keptDays})
      limit 1000
      for update skip locked)`
}

function isOrdered(sql: Sql): Statement {
  return sql`exists (select from orders o where o.bought_cart_id = cart.id and o.paid_at is not null)`
}

async function refuseToStore(id: string, sql: Sql): Promise<never> {
  const [found] = await sql<{ isOrdered: boolean; version: number }>`
    select ${isOrdered(sql)} as is_ordered, version from cart where id = ${id}`
  if (found?.isOrdered) {
    refuse(routes.putCart, 'cart-ordered', 'This cart has been ordered. Start a new one.')
  }
  refuse(routes.putCart, 'version-conflict', 'The cart was changed in another tab. Read it again.', {
    version: found?.version,
  })
}

async function cartView(
  { id, version, status, body, updatedAt }: Omit<StoredCart, 'prices' | 'pricesVersion'>,
  priced: PricedCart,
  context: OrdersContext,
): Promise<Cart> {
  const stockProblems =
    status === 'open' ? await context.resources.stockHints.problemsOf(priced.lines, context.clients.inventory) : []
  return {
    id,
    version,
    status,
    email: body.email,
    currency: priced.currency,
    lines: [...priced.lines, ...priced.unsellable],
    shippingAddress: body.shippingAddress,
    billingAddress: body.billingAddress,
    shippingMethod: priced.shippingMethod?.id,
    shippingMethods: priced.shippingMethods,
    codes: body.codes ?? [],
    totals: priced.totals,
    problems: [...priced.problems, ...stockProblems],
    updatedAt,
  }
}

/** The version in an If-Match header, as 3 or "3"; `*` and no header mean any. */
function versionIn(header: string | undefined): number | undefined {
  if (header === undefined || header === '*') return undefined
  const version = Number(/^(?:W\/)?"?(\d{1,9})"?$/.exec(header)?.[1])
  return Number.isNaN(version)
    ? refuse(routes.putCart, 'invalid-request', 'If-Match is not the version of a cart.')
    : version
}
