// The current cart of a customer: of the open carts that are theirs, the one that was changed last.
import type { Sql } from '@souk/postgres'

/** Undefined when the customer has none, or nobody is signed in. */
export async function findCurrentCartId(customerId: string | undefined, sql: Sql): Promise<string | undefined> {
  if (customerId === undefined) return undefined
  const [cart] = await sql<{ id: string }>`
    select id from cart
    where customer_id = ${customerId} and merged_into is null
      and not exists (select from orders o where o.bought_cart_id = cart.id)
    order by updated_at desc, id
    limit 1`
  return cart?.id
}
