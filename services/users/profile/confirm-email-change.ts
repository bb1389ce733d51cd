// Changes the e-mail address of an account, by the link that was mailed to the new address.
import { EmailChanged } from '@souk/contracts/users'
import { isDuplicate } from '@souk/postgres'
import { Refusal, type Request } from '@souk/service'
import type { UsersContext } from '../context.ts'
import { deadLink } from '../mail-links/dead-link.ts'
import { recordEvent } from '../security-events.ts'
import { hashOf } from '../sessions/session-token.ts'

interface Changed {
  userId: string
  name: string
  oldEmail: string
  newEmail: string
}

/**
 * Uses the link up: the account gets the new address, proved; links to the old address stop working, and all sessions end but the one
 * that asked for the change. Refuses a link that no longer works (invalid-token), and an address that has an account by now
 * (email-taken).
 */
export async function confirmEmailChange(
  token: string,
  request: Pick<Request, 'ip'>,
  context: UsersContext,
): Promise<void> {
  const changed = await change(token, context)
  if (!changed) throw deadLink('change-email', request, context)
  const { userId, oldEmail, newEmail } = changed
  recordEvent('email-changed', request, context, { outcome: 'allowed', email: oldEmail, userId, reason: 'old address' })
  recordEvent('email-changed', request, context, { outcome: 'allowed', email: newEmail, userId, reason: 'new address' })
}

async function change(token: string, { transaction, now }: UsersContext): Promise<Changed | undefined> {
  const time = now().toISOString()
  try {
    return await transaction(async ({ sql, send }) => {
      const [asked] = await sql<{ userId: string; newEmail: string; sessionId: string | null }>`
        delete from email_change
        where token_hash = ${hashOf(token)} and expires_at > ${time}
        returning user_id, new_email, session_id`
      if (!asked) return undefined
      const { userId, newEmail, sessionId } = asked
      const [user] = await sql<{ email: string; name: string }>`
        select email, name from shop_user where id = ${userId} for update`
      if (!user) return undefined
      await sql`
        update shop_user set email = ${newEmail}, email_verified = true, updated_at = ${time} where id = ${userId}`
      await sql`delete from session where user_id = ${userId} and id is distinct from ${sessionId}::uuid`
      await sql`delete from verification where value = ${userId}`
      const { email: oldEmail, name } = user
      send(EmailChanged({ userId, email: oldEmail, name, newEmail }))
      return { userId, name, oldEmail, newEmail }
    })
  } catch (error) {
    if (!isDuplicate(error)) throw error
    throw new Refusal(
      'email-taken',
      409,
      'Another account has this address. Sign in with it, or choose another address.',
    )
  }
}
