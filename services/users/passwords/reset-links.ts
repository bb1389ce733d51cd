// Links to choose a new password. An account has one at a time: a newer link replaces the older one, and a change of the password
// deletes it (a trigger). better-auth uses them up, so they are stored in its table and in its form.
import { randomBytes, randomUUIDv7 } from 'node:crypto'
import { PasswordResetRequested, type SignUpRepeated } from '@souk/contracts/users'
import type { UsersContext } from '../context.ts'
import { linkUrl } from '../mail-links/link-urls.ts'
import { hashOf } from '../sessions/session-token.ts'

interface Person {
  id: string
  email: string
  name: string
}
const minuteMs = 60_000

/**
 * Makes the link of an account and sends the message that mails it. `page`: a page of the shop that takes the token as `token` in
 * its query; without it, the link opens our own page.
 */
export async function sendResetLink(
  user: Person,
  { transaction, now, settings, shared }: UsersContext,
  {
    page,
    message = PasswordResetRequested,
  }: { page?: URL; message?: typeof PasswordResetRequested | typeof SignUpRepeated } = {},
): Promise<void> {
  const token = randomBytes(24).toString('base64url')
  const time = now()
  const expiresAt = new Date(time.getTime() + settings.resetMinutes * minuteMs).toISOString()
  const url = page ? withToken(page, token) : linkUrl('reset-password', token, { shared })
  await transaction(async ({ sql, send }) => {
    // The lock puts two requests at once in a row, so that one link is left.
    const [found] = await sql`select id from shop_user where id = ${user.id} for no key update`
    if (!found) return
    await sql`delete from verification where value = ${user.id}`
    await sql`
      insert into verification (id, identifier, value, expires_at, created_at, updated_at)
      values (${randomUUIDv7()}, ${resetIdentifier(token)}, ${user.id}, ${expiresAt}, ${time.toISOString()}, ${time.toISOString()})`
    send(message({ userId: user.id, email: user.email, name: user.name, url, expiresAt }))
  })
}

/** What better-auth looks a link up by. The database keeps the hash alone. */
export function resetIdentifier(token: string): string {
  return hashOf(`reset-password:${token}`)
}
function withToken(page: URL, token: string): string {
  const url = new URL(page)
  url.searchParams.set('token', token)
  return url.href
}
