// Addresses that refused what was sent to them: mailboxes that do not exist, numbers that take no texts, browsers that unsubscribed.
// They are noted and not tried for a while, longer each time, so that a mail server that was set up wrongly for an hour costs nobody
// the account. After the third refusal in a row the newsletter ends. A browser is forgotten at once: it never comes back under the
// same address.
import { mailboxOf } from '@souk/service'
import type { NotificationsContext } from '../context.ts'
import type { StoredNotification } from '../notification-table.ts'
import type { ChannelName, Delivery } from './channel.ts'

const hourMs = 3_600_000
/** After the first, the second and every further refusal in a row. */
const quietHours = [1, 24, 30 * 24]
const timesUntilNewsletterEnds = 3

function addressOf(channel: ChannelName, recipient: string): string {
  return channel === 'mail' ? mailboxOf(recipient) : recipient
}

/** Why some notifications are not sent, by id: their address refused the last one. What staff send again is tried in every case. */
export async function findRefusing(
  channel: ChannelName,
  notifications: readonly StoredNotification[],
  { sql, now }: NotificationsContext,
): Promise<Map<string, string>> {
  if (channel === 'push') return new Map()
  const addresses = [...new Set(notifications.map(({ recipient }) => addressOf(channel, recipient)))]
  const refusing = await sql<{ address: string; error: string; refusedAt: string }>`
    select address, error, refused_at from refusing_address
    where channel = ${channel} and address = any(${addresses}::text[]) and quiet_until > ${now().toISOString()}`
  if (refusing.length === 0) return new Map()
  const byAddress = new Map(refusing.map((one) => [one.address, one]))
  return new Map(
    notifications.flatMap(({ id, recipient, repeats }): [string, string][] => {
      const found = byAddress.get(addressOf(channel, recipient))
      if (!found || repeats) return []
      return [
        [
          id,
          `Not tried: the address refused what was sent on ${new Date(found.refusedAt).toISOString()} (${found.error})`,
        ],
      ]
    }),
  )
}

/** Notes which addresses have refused, and forgets it of those that took something. `deliveries`: by recipient. */
export async function recordRefusals(
  channel: ChannelName,
  deliveries: ReadonlyMap<string, Delivery>,
  context: NotificationsContext,
): Promise<void> {
  const { sql } = context
  const taken: string[] = []
  for (const [recipient, delivery] of deliveries) {
    if (delivery.outcome === 'delivered') taken.push(addressOf(channel, recipient))
    if (delivery.outcome !== 'refused' || !delivery.isGone) continue
    if (channel === 'push') await sql`delete from push_browser where id::text = ${recipient}`
    else await noteRefusal(channel, addressOf(channel, recipient), delivery.error, context)
  }
  if (taken.length > 0 && channel !== 'push')
    await sql`delete from refusing_address where channel = ${channel} and address = any(${taken}::text[])`
}

async function noteRefusal(
  channel: ChannelName,
  address: string,
  error: string,
  { sql, now }: NotificationsContext,
): Promise<void> {
  const at = now().getTime()
  const ends = quietHours.map((hours) => new Date(at + hours * hourMs).toISOString())
  const [refused] = await sql<{ times: number }>`
    insert into refusing_address (channel, address, times, error, refused_at, quiet_until)
    values (${channel}, ${address}, 1, ${error}, ${new Date(at).toISOString()}, ${ends[0]})
    on conflict (channel, address) do update set
      times = refusing_address.times + 1, error = excluded.error, refused_at = excluded.refused_at,
      quiet_until = (${ends}::timestamptz[])[least(refusing_address.times + 1, ${ends.length}::int)]
    returning times`
  if (channel === 'mail' && (refused?.times ?? 0) >= timesUntilNewsletterEnds)
    await sql`
      update newsletter_subscriber set status = 'off', ended_at = ${new Date(at).toISOString()}, confirmation_hash = null
      where mailbox = ${address} and status <> 'off'`
}
