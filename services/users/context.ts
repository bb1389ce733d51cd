// What the stories of this service are handed: its settings and what it keeps in memory.
import { type ContextFor, flag, integer, originList } from '@souk/service'
import type { PasswordHasher } from './passwords/password-hasher.ts'
import type { Auth } from './sign-in/better-auth.ts'

const trustedOrigins = originList('origins besides the shop’s own whose pages may sign people in')

export const settings = {
  passwordMinLength: integer('characters that a customer’s password needs', 10, { min: 8, max: 64 }),
  staffPasswordMinLength: integer('characters that a staff password needs', 15, { min: 10, max: 64 }),
  passwordMemoryKib: integer('memory that hashing one password takes, in KiB', 19_456, { min: 8_192, max: 262_144 }),
  passwordPasses: integer('how often hashing a password goes over that memory', 2, { min: 1, max: 10 }),
  sessionDays: integer('days that a session lasts', 14, { min: 1, max: 90 }),
  resetMinutes: integer('minutes that a password reset link works', 30, { min: 5, max: 1_440 }),
  verificationHours: integer('hours that an e-mail verification link works', 24, { min: 1, max: 168 }),
  requireVerification: flag('whether an e-mail address must be verified before its owner can sign in', false),
  trustedOrigins,
  wrongPasswordsPerMinute: integer('wrong passwords per minute and account', 10, { min: 3, max: 1_000 }),
  failedSignInsPerMinute: integer('failed sign-ins per minute and address', 60, { min: 3, max: 100_000 }),
  signUpsPerMinute: integer('new accounts per minute and address', 30, { min: 1, max: 100_000 }),
}
export const calls = {}

export interface Resources {
  /** better-auth, loaded when it is first needed: it takes 45 MB and a third of a second, and guests never need it. */
  auth(): Promise<Auth>
  passwords: PasswordHasher
  /** Sign and check session tokens; the first signs. */
  tokenSecrets: readonly string[]
}
export type UsersContext = ContextFor<typeof settings, typeof calls, Resources>
export type BaseContext = ContextFor<typeof settings, typeof calls, undefined>
