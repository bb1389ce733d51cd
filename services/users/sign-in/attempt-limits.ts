// Which rate limits apply to which attempt: sign-in, sign-up, entering the password again, and mails that a stranger can cause.
import type { Request } from '@souk/service'
import type { UsersContext } from '../context.ts'
import { hashOf } from '../sessions/session-token.ts'
import { sessionTokenOf } from '../sessions/sessions.ts'
import type { RateLimit } from './count-attempts.ts'

const mailsPerHour = 5

/**
 * The limits of one sign-in: by account and by IP address. Attempts from a device that has signed in to the account before are
 * counted apart, so that a stranger who uses up the account's attempts does not lock its owner out.
 */
export async function signInLimits(email: string, request: Request, context: UsersContext): Promise<RateLimit[]> {
  const { settings, sql, now } = context
  const token = sessionTokenOf(request, context)
  const [user] = await sql<{ isKnownAddress: boolean; sessionId: string | null }>`
    select
      exists (select from known_device d where d.user_id = u.id and d.ip_address = ${request.ip}) as is_known_address,
      (
        select s.id from session s
        where s.user_id = u.id and s.token_hash = ${token ? hashOf(token) : null} and s.expires_at > ${now().toISOString()}
      ) as session_id
    from shop_user u
    where u.email = ${email}`
  const device = user?.isKnownAddress ? request.ip : user?.sessionId
  const account = `sign-in ${hashOf(email)}`
  return [
    {
      bucket: device ? `${account} at ${device}` : account,
      mostAttempts: settings.wrongPasswordsPerMinute,
      windowSeconds: 60,
      longWindowSeconds: 3_600,
    },
    { bucket: `sign-in from ${request.ip}`, mostAttempts: settings.failedSignInsPerMinute, windowSeconds: 60 },
  ]
}

/** Records that this IP address has signed in to the account. */
export async function recordDevice(email: string, { ip }: Request, { sql, now }: UsersContext): Promise<void> {
  await sql`
    insert into known_device (user_id, ip_address, seen_at)
    select id, ${ip}, ${now().toISOString()} from shop_user where email = ${email}
    on conflict (user_id, ip_address) do update set seen_at = excluded.seen_at`
}

export function signUpLimit({ ip }: Request, { settings }: UsersContext): RateLimit {
  return { bucket: `sign-up ${ip}`, mostAttempts: settings.signUpsPerMinute, windowSeconds: 60 }
}

/** For a signed-in person who must enter the password again. */
export function passwordLimit(userId: string, { settings }: UsersContext): RateLimit {
  return {
    bucket: `password ${userId}`,
    mostAttempts: settings.wrongPasswordsPerMinute,
    windowSeconds: 60,
    longWindowSeconds: 3_600,
  }
}

/** For mails to this address that anybody can ask for. */
export function mailLimit(email: string): RateLimit {
  return { bucket: `mail ${hashOf(email.toLowerCase())}`, mostAttempts: mailsPerHour, windowSeconds: 3_600 }
}
