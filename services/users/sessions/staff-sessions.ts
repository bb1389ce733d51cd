// How long sessions of staff last: a working day at most, and no longer than a pause without requests. The end is stored with the
// session and moves on while it is used, so whoever reads sessions needs to look at no more than that.
import type { UsersContext } from '../context.ts'

type Limits = Pick<UsersContext['settings'], 'staffSessionHours' | 'staffIdleMinutes'>
const hourMs = 3_600_000
const minuteMs = 60_000
/** The stored end is behind by this part of the pause at most, so that not every request writes it. */
const precision = 1 / 20

/** When a session that is made now ends if it is never used. `latest`: its end by the rules for all sessions. */
export function firstEndOfStaffSession(latest: Date, now: Date, { staffSessionHours, staffIdleMinutes }: Limits): Date {
  const shortest = Math.min(staffSessionHours * hourMs, staffIdleMinutes * minuteMs)
  return new Date(Math.min(latest.getTime(), now.getTime() + shortest))
}

/** Moves the end of a session on, because it is being used. */
export async function keepStaffSession(
  session: { sessionId: string; createdAt: string; expiresAt: string },
  { sql, now, settings }: Pick<UsersContext, 'sql' | 'now' | 'settings'>,
): Promise<void> {
  const idleMs = settings.staffIdleMinutes * minuteMs
  const latest = Date.parse(session.createdAt) + settings.staffSessionHours * hourMs
  const end = Math.min(latest, now().getTime() + idleMs)
  if (end - Date.parse(session.expiresAt) < idleMs * precision) return
  const endsAt = new Date(end).toISOString()
  await sql`
    update session
    set expires_at = ${endsAt}, updated_at = ${now().toISOString()}
    where id = ${session.sessionId} and expires_at < ${endsAt}`
}
