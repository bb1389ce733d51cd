// What is asked of a visitor before better-auth is: limits against guessing, and passwords that are worth something. One
// door for each route that changes something.
import type { AuthBodies } from '@souk/contracts/users'
import { Refusal, type Request } from '@souk/service'
import type { UsersContext } from '../context.ts'
import { type Owner, passwordProblem } from '../passwords/password-rules.ts'
import { hashOf } from '../sessions/session-token.ts'
import { findSession, sentToken } from '../sessions/sessions.ts'
import { countTry, giveBack, type Limit } from './rate-limit.ts'

export interface Ask<B> {
  body: B
  request: Request
  context: UsersContext
  /** Goes through the door, with this body. */
  pass(body: object): Promise<Response>
}

/** Answers that must not tell whether an account exists take at least this long. */
const discreetMs = 100
const mailsPerHour = 5

export const doors: { [P in keyof AuthBodies]: (ask: Ask<AuthBodies[P]>) => Promise<Response> } = {
  async 'sign-up/email'({ body, request, context, pass }) {
    await countTry(context, [
      { bucket: `sign-up ${request.ip}`, tries: context.settings.signUpsPerMinute, seconds: 60 },
    ])
    mustBeGood(body.password, { email: body.email, role: 'customer' }, context)
    const response = await atLeast(discreetMs, pass(body))
    if (!response.ok) return response
    // Only what we were told: the id of a new account would show that there was none before.
    return Response.json({
      token: null,
      user: { name: body.name, email: body.email.toLowerCase(), emailVerified: false },
    })
  },

  async 'sign-in/email'({ body, request, context, pass }) {
    const limits = await signInLimits(body.email.toLowerCase(), request, context)
    await countTry(context, limits)
    let response: Response
    try {
      response = await pass(body)
    } catch (error) {
      await giveBack(context, limits, false)
      throw error
    }
    if (response.ok) {
      await giveBack(context, limits, true)
      await rememberDevice(body.email.toLowerCase(), request, context)
    }
    return response
  },

  'sign-out': ({ pass }) => pass({}),

  async 'send-verification-email'({ body, context, pass }) {
    await countTry(context, [mailLimit(body.email)])
    return pass(body)
  },

  async 'request-password-reset'({ body, context, pass }) {
    await countTry(context, [mailLimit(body.email)])
    // Without a place of the caller's own, the link leads to the shop's page for it.
    return atLeast(discreetMs, pass({ redirectTo: '/reset-password', ...body }))
  },

  async 'reset-password'({ body, context, pass }) {
    const [owner] = await context.sql<Owner & { id: string }>`
      select u.id, u.email, u.role
      from verification v
      join shop_user u on u.id = v.value::uuid
      where v.identifier = ${hashOf(`reset-password:${body.token}`)} and v.expires_at > ${context.now().toISOString()}`
    // Whose link this is decides how long the password must be; better-auth refuses a link that is nobody's.
    if (owner) mustBeGood(body.newPassword, owner, context)
    return pass(body)
  },

  async 'change-password'({ body, request, context, pass }) {
    const who = await findSession(sentToken(request, context), context)
    if (!who) throw new Refusal('not-signed-in', 401, 'Sign in first.')
    mustBeGood(body.newPassword, who, context)
    const limits = [passwordLimit(who.userId, context)]
    await countTry(context, limits)
    // All other sessions end: whoever had the old password may have one of them.
    const response = await pass({ ...body, revokeOtherSessions: true })
    if (response.ok) await giveBack(context, limits, true)
    return response
  },
}

function mustBeGood(password: string, owner: Omit<Owner, 'shopName'>, { settings, shared }: UsersContext): void {
  const problem = passwordProblem(password, { ...owner, shopName: shared.shopName }, settings)
  if (problem) throw new Refusal(problem.code, 422, problem.sentence)
}

/** For those who are signed in and asked for their password again. */
export function passwordLimit(userId: string, { settings }: UsersContext): Limit {
  return { bucket: `password ${userId}`, tries: settings.wrongPasswordsPerMinute, seconds: 60, secondsAfterMany: 3_600 }
}
function mailLimit(email: string): Limit {
  return { bucket: `mail ${hashOf(email.toLowerCase())}`, tries: mailsPerHour, seconds: 3_600 }
}

/** Where somebody has signed in before, tries are counted apart, so that strangers cannot lock the owner out. */
async function signInLimits(email: string, request: Request, context: UsersContext): Promise<Limit[]> {
  const { settings, sql } = context
  const token = sentToken(request, context)
  const [known] = await sql<{ here: boolean; sessionId: string | null }>`
    select
      exists (select from known_device d where d.user_id = u.id and d.ip_address = ${request.ip}) as here,
      (
        select s.id from session s
        where s.user_id = u.id and s.token_hash = ${token ? hashOf(token) : null} and s.expires_at > ${context.now().toISOString()}
      ) as session_id
    from shop_user u
    where u.email = ${email}`
  const device = known?.here ? request.ip : known?.sessionId
  const account = `sign-in ${hashOf(email)}`
  return [
    {
      bucket: device ? `${account} at ${device}` : account,
      tries: settings.wrongPasswordsPerMinute,
      seconds: 60,
      secondsAfterMany: 3_600,
    },
    { bucket: `sign-in from ${request.ip}`, tries: settings.failedSignInsPerMinute, seconds: 60 },
  ]
}

async function rememberDevice(email: string, { ip }: Request, { sql, now }: UsersContext): Promise<void> {
  await sql`
    insert into known_device (user_id, ip_address, seen_at)
    select id, ${ip}, ${now().toISOString()} from shop_user where email = ${email}
    on conflict (user_id, ip_address) do update set seen_at = excluded.seen_at`
}

async function atLeast<T>(milliseconds: number, work: Promise<T>): Promise<T> {
  const floor = new Promise((resolve) => setTimeout(resolve, milliseconds))
  const [outcome] = await Promise.allSettled([work, floor])
  if (outcome.status === 'rejected') throw outcome.reason
  return outcome.value
}
