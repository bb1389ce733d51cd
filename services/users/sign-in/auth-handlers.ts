// What this service does before and after better-auth, for each of its routes that change something: rate limits, password
// rules, and answers that do not reveal whether an account exists.
import type { AuthBodies } from '@souk/contracts/users'
import { Refusal } from '@souk/service'
import type { UsersContext } from '../context.ts'
import { placeOf } from '../mail-links/link-urls.ts'
import { verifyEmail } from '../mail-links/verify-email.ts'
import { requireGoodPassword } from '../passwords/require-good-password.ts'
import { sendResetLink } from '../passwords/reset-links.ts'
import { resetPassword } from '../passwords/reset-password.ts'
import { recordEvent } from '../security-events.ts'
import { findSession, sessionTokenOf } from '../sessions/sessions.ts'
import { mailLimit, passwordLimit, signUpLimit } from './attempt-limits.ts'
import { countAttempt, uncountAttempt } from './count-attempts.ts'
import { type AuthRequest, codeIn } from './forward-request.ts'
import { signIn } from './sign-in.ts'

/** Answers that must not reveal whether an account exists take at least this long: the work behind them differs. */
const minimumMs = 100

export const authHandlers: { [P in keyof AuthBodies]: (request: AuthRequest<AuthBodies[P]>) => Promise<Response> } = {
  async 'sign-up/email'({ body, request, context, forward }) {
    await countAttempt(context, [signUpLimit(request, context)])
    requireGoodPassword(body.password, { email: body.email, role: 'customer' }, request, context)
    const response = await atLeast(minimumMs, forward(body))
    if (!response.ok) return response
    // Only what the request said: the id of a new account would reveal that the address was not taken.
    return Response.json({
      token: null,
      user: { name: body.name, email: body.email.toLowerCase(), emailVerified: false },
    })
  },

  'sign-in/email': signIn,

  'sign-out': ({ forward }) => forward({}),

  async 'send-verification-email'({ body, context, forward }) {
    await countAttempt(context, [mailLimit(body.email)])
    return forward(body)
  },

  async 'verify-email'({ body, request, context }) {
    await verifyEmail(body.token, request, context)
    return Response.json({ status: true })
  },

  async 'request-password-reset'({ body, request, context }) {
    const page = placeOf(body.redirectTo, context)
    if (body.redirectTo !== undefined && !page)
      throw new Refusal(
        'invalid-redirect-url',
        403,
        'The link may lead to a page of the shop or of a trusted site only.',
      )
    await countAttempt(context, [mailLimit(body.email)])
    const email = body.email.toLowerCase()
    recordEvent('password-reset-requested', request, context, { outcome: 'allowed', email })
    await atLeast(minimumMs, sendResetLinkTo(email, context, page))
    return Response.json({ status: true, message: 'If there is an account with this address, it gets a mail now.' })
  },

  async 'reset-password'({ body, request, context }) {
    await resetPassword(body, request, context)
    return Response.json({ status: true })
  },

  async 'change-password'({ body, request, context, forward }) {
    const identity = await findSession(sessionTokenOf(request, context), context)
    if (!identity) throw new Refusal('not-signed-in', 401, 'Sign in first.')
    requireGoodPassword(body.newPassword, identity, request, context)
    const limits = [passwordLimit(identity.userId, context)]
    await countAttempt(context, limits)
    // Somebody who knows the old password may have a session.
    const response = await forward({ ...body, revokeOtherSessions: true })
    const { email, userId } = identity
    if (response.ok) {
      await uncountAttempt(context, limits, 'succeeded')
      recordEvent('password-changed', request, context, { outcome: 'allowed', email, userId })
      return response
    }
    recordEvent('password-wrong', request, context, { outcome: 'refused', email, userId })
    if ((await codeIn(response)) === 'invalid-password')
      throw new Refusal('wrong-password', 403, 'This is not your password.')
    return response
  },
}

async function sendResetLinkTo(email: string, context: UsersContext, page: URL | undefined): Promise<void> {
  const [user] = await context.sql<{ id: string; email: string; name: string }>`
    select id, email, name from shop_user where email = ${email}`
  if (user) await sendResetLink(user, context, { page })
}

async function atLeast<T>(milliseconds: number, work: Promise<T>): Promise<T> {
  const pause = new Promise((resolve) => setTimeout(resolve, milliseconds))
  const [outcome] = await Promise.allSettled([work, pause])
  if (outcome.status === 'rejected') throw outcome.reason
  return outcome.value
}
