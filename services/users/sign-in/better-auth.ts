// The configuration of better-auth: e-mail and password, verification, password reset, sessions in our database, bearer tokens.
// Loaded at the first use (context.ts). auth-routes.ts decides which of its routes are open; auth-handlers.ts limits and checks.
import { randomUUIDv7 } from 'node:crypto'
import type { Message } from '@souk/contracts'
import { authBasePath, PasswordResetRequested, VerificationRequested } from '@souk/contracts/users'
import type { BetterAuthOptions } from 'better-auth'
import { betterAuth } from 'better-auth/minimal'
import { bearer } from 'better-auth/plugins/bearer'
import type { Auth, BaseContext } from '../context.ts'
import type { PasswordHasher } from '../passwords/password-hasher.ts'
import { longestPassword } from '../passwords/password-rules.ts'
import { cookiePrefix } from '../sessions/session-cookie.ts'
import { hashOf } from '../sessions/session-token.ts'
import { databaseAdapter } from './better-auth-adapter.ts'
import { recordingFailure, requestContext } from './request-scope.ts'

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
      // The other arguments may contain addresses and tokens.
      log: (level, sentence) => base.log[level === 'error' ? 'error' : 'warn']({ service: 'users' }, sentence),
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
    account: { modelName: 'credential' },
    verification: { storeIdentifier: { hash: async (identifier) => hashOf(identifier) } },
    emailAndPassword: passwordOptions(base, passwords),
    emailVerification: {
      sendOnSignUp: true,
      sendOnSignIn: true,
      expiresIn: settings.verificationHours * hour,
      sendVerificationEmail: ({ user, url }) =>
        sendMessage(VerificationRequested({ userId: user.id, email: user.email, name: user.name, url })),
    },
    plugins: [bearer()],
  })
}

function passwordOptions(
  { settings, sql, now }: BaseContext,
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
    sendResetPassword: ({ user, url }) => {
      const expiresAt = new Date(now().getTime() + settings.resetMinutes * 60_000).toISOString()
      return sendMessage(
        PasswordResetRequested({ userId: user.id, email: user.email, name: user.name, url, expiresAt }),
      )
    },
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

function sendMessage(message: Message): Promise<void> {
  return recordingFailure(requestContext().transaction(async ({ send }) => send(message)))
}
