// The SQL that deletes old carts, some at a time.
import type { Sql } from '@souk/postgres'

/** Deletes carts that were last changed before a time. */
export async function deleteCarts(before: Date, most: number, sql: Sql): Promise<void> {
  await sql`
    delete from cart
    where id in (
      select id from cart
      where updated_at < ${before.toISOString()}::timestamptz
      limit ${most}
      for update skip locked)`
}

/** Deletes carts without owner and e-mail address that were last changed between two times. Returns how many it deleted. */
export async function deleteGuestCarts(from: Date, until: Date, most: number, sql: Sql): Promise<number> {
  const deleted = await sql`
    delete from cart
    where id in (
      select id from cart
      where updated_at >= ${from.toISOString()}::timestamptz and updated_at < ${until.toISOString()}::timestamptz
        and customer_id is null and body ->> 'email' is null
      limit ${most}
      for update skip locked)
    returning id`
  return deleted.length
}
