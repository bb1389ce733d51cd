// Once an hour: deletes expired sessions, links and attempt counts, and devices that nobody has used for half a year.
import type { UsersContext } from './context.ts'

const deviceDays = 180

export async function deleteExpired({ sql, now }: UsersContext): Promise<void> {
  const time = now().toISOString()
  await Promise.all([
    sql`delete from session where expires_at <= ${time}`,
    sql`delete from verification where expires_at <= ${time}`,
    sql`delete from email_change where expires_at <= ${time}`,
    sql`delete from throttle where window_ends_at <= ${time}::timestamptz - interval '1 day'`,
    sql`delete from known_device where seen_at <= ${time}::timestamptz - make_interval(days => ${deviceDays})`,
  ])
}
