// The SQL of the cart table. A cart is read together with the prices of its SKUs, in one statement.
import type { CartInput, OrderStatus } from '@souk/contracts/orders'
import { batched, columns, json, type Sql, type Statement } from '@souk/postgres'
import type { Precondition } from '@souk/service'
import type { OrdersContext } from '../context.ts'
import { type FormerPrice, formerPricesAsJson } from './former-prices.ts'
import { mergeLines } from './price-cart.ts'
import { type PricedSku, pricesAsJson, skusInBody } from './price-list.ts'

/** The order in which a cart is being bought, or was. */
export interface OrderOfCart {
  id: string
  customerId: string | null
  status: OrderStatus
  /** True also when it was canceled later. */
  wasPaid: boolean
}
export interface StoredCart {
  id: string
  version: number
  /** Null for the cart of a guest. */
  customerId: string | null
  body: CartInput
  updatedAt: string
  prices: PricedSku[]
  /** Of goods whose prices have changed since the cart was stored. */
  formerPrices: FormerPrice[]
  order: OrderOfCart | null
}

export interface CartToStore extends Omit<Precondition, 'mustExist'> {
  id: string
  customerId: string | undefined
  /** Staff changes carts of others, and does not become their owner. */
  isStaff: boolean
  body: CartInput
  mayBeNew: boolean
}

const cartRows = columns<CartToStore>({
  id: ['uuid', (cart) => cart.id],
  customer_id: ['uuid', (cart) => cart.customerId],
  is_staff: ['boolean', (cart) => cart.isStaff],
  body: ['json', (cart) => json(cart.body)],
  skus: ['text[]', (cart) => skusOf(cart.body)],
  may_be_new: ['boolean', (cart) => cart.mayBeNew],
  must_be_new: ['boolean', (cart) => cart.mustBeNew],
  expected_versions: ['integer[]', (cart) => cart.expectedVersions],
  unwanted_versions: ['integer[]', (cart) => cart.unwantedVersions],
})

export type JustStored = Omit<StoredCart, 'body' | 'order' | 'formerPrices'>
/**
 * Stores a cart, new or changed, and returns it with its prices of now. Undefined when the price list does not know one of its
 * SKUs, when an order exists for it, when it belongs to somebody else, or when a condition does not hold.
 */
export const storeCart = batched<CartToStore, JustStored, OrdersContext>({
  key: (cart) => cart.id,
  keyOf: (stored) => stored.id,
  write: (carts, { sql, now }) =>
    sql<JustStored>`
      with given as materialized (
        select cart.*, ${pricesAsJson(sql, sql`cart.skus`)} as prices
        from ${cartRows(inOneOrder(carts, (cart) => cart.id))} as cart
      ), stored as (
        insert into cart (id, customer_id, body, updated_at)
        select id, customer_id, body, ${now().toISOString()}::timestamptz
        from given
        where json_array_length(prices) = cardinality(skus)
          and (may_be_new or coalesce((select true from cart known where known.id = given.id), false))
          and not exists (select from orders o where o.bought_cart_id = given.id)
        on conflict (id) do update set
          version = cart.version + 1,
          customer_id = coalesce(cart.customer_id,
            (select case when not is_staff then excluded.customer_id end from given where given.id = excluded.id)),
          body = excluded.body,
          updated_at = excluded.updated_at
        where cart.merged_into is null
          and exists (
            select from given
            where given.id = excluded.id
              and not must_be_new
              and (cart.customer_id is null or is_staff or cart.customer_id = excluded.customer_id)
              and (expected_versions is null or cart.version = any(expected_versions))
              and (unwanted_versions is null or cart.version <> all(unwanted_versions)))
          and not is_cart_taken(cart.id)
        returning id, version, customer_id, updated_at
      )
      select stored.id, stored.version, stored.customer_id, stored.updated_at, given.prices
      from stored
      join given on given.id = stored.id`,
  waitMs: 16,
})

/** A cart with its prices of now. A cart that was merged into another one does not exist any more. */
export async function findCart(id: string, sql: Sql): Promise<StoredCart | undefined> {
  const cart = await findCartOrMerged(id, sql)
  return cart?.mergedInto === null ? cart : undefined
}

