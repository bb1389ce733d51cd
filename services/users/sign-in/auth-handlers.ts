// What this service does before and after better-auth, for each of its routes that change something: rate limits, password
// rules, and answers that do not reveal whether an account exists.
import type { AuthBodies } from '@souk/contracts/users'
import { Refusal, type Request } from '@souk/service'
import type { UsersContext } from '../context.ts'
import { type Owner, passwordProblem } from '../passwords/password-rules.ts'
import { hashOf } from '../sessions/session-token.ts'
import { findSession, sessionTokenOf } from '../sessions/sessions.ts'
import { mailLimit, passwordLimit, recordDevice, signInLimits, signUpLimit } from './attempt-limits.ts'
import { countAttempt, uncountAttempt } from './count-attempts.ts'

export interface AuthRequest<B> {
  body: B
  request: Request
  context: UsersContext
  /** Sends the request to better-auth, with this body. */
  forward(body: object): Promise<Response>
}

/** Answers that must not reveal whether an account exists take at least this long: the work behind them differs. */
const minimumMs = 100

export const authHandlers: { [P in keyof AuthBodies]: (request: AuthRequest<AuthBodies[P]>) => Promise<Response> } = {
  async 'sign-up/email'({ body, request, context, forward }) {
    await countAttempt(context, [signUpLimit(request, context)])
    requireGoodPassword(body.password, { email: body.email, role: 'customer' }, context)
    const response = await atLeast(minimumMs, forward(body))
    if (!response.ok) return response
    // Only what the request said: the id of a new account would reveal that the address was not taken.
    return Response.json({
      token: null,
      user: { name: body.name, email: body.email.toLowerCase(), emailVerified: false },
    })
  },

  async 'sign-in/email'({ body, request, context, forward }) {
    const email = body.email.toLowerCase()
    const limits = await signInLimits(email, request, context)
    await countAttempt(context, limits)
    let response: Response
    try {
      response = await forward(body)
    } catch (error) {
      await uncountAttempt(context, limits, 'failed')
      throw error
    }
    if (response.ok) {
      await uncountAttempt(context, limits, 'succeeded')
      await recordDevice(email, request, context)
    }
    return response
  },

  'sign-out': ({ forward }) => forward({}),

  async 'send-verification-email'({ body, context, forward }) {
    await countAttempt(context, [mailLimit(body.email)])
    return forward(body)
  },

  async 'request-password-reset'({ body, context, forward }) {
    await countAttempt(context, [mailLimit(body.email)])
    // The link leads to the shop's own page, unless the caller names another one.
    return atLeast(minimumMs, forward({ redirectTo: '/reset-password', ...body }))
  },

  async 'reset-password'({ body, context, forward }) {
    // The role of the link's owner decides how long the password must be. better-auth refuses an unknown link.
    const owner = await ownerOfResetLink(body.token, context)
    if (owner) requireGoodPassword(body.newPassword, owner, context)
    return forward(body)
  },

  async 'change-password'({ body, request, context, forward }) {
    const identity = await findSession(sessionTokenOf(request, context), context)
    if (!identity) throw new Refusal('not-signed-in', 401, 'Sign in first.')
    requireGoodPassword(body.newPassword, identity, context)
    const limits = [passwordLimit(identity.userId, context)]
    await countAttempt(context, limits)
    // Somebody who knows the old password may have a session.
    const response = await forward({ ...body, revokeOtherSessions: true })
    if (response.ok) await uncountAttempt(context, limits, 'succeeded')
    return response
  },
}

async function ownerOfResetLink(token: string, { sql, now }: UsersContext) {
  const [owner] = await sql<Omit<Owner, 'shopName'>>`
    select u.email, u.role
    from verification v
    join shop_user u on u.id = v.value::uuid
    where v.identifier = ${hashOf(`reset-password:${token}`)} and v.expires_at > ${now().toISOString()}`
  return owner
}

function requireGoodPassword(
  password: string,
  owner: Omit<Owner, 'shopName'>,
  { settings, shared }: UsersContext,
): void {
  const problem = passwordProblem(password, { ...owner, shopName: shared.shopName }, settings)
  if (problem) throw new Refusal(problem.code, 422, problem.sentence)
}

async function atLeast<T>(milliseconds: number, work: Promise<T>): Promise<T> {
  const pause = new Promise((resolve) => setTimeout(resolve, milliseconds))
  const [outcome] = await Promise.allSettled([work, pause])
  if (outcome.status === 'rejected') throw outcome.reason
  return outcome.value
}
