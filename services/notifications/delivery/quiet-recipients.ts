// Finds the pushes and text messages that wait because their person has quiet hours now. Mail never waits, and neither does a code that
// somebody has asked for just now.
import { columns } from '@souk/postgres'
import type { NotificationsContext } from '../context.ts'
import type { StoredNotification } from '../notification-table.ts'
import { endOfQuiet } from '../preferences/quiet-hours.ts'
import type { ChannelName } from './channel.ts'

const recipientRows = columns<StoredNotification>({
  id: ['uuid', (one) => one.id],
  recipient: ['text', (one) => one.recipient],
})

/** When the quiet hours end, by notification. */
export async function findQuiet(
  channel: ChannelName,
  notifications: readonly StoredNotification[],
  { sql, now }: NotificationsContext,
): Promise<Map<string, Date>> {
  const patient = notifications.filter(({ kind }) => kind !== 'phone-code')
  if (channel === 'mail' || patient.length === 0) return new Map()
  const person =
    channel === 'sms'
      ? sql`p.phone = one.recipient`
      : sql`p.user_id in (select t.user_id from push_topic t where t.browser_id::text = one.recipient)`
  const rows = await sql<{ id: string; from: string; until: string; timeZone: string }>`
    select one.id, p.quiet_from as from, p.quiet_until as until, p.time_zone
    from ${recipientRows(patient)} as one
    join person p on ${person}
    where p.quiet_from is not null`
  const ends = rows.flatMap(({ id, ...hours }): [string, Date][] => {
    const end = endOfQuiet(hours, now())
    return end ? [[id, end]] : []
  })
  return new Map(ends)
}
