// The settings of the users service and the context that its stories receive.
import { type ContextFor, derivedSecrets, deriveSecret, flag, integer, originList } from '@souk/service'
import type { PasswordHasher } from './passwords/password-hasher.ts'

const trustedOrigins = originList('origins besides the shop’s own whose pages may sign people in')

export const settings = {
  passwordMinLength: integer('characters that a customer’s password needs', 10, { min: 8, max: 64 }),
  staffPasswordMinLength: integer('characters that a staff password needs', 15, { min: 10, max: 64 }),
  passwordMemoryKib: integer('memory that hashing one password takes, in KiB', 19_456, { min: 8_192, max: 262_144 }),
  passwordPasses: integer('passes over that memory while hashing one password', 2, { min: 1, max: 10 }),
  sessionDays: integer('days that a session lasts', 14, { min: 1, max: 90 }),
  staffSessionHours: integer('hours that a staff session lasts at most', 8, { min: 1, max: 168 }),
  staffIdleMinutes: integer('minutes without a request after which a staff session ends', 30, { min: 5, max: 1_440 }),
  resetMinutes: integer('minutes that a password reset link works', 30, { min: 5, max: 1_440 }),
  verificationHours: integer('hours that an e-mail verification link works', 24, { min: 1, max: 168 }),
  requireVerification: flag('whether an e-mail address must be verified before its owner can sign in', false),
  trustedOrigins,
  sessionSecret: derivedSecrets('what session tokens are signed with', (shared) =>
    deriveSecret('souk users session tokens', shared),
  ),
  accountHashKey: derivedSecrets('what e-mail addresses are hashed with in the security log', (shared) =>
    deriveSecret('accounts in the security log', shared),
  ),
  wrongPasswordsPerMinute: integer('wrong passwords per minute and account', 10, { min: 3, max: 1_000 }),
  failedSignInsPerMinute: integer('failed sign-ins per minute and IP address', 60, { min: 3, max: 100_000 }),
  signUpsPerMinute: integer('new accounts per minute and IP address', 30, { min: 1, max: 100_000 }),
}
export const calls = {}

/** The part of better-auth that this service uses. */
export interface Auth {
  handler(request: globalThis.Request): Promise<Response>
}
export interface Resources {
  /** better-auth, loaded before the service is ready: loading takes a third of a second, in which nobody is answered. */
  auth: Auth
  passwords: PasswordHasher
  /** The first secret signs session tokens; all of them verify signatures. */
  tokenSecrets: readonly string[]
}
export type UsersContext = ContextFor<typeof settings, typeof calls, Resources>
export type BaseContext = ContextFor<typeof settings, typeof calls, undefined>
