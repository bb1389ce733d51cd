// Once an hour: what has expired goes.
import { every } from '@souk/service'
import type { UsersContext } from './context.ts'

const deviceDays = 180

export const clearAway = every(3_600, 'clear-away', async ({ sql, now }: UsersContext) => {
  const time = now().toISOString()
  await Promise.all([
    sql`delete from session where expires_at <= ${time}`,
    sql`delete from verification where expires_at <= ${time}`,
    sql`delete from throttle where window_ends_at <= ${time}::timestamptz - interval '1 day'`,
    sql`delete from known_device where seen_at <= ${time}::timestamptz - make_interval(days => ${deviceDays})`,
  ])
})
