// POST /v1/auth/sign-in/email: counts the attempt, refuses passwords that must be replaced first, lets better-auth sign the person in,
// and ends the session that the new one replaces.
import { type AuthBodies, EmailProved } from '@souk/contracts/users'
import { Refusal, type Request } from '@souk/service'
import type { UsersContext } from '../context.ts'
import { passwordProblem } from '../passwords/password-rules.ts'
import { requireGoodPassword } from '../passwords/require-good-password.ts'
import { sendResetLink } from '../passwords/reset-links.ts'
import { setPassword } from '../passwords/set-password.ts'
import { recordEvent } from '../security-events.ts'
import { endReplacedSession, sessionTokenOf } from '../sessions/sessions.ts'
import { mailLimit, recordDevice, signInLimits } from './attempt-limits.ts'
import { countAttempt, uncountAttempt } from './count-attempts.ts'
import { type AuthRequest, codeIn, isOfOrigin } from './forward-request.ts'

type SignIn = AuthRequest<AuthBodies['sign-in/email']>
interface Account {
  id: string
  email: string
  name: string
  role: 'customer' | 'staff'
  emailVerified: boolean
  password: string | null
  mustChangeBy: 'reset-link' | 'sign-in' | null
}

export async function signIn({ body, request, context, forward }: SignIn): Promise<Response> {
  const email = body.email.toLowerCase()
  const limits = await signInLimits(email, request, context)
  await countAttempt(context, limits).catch((error) => {
    if (error instanceof Refusal) recordEvent('sign-in-throttled', request, context, { outcome: 'refused', email })
    throw error
  })
  const account = await findAccount(email, context)
  let response: Response
  try {
    const { newPassword: _, ...credentials } = body
    const password = account ? await usablePassword(account, body, request, context) : body.password
    response = await forward({ ...credentials, password })
  } catch (error) {
    if (error instanceof Refusal) recordFailure(error.code)
    else await uncountAttempt(context, limits, 'failed')
    throw error
  }
  if (!response.ok) {
    const code = await codeIn(response)
    if (!isOfOrigin(code)) recordFailure(code ?? 'invalid-email-or-password')
    return response
  }
  if (account) await requireStillUsable(account, context)
  await uncountAttempt(context, limits, 'succeeded')
  await recordDevice(email, request, context)
  await endReplacedSession(sessionTokenOf(request, context), context)
  if (account) await tellOfSignIn(account, request, context)
  return response

  function recordFailure(reason: string): void {
    recordEvent('sign-in-failed', request, context, { outcome: 'refused', email, reason })
  }
}

/**
 * The password to sign in with: the one that was sent, or `newPassword` once it has replaced it. Refuses passwords of staff that
 * must be replaced first; the answer to a wrong password is the same as everybody's.
 */
async function usablePassword(
  account: Account,
  { password, newPassword }: AuthBodies['sign-in/email'],
  request: Request,
  context: UsersContext,
): Promise<string> {
  const { settings, shared, resources } = context
  const mayNotYet = settings.requireVerification && !account.emailVerified // better-auth says so, to whom knows the password.
  const isPlain = account.role === 'customer' && !account.mustChangeBy && newPassword === undefined
  if (account.password === null || isPlain || mayNotYet) return password
  if ((await resources.passwords.verify(account.password, password)) === 'wrong')
    throw new Refusal('invalid-email-or-password', 401, 'Invalid email or password')

  // An account that became staff in an earlier version of the shop may still have a customer's password.
  const problem = passwordProblem(password, { ...account, shopName: shared.shopName }, settings)
  if (account.mustChangeBy === 'reset-link' || (account.role === 'staff' && problem?.code === 'password-too-short')) {
    await mailResetLink(account, context)
    const sentence = 'This password no longer works. We have sent you an e-mail with a link to choose a new one.'
    throw new Refusal('password-reset-required', 403, sentence)
  }
  if (newPassword === undefined) {
    if (!account.mustChangeBy) return password
    const sentence = 'Choose a password of your own: send it as newPassword, together with this one.'
    throw new Refusal('password-change-required', 403, sentence)
  }
  requireGoodPassword(newPassword, account, request, context)
  if (newPassword.normalize('NFKC') === password.normalize('NFKC'))
    throw new Refusal('password-unchanged', 422, 'Choose another password than the one that you have.')
  await setPassword(account.id, newPassword, context)
  recordEvent('password-changed', request, context, { outcome: 'allowed', email: account.email })
  return newPassword
}

/** The account may have become staff since its password was read: then no session of this sign-in may be left. */
async function requireStillUsable(account: Account, { sql }: UsersContext): Promise<void> {
  const [ended] = await sql`
    delete from session
    where user_id = ${account.id}
      and exists (select from credential c where c.user_id = ${account.id} and c.must_change_by is not null)
    returning id`
  if (ended)
    throw new Refusal(
      'password-reset-required',
      403,
      'This password no longer works. Ask for a link to choose a new one.',
    )
}

async function findAccount(email: string, { sql }: UsersContext): Promise<Account | undefined> {
  const [account] = await sql<Account>`
    select u.id, u.email, u.name, u.role, u.email_verified, c.password, c.must_change_by
    from shop_user u
    left join credential c on c.user_id = u.id and c.provider_id = 'credential'
    where u.email = ${email}`
  return account
}

async function mailResetLink(account: Account, context: UsersContext): Promise<void> {
  try {
    await countAttempt(context, [mailLimit(account.email)])
  } catch (error) {
    if (error instanceof Refusal) return // Links that were sent within the hour.
    throw error
  }
  await sendResetLink(account, context)
}

/** Logs a sign-in of staff. Orders learn of one with a proved address: guest orders that were placed since then come along. */
async function tellOfSignIn(account: Account, request: Request, context: UsersContext): Promise<void> {
  const { id: userId, email, role, emailVerified } = account
  if (role === 'staff') recordEvent('staff-signed-in', request, context, { outcome: 'allowed', email, userId })
  if (emailVerified) await context.transaction(async ({ send }) => send(EmailProved({ userId, email })))
}
