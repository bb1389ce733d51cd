// The SQL that gives a guest's cart to the customer who signed in.
import type { CartInput } from '@souk/contracts/orders'
import { json } from '@souk/postgres'
import type { OrdersContext } from '../context.ts'
import { findCurrentCartId } from './current-cart.ts'

export interface CartVersion {
  id: string
  version: number
}

/**
 * Merges a guest's cart into the customer's current cart and empties it, or makes it the current cart where there is none. `merge`
 * says what the current cart becomes. False when the guest's cart has another version by now, or an order exists for one of the carts.
 *
 * One customer takes one cart along at a time, and an edit of the current cart waits; so none of several carts at once is lost.
 */
export function takeCartAlong(
  guest: CartVersion,
  customerId: string,
  merge: (own: CartInput) => CartInput,
  context: OrdersContext,
): Promise<boolean> {
  return context.transaction(async ({ sql }) => {
    await sql`select pg_advisory_xact_lock(hashtextextended(${`cart of ${customerId}`}, 0))`
    const currentId = await findCurrentCartId(customerId, sql)
    const ids = currentId === undefined ? [guest.id] : [guest.id, currentId]
    const locked = await sql<CartVersion & { body: CartInput }>`
      select id, version, body from cart where id = any(${ids}::uuid[]) order by id for update`
    if (locked.find(({ id }) => id === guest.id)?.version !== guest.version) return false
    const own = locked.find(({ id }) => id === currentId)
    if (currentId !== undefined && !own) return false
    const taken = await sql`select id from unnest(${ids}::uuid[]) as given (id) where is_cart_taken(given.id)`
    if (taken.length > 0) return false

    const at = context.now().toISOString()
    if (!own) {
      await sql`
        update cart set customer_id = ${customerId}, version = version + 1, updated_at = ${at} where id = ${guest.id}`
      return true
    }
    await sql`
      update cart set body = ${json(merge(own.body))}, version = version + 1, updated_at = ${at} where id = ${own.id}`
    await sql`
      update cart set customer_id = ${customerId}, merged_into = ${own.id}, body = ${json({ lines: [] })},
        version = version + 1, updated_at = ${at}
      where id = ${guest.id}`
    return true
  })
}
