// better-auth as this shop uses it: e-mail and password, verification, reset, sessions in our database, bearer tokens. Loaded
// when first needed (context.ts). Routes, limits and password rules are in auth-routes.ts and its doors.
import { randomUUIDv7 } from 'node:crypto'
import { PasswordResetRequested, VerificationRequested } from '@souk/contracts/users'
import { betterAuth } from 'better-auth/minimal'
import { bearer } from 'better-auth/plugins/bearer'
import type { BaseContext } from '../context.ts'
import type { PasswordHasher } from '../passwords/password-hasher.ts'
import { longestPassword } from '../passwords/password-rules.ts'
import { cookiePrefix } from '../sessions/session-cookie.ts'
import { hashOf } from '../sessions/session-token.ts'
import { authStore } from './better-auth-adapter.ts'
import { currentVisit, noting } from './request-scope.ts'

export interface Auth {
  handler(request: globalThis.Request): Promise<Response>
}

const minute = 60
const hour = 60 * minute
const day = 24 * hour

export function makeAuth(base: BaseContext, passwords: PasswordHasher, secret: string): Auth {
  const { settings, shared } = base
  return betterAuth({
    appName: shared.shopName,
    baseURL: shared.publicUrl,
    basePath: '/v1/auth',
    secret,
    database: authStore,
    trustedOrigins: [...(settings.trustedOrigins ?? [])],
    telemetry: { enabled: false },
    rateLimit: { enabled: false }, // Ours is throttle.ts, which counts in the database.
    onAPIError: { throw: true },
    logger: {
      level: 'error',
      // Without the arguments: they may hold addresses and tokens.
      log: (level, sentence) => base.log[level === 'error' ? 'error' : 'warn']({ service: 'users' }, sentence),
    },
    advanced: {
      useSecureCookies: false, // The prefix is ours, so the flag is too.
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
      disableSessionRefresh: true, // A session ends on its day, however busy it is.
      fields: { token: 'tokenHash' },
    },
    account: { modelName: 'credential' },
    verification: { storeIdentifier: { hash: async (identifier) => hashOf(identifier) } },
    emailAndPassword: {
      enabled: true,
      autoSignIn: false, // So that a taken address is answered like a free one.
      requireEmailVerification: settings.requireVerification,
      minPasswordLength: settings.passwordMinLength,
      maxPasswordLength: longestPassword,
      resetPasswordTokenExpiresIn: settings.resetMinutes * minute,
      revokeSessionsOnPasswordReset: true,
      password: {
        hash: (password) => noting(passwords.hash(password)),
        verify: ({ hash, password }) => noting(isRight(hash, password)),
      },
      sendResetPassword: ({ user, url }) =>
        sendSoon(
          PasswordResetRequested({
            userId: user.id,
            email: user.email,
            name: user.name,
            url,
            expiresAt: new Date(base.now().getTime() + settings.resetMinutes * 60_000).toISOString(),
          }),
        ),
    },
    emailVerification: {
      sendOnSignUp: true,
      sendOnSignIn: true,
      expiresIn: settings.verificationHours * hour,
      sendVerificationEmail: ({ user, url }) =>
        sendSoon(VerificationRequested({ userId: user.id, email: user.email, name: user.name, url })),
    },
    plugins: [bearer()],
  })

  /** Checks a password, and hashes it anew when today's cost is higher than on the day it was set. */
  async function isRight(hash: string, password: string): Promise<boolean> {
    const answer = await passwords.verify(hash, password)
    if (answer === 'outdated') {
      const stronger = await passwords.hash(password)
      await base.sql`update credential set password = ${stronger} where password = ${hash}`
    }
    return answer !== 'wrong'
  }
}

function sendSoon(message: ReturnType<typeof VerificationRequested> | ReturnType<typeof PasswordResetRequested>) {
  return noting(currentVisit().context.transaction(async ({ send }) => send(message)))
}
