// The configuration of better-auth: e-mail and password, verification, password reset, sessions in our database, bearer tokens.
// Loaded when the service starts (service.ts). auth-routes.ts decides which of its routes are open; auth-handlers.ts limits and checks.
import { randomUUIDv7 } from 'node:crypto'
import type { Message } from '@souk/contracts'
import { authBasePath, SignUpRepeated, VerificationRequested } from '@souk/contracts/users'
import { Refusal, type SecurityEvent } from '@souk/service'
import type { BetterAuthOptions } from 'better-auth'
import { betterAuth } from 'better-auth/minimal'
import { bearer } from 'better-auth/plugins/bearer'
import type { Auth, BaseContext } from '../context.ts'
import { linkUrl } from '../mail-links/link-urls.ts'
import type { PasswordHasher } from '../passwords/password-hasher.ts'
import { longestPassword } from '../passwords/password-rules.ts'
import { sendResetLink } from '../passwords/reset-links.ts'
import { recordEvent } from '../security-events.ts'
import { cookiePrefix } from '../sessions/session-cookie.ts'
import { hashOf } from '../sessions/session-token.ts'
import { firstEndOfStaffSession } from '../sessions/staff-sessions.ts'
import { mailLimit } from './attempt-limits.ts'
import { databaseAdapter } from './better-auth-adapter.ts'
import { countAttempt } from './count-attempts.ts'
import { recordingFailure, requestContext, requestScope } from './request-scope.ts'

const minute = 60
const hour = 60 * minute
const day = 24 * hour

/** Sets better-auth up for this shop. `secret` signs the session tokens. */
export function createAuth(base: BaseContext, passwords: PasswordHasher, secret: string): Auth {
  const { settings, shared } = base
  return betterAuth({
    appName: shared.shopName,
    baseURL: shared.publicUrl,
    basePath: authBasePath,
    secret,
    database: databaseAdapter,
    trustedOrigins: [...(settings.trustedOrigins ?? [])],
    telemetry: { enabled: false },
    rateLimit: { enabled: false }, // rate-limit.ts counts in the database, for all instances together.
    onAPIError: { throw: true },
    logger: {
      level: 'error',
      // It calls mistakes of clients errors; ours are logged where a request ends. The other arguments may contain addresses and tokens.
      log: (_level, sentence) => base.log.info({ service: 'users' }, sentence),
    },
    advanced: {
      useSecureCookies: false, // It would add a prefix of its own; cookiePrefix and `secure` do both.
      cookiePrefix: cookiePrefix(shared.publicUrl),
      defaultCookieAttributes: {
        httpOnly: true,
        sameSite: 'lax',
        path: '/',
        secure: shared.publicUrl.startsWith('https:'),
      },
      database: { generateId: () => randomUUIDv7() },
    },
    user: {
      modelName: 'shop_user',
      additionalFields: { role: { type: 'string', required: false, defaultValue: 'customer', input: false } },
    },
    session: {
      expiresIn: settings.sessionDays * day,
      disableSessionRefresh: true, // A session ends after sessionDays, even when it is in use.
      fields: { token: 'tokenHash' },
    },
    databaseHooks: { session: { create: { before: withEnd } } },
    account: { modelName: 'credential' },
    verification: { storeIdentifier: { hash: async (identifier) => hashOf(identifier) } },
    emailAndPassword: passwordOptions(base, passwords),
    emailVerification: {
      sendOnSignUp: true,
      sendOnSignIn: true,
      expiresIn: settings.verificationHours * hour,
      sendVerificationEmail: ({ user, url, token }) => {
        const link = linkUrl('verify-email', token, base, new URL(url).searchParams.get('callbackURL') ?? undefined)
        return sendMessage(VerificationRequested({ userId: user.id, email: user.email, name: user.name, url: link }))
      },
      afterEmailVerification: async ({ email }) => recordHere('email-verified', email),
    },
    plugins: [bearer()],
  })
}

function passwordOptions(
  { settings, sql }: BaseContext,
  passwords: PasswordHasher,
): NonNullable<BetterAuthOptions['emailAndPassword']> {
  return {
    enabled: true,
    autoSignIn: false, // So that a taken address gets the same answer as a new one.
    requireEmailVerification: settings.requireVerification,
    minPasswordLength: settings.passwordMinLength,
    maxPasswordLength: longestPassword,
    resetPasswordTokenExpiresIn: settings.resetMinutes * minute,
    revokeSessionsOnPasswordReset: true,
    password: {
      hash: (password) => recordingFailure(passwords.hash(password)),
      verify: ({ hash, password }) => recordingFailure(verifyPassword(hash, password)),
    },
    onPasswordReset: ({ user }) => recordingFailure(markVerified(user)),
    onExistingUserSignUp: ({ user }) => recordingFailure(tellOwner(user)),
  }

  /** Verifies a password. Hashes it again when its stored hash costs less than the settings ask for. */
  async function verifyPassword(hash: string, password: string): Promise<boolean> {
    const result = await passwords.verify(hash, password)
    if (result === 'outdated') {
      const stronger = await passwords.hash(password)
      await sql`update credential set password = ${stronger} where password = ${hash}`
    }
    return result !== 'wrong'
  }
}

/** Sessions of staff end earlier than those of customers. */
async function withEnd(session: { userId: string; expiresAt: Date }) {
  const { sql, settings, now } = requestContext()
  const [user] = await recordingFailure(
    Promise.resolve(sql<{ role: string }>`select role from shop_user where id = ${session.userId}`),
  )
  if (user?.role !== 'staff') return undefined
  return { data: { ...session, expiresAt: firstEndOfStaffSession(session.expiresAt, now(), settings) } }
}

/** Who has used a link that was mailed to an address has proved the address. */
async function markVerified({ id, email }: { id: string; email: string }): Promise<void> {
  const { transaction, now } = requestContext()
  await transaction(async ({ sql }) => {
    await sql`
      update shop_user
      set email_verified = true, updated_at = ${now().toISOString()}
      where id = ${id} and email = ${email} and not email_verified`
  })
  recordHere('password-reset', email)
}

const doubleClickMs = 10 * 60_000

/** A sign-up with a taken address is answered like any other. Its owner learns of it by mail, and how to get into the account. */
async function tellOwner(user: { id: string; email: string; name: string; createdAt: Date }): Promise<void> {
  const context = requestContext()
  recordHere('sign-up-repeated', user.email, 'refused')
  if (context.now().getTime() - new Date(user.createdAt).getTime() < doubleClickMs) return
  try {
    await countAttempt(context, [mailLimit(user.email)])
  } catch (error) {
    if (error instanceof Refusal) return // The owner has had enough mails for now.
    throw error
  }
  await sendResetLink(user, context, { message: SignUpRepeated })
}

function recordHere(event: SecurityEvent, email: string, outcome: 'allowed' | 'refused' = 'allowed'): void {
  const { ip, context } = requestScope()
  recordEvent(event, { ip }, context, { email, outcome })
}

function sendMessage(message: Message): Promise<void> {
  return recordingFailure(requestContext().transaction(async ({ send }) => send(message)))
}
