// The SQL that gives a guest's cart to the customer who signed in. What is decided on a version takes effect only on that version.
import type { CartInput } from '@souk/contracts/orders'
import { json, type Sql } from '@souk/postgres'
import type { OrdersContext } from '../context.ts'
import { findCurrentCartId } from './current-cart.ts'

export interface CartVersion {
  id: string
  version: number
}

/** Makes a guest's cart the current cart of a customer who has none. False when either has changed. */
export function adoptCart(guest: CartVersion, customerId: string, context: OrdersContext): Promise<boolean> {
  return context.transaction(async ({ sql }) => {
    if (!(await areUnchanged(undefined, [guest], customerId, sql))) return false
    await sql`
      update cart set customer_id = ${customerId}, version = version + 1, updated_at = ${context.now().toISOString()}
      where id = ${guest.id}`
    return true
  })
}

/** Stores the merged cart as the customer's own, and empties the guest's. False when either has changed. */
export function storeMerged(
  own: CartVersion,
  guest: CartVersion,
  body: CartInput,
  customerId: string,
  context: OrdersContext,
): Promise<boolean> {
  return context.transaction(async ({ sql }) => {
    if (!(await areUnchanged(own.id, [own, guest], customerId, sql))) return false
    const at = context.now().toISOString()
    await sql`
      update cart set body = ${json(body)}, version = version + 1, updated_at = ${at} where id = ${own.id}`
    await sql`
      update cart set customer_id = ${customerId}, merged_into = ${own.id}, body = ${json({ lines: [] })},
        version = version + 1, updated_at = ${at}
      where id = ${guest.id}`
    return true
  })
}

/**
 * Locks carts, and says whether they still have their versions, no order exists for them, and the customer has still this current
 * cart. One customer takes one cart along at a time, so that two carts at once do not both become the current one.
 */
async function areUnchanged(
  currentId: string | undefined,
  carts: readonly CartVersion[],
  customerId: string,
  sql: Sql,
): Promise<boolean> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`cart of ${customerId}`}, 0))`
  if ((await findCurrentCartId(customerId, sql)) !== currentId) return false
  const ids = carts.map((cart) => cart.id)
  const locked = await sql<CartVersion>`
    select id, version from cart where id = any(${ids}::uuid[]) order by id for update`
  const versions = new Map(locked.map(({ id, version }) => [id, version]))
  if (carts.some(({ id, version }) => versions.get(id) !== version)) return false
  const taken = await sql`select id from unnest(${ids}::uuid[]) as given (id) where is_cart_taken(given.id)`
  return taken.length === 0
}
