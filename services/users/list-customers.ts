// GET /v1/customers: staff list customers, newest first, and find them by the beginning of a name or an e-mail address.
import { usersApi } from '@souk/contracts/users'
import { handle, pageOf, Refusal, readCursor } from '@souk/service'
import type { UsersContext } from './context.ts'
import type { Profile } from './profile/profile.ts'

const route = usersApi.routes.listCustomers

export const listCustomers = handle(route, async ({ query }, { sql }: UsersContext) => {
  const { limit = 20, cursor, q } = query
  const [after] = readCursor(route, cursor, 1) ?? []
  if (after !== undefined && !isId(after))
    throw new Refusal('invalid-cursor', 400, 'This cursor is not one of ours. Start again from the first page.')
  const beginning = q?.trim() ? beginsWith(q.trim().toLowerCase()) : null
  const rows = await sql<Profile>`
    select id, email, email_verified, name, role, created_at
    from shop_user
    where role = 'customer'
      and (${after ?? null}::uuid is null or id < ${after ?? null})
      and (${beginning}::text is null or email like ${beginning} or lower(name) like ${beginning})
    order by id desc
    limit ${limit + 1}`
  return pageOf(rows, limit, (row) => [row.id])
})

/** A pattern for `like`, with the text's own wildcards escaped. */
function beginsWith(text: string): string {
  return `${text.replace(/[\\%_]/g, '\\$&')}%`
}
function isId(value: string | number): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(String(value))
}