/** The same, also of a cart that was merged. */
export async function findCartOrMerged(
  id: string,
  sql: Sql,
): Promise<(StoredCart & { mergedInto: string | null }) | undefined> {
  const [cart] = await sql<StoredCart & { mergedInto: string | null }>`
    select cart.id, cart.version, cart.customer_id, cart.body, cart.updated_at, cart.merged_into,
      ${pricesAsJson(sql, skusInBody(sql, sql`cart.body`))} as prices,
      ${formerPricesAsJson(sql, skusInBody(sql, sql`cart.body`), sql`cart.updated_at`)} as former_prices,
      ${orderOfCart(sql, sql`bought`)} as order
    from cart
    left join orders bought on bought.bought_cart_id = cart.id
    where cart.id = ${id}`
  return cart
}

/** The SKUs that the price list has never known. */
export async function findUnknownSkus(body: CartInput, sql: Sql): Promise<string[]> {
  const known = await sql<{ sku: string }>`select sku from price_list where sku = any(${skusOf(body)}::text[])`
  const skus = new Set(known.map(({ sku }) => sku))
  return skusOf(body).filter((sku) => !skus.has(sku))
}

/** What a checkout must know about its order id and its cart. */
export interface CartToBuy {
  /** The order that has this id already. */
  first: {
    cartId: string
    customerId: string | null
    amount: number
    currency: string
    /** Null in orders from before these were stored. */
    cartVersion: number | null
    paymentFingerprint: string | null
  } | null
  cart: (Pick<StoredCart, 'version' | 'customerId' | 'body'> & { prices: PricedSku[] }) | null
  order: OrderOfCart | null
}
type CartToBuyRow = Pick<CartToBuy, 'first' | 'order'> & { orderId: string; prices: PricedSku[] } & (
    | { body: CartInput; cartVersion: number; customerId: string | null }
    | { body: null }
  )

export async function findCartToBuy(orderId: string, cartId: string, context: OrdersContext): Promise<CartToBuy> {
  const row = (await readCartToBuy({ orderId, cartId }, context)) as CartToBuyRow // There is a row for every item.
  const { first, order, prices } = row
  if (row.body === null) return { first, order, cart: null }
  const { body, cartVersion: version, customerId } = row
  return { first, order, cart: { body, version, customerId, prices } }
}

const readCartToBuy = batched<{ orderId: string; cartId: string }, CartToBuyRow, OrdersContext>({
  key: ({ orderId }) => orderId,
  keyOf: ({ orderId }) => orderId,
  write: (items, { sql }) =>
    sql<CartToBuyRow>`
      select asked.order_id,
        case when first.id is not null then json_build_object(
          'cartId', first.cart_id, 'customerId', first.customer_id, 'amount', first.total_amount, 'currency', first.currency,
          'cartVersion', first.cart_version, 'paymentFingerprint', first.payment_fingerprint) end as first,
        ${orderOfCart(sql, sql`bought`)} as order,
        cart.body,
        cart.version as cart_version,
        cart.customer_id,
        ${pricesAsJson(sql, skusInBody(sql, sql`cart.body`))} as prices
      from unnest(${items.map((it) => it.orderId)}::uuid[], ${items.map((it) => it.cartId)}::uuid[])
        with ordinality as asked (order_id, cart_id, place)
      left join cart on cart.id = asked.cart_id and cart.merged_into is null
      left join orders first on first.id = asked.order_id
      left join orders bought on bought.bought_cart_id = asked.cart_id
      order by asked.place`,
  waitMs: 16,
})

/** Sorted, because statements that lock several carts must lock them in one order. */
export function inOneOrder<T>(items: readonly T[], idOf: (item: T) => string): T[] {
  return items.toSorted((one, other) => (idOf(one) < idOf(other) ? -1 : 1))
}

function skusOf(body: CartInput): string[] {
  return mergeLines(body.lines).map((line) => line.sku)
}

/** An order as an OrderOfCart. `order` is the alias of a left join. */
function orderOfCart(sql: Sql, order: Statement): Statement {
  return sql`
    case when ${order}.id is not null then json_build_object(
      'id', ${order}.id, 'customerId', ${order}.customer_id, 'status', ${order}.status,
      'wasPaid', ${order}.paid_at is not null) end`
}
