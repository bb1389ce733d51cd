// The SQL of the cart table. A cart is read together with the prices of its SKUs, in one statement.
import type { CartInput } from '@souk/contracts/orders'
import { batched, columns, json, type Sql, type Statement } from '@souk/postgres'
import type { OrdersContext } from '../context.ts'
import { type PricedSku, pricesAsJson, skusInBody } from './price-list.ts'

export interface StoredCart {
  id: string
  version: number
  status: 'open' | 'ordered'
  body: CartInput
  updatedAt: string
  prices: PricedSku[]
}

export interface CartToStore {
  id: string
  customerId: string | undefined
  body: CartInput
  /** The version that the cart must have now; undefined: any. */
  expectedVersion: number | undefined
}

const cartRows = columns<CartToStore>({
  id: ['uuid', (cart) => cart.id],
  customer_id: ['uuid', (cart) => cart.customerId],
  body: ['json', (cart) => json(cart.body)],
  expected_version: ['integer', (cart) => cart.expectedVersion],
})

type JustStored = Omit<StoredCart, 'body'>
/**
 * Stores a cart, new or changed, and returns it with its prices of now. Undefined when it has been ordered or has another
 * version than expected.
 */
export const storeCart = batched<CartToStore, JustStored, OrdersContext>({
  key: (cart) => cart.id,
  keyOf: (stored) => stored.id,
  write: (carts, { sql, now }) =>
    sql<JustStored>`
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
        where not ${isOrdered(sql, sql`cart.id`)}
          and cart.version = coalesce((select expected_version from given where given.id = excluded.id), cart.version)
        returning id, version, body, updated_at
      )
      select id, version, 'open' as status, updated_at,
        ${pricesAsJson(sql, skusInBody(sql, sql`stored.body`))} as prices
      from stored`,
  waitMs: 16,
})

/** A cart with its prices of now. */
export async function findCart(id: string, sql: Sql): Promise<StoredCart | undefined> {
  const [cart] = await sql<StoredCart>`
    select id, version, case when ${isOrdered(sql, sql`cart.id`)} then 'ordered' else 'open' end as status, body, updated_at,
      ${pricesAsJson(sql, skusInBody(sql, sql`cart.body`))} as prices
    from cart
    where id = ${id}`
  return cart
}

/** Why a cart could not be stored: what became of it meanwhile. Undefined when it is not there. */
export async function findCartState(
  id: string,
  sql: Sql,
): Promise<{ isOrdered: boolean; version: number } | undefined> {
  const [state] = await sql<{ isOrdered: boolean; version: number }>`
    select ${isOrdered(sql, sql`cart.id`)} as is_ordered, version from cart where id = ${id}`
  return state
}

/** What a checkout must know about its order id and its cart. */
export interface CartToBuy {
  /** The cart of the order that has this id; null when no order has it. */
  cartOfOrder: string | null
  /** The order that the cart has become; null when there is none, or when it was canceled. */
  orderOfCart: string | null
  /** True when the cart has been paid for, even if its order was canceled later. */
  isBought: boolean
  /** Null when there is no such cart. */
  body: CartInput | null
  cartVersion: number | null
  prices: PricedSku[]
}

export async function findCartToBuy(orderId: string, cartId: string, context: OrdersContext): Promise<CartToBuy> {
  return (await readCartToBuy({ orderId, cartId }, context)) as CartToBuy // The statement returns a row for every item.
}

const readCartToBuy = batched<{ orderId: string; cartId: string }, CartToBuy & { orderId: string }, OrdersContext>({
  key: ({ orderId }) => orderId,
  keyOf: ({ orderId }) => orderId,
  write: (items, { sql }) =>
    sql<CartToBuy & { orderId: string }>`
      select asked.order_id,
        (select cart_id from orders where id = asked.order_id) as cart_of_order,
        case when bought.status <> 'canceled' then bought.id end as order_of_cart,
        bought.id is not null as is_bought,
        cart.body,
        cart.version as cart_version,
        ${pricesAsJson(sql, skusInBody(sql, sql`cart.body`))} as prices
      from unnest(${items.map((it) => it.orderId)}::uuid[], ${items.map((it) => it.cartId)}::uuid[])
        with ordinality as asked (order_id, cart_id, place)
      left join cart on cart.id = asked.cart_id
      left join orders bought on bought.bought_cart_id = asked.cart_id
      order by asked.place`,
  waitMs: 16,
})

/** Deletes at most 1000 carts that were last changed more than `days` ago. */
export async function deleteOldCarts(days: number, now: Date, sql: Sql): Promise<void> {
  await sql`
    delete from cart
    where id in (
      select id from cart
      where updated_at < ${now.toISOString()}::timestamptz - make_interval(days => ${days})
      limit 1000
      for update skip locked)`
}

/** The condition that a cart has been ordered and paid for. `cartId` is the column that holds its id. */
function isOrdered(sql: Sql, cartId: Statement): Statement {
  return sql`exists (select from orders o where o.bought_cart_id = ${cartId} and o.paid_at is not null)`
}
