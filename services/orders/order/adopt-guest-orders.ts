// Reaction to a proved e-mail address: the orders that were placed with it as a guest come into the account.
import { EmailProved } from '@souk/contracts/users'
import { on } from '@souk/service'

/** Newest first. The rest comes with the next proof. */
const mostOrders = 1_000

/**
 * Gives the account the orders of its address that belong to nobody. The message comes when the address was proved, and with each
 * sign-in to an account with a proved address, so guest orders that were placed since then come along. An order that has an owner
 * keeps it, whatever its address; so does a message that comes twice or late, after the address has moved to another account.
 */
export const adoptGuestOrders = on([EmailProved], async ({ userId, email }, { sql }) => {
  // A locked order is being changed now; waiting for several of them could block a checkout. The next proof finds it.
  await sql`
    update orders
    set customer_id = ${userId}
    where id in (
      select id
      from orders
      where lower(email) = lower(${email}) and customer_id is null
      order by number desc
      limit ${mostOrders}
      for no key update skip locked
    )`
})
