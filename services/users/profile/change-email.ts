// POST /v1/me/email: a customer asks to change the e-mail address. The new address gets a link, the old one is told.
import { randomBytes } from 'node:crypto'
import { EmailChangeRequested, usersApi } from '@souk/contracts/users'
import { handle, type Request, refuse } from '@souk/service'
import type { UsersContext } from '../context.ts'
import { linkUrl } from '../mail-links/link-urls.ts'
import { recordEvent } from '../security-events.ts'
import { hashOf } from '../sessions/session-token.ts'
import { mailLimit } from '../sign-in/attempt-limits.ts'
import { countAttempt } from '../sign-in/count-attempts.ts'
import { requirePassword } from './require-password.ts'

const route = usersApi.routes.changeEmail
const hourMs = 3_600_000

export const changeEmail = handle(route, (request, context: UsersContext) =>
  context.resources.passwords.admit(() => requestChange(request, context)),
)

async function requestChange(request: Request<typeof route>, context: UsersContext) {
  const { body, caller } = request
  const newEmail = body.email.toLowerCase()
  const { userId, email, name } = await requirePassword(request, body.password, context)
  if (newEmail === email) refuse(route, 'email-unchanged', 'This is the address of your account already.')
  // A mail goes to each of them.
  await countAttempt(context, [mailLimit(newEmail), mailLimit(email)])

  const token = randomBytes(24).toString('base64url')
  const expiresAt = new Date(context.now().getTime() + context.settings.verificationHours * hourMs).toISOString()
  await context.transaction(async ({ sql, send }) => {
    await sql`
      insert into email_change (user_id, token_hash, new_email, session_id, expires_at)
      values (${userId}, ${hashOf(token)}, ${newEmail}, ${caller.sessionId ?? null}, ${expiresAt})
      on conflict (user_id) do update set
        token_hash = excluded.token_hash, new_email = excluded.new_email,
        session_id = excluded.session_id, expires_at = excluded.expires_at`
    send(
      EmailChangeRequested({ userId, email, name, newEmail, url: linkUrl('change-email', token, context), expiresAt }),
    )
  })
  recordEvent('email-change-requested', request, context, { outcome: 'allowed', email, userId })
  return { email: newEmail, expiresAt }
}
