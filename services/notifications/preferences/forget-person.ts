// Reaction to a deleted account: its choices, telephone number and browsers are forgotten, and a newsletter that it turned on ends. What was
// asked for by an address alone goes on: it never belonged to the account.
import type { MessageOf } from '@souk/contracts'
import type { UserDeleted } from '@souk/contracts/users'
import type { Transaction } from '@souk/service'
import type { NotificationsContext } from '../context.ts'

export async function forgetPerson(
  { userId }: MessageOf<typeof UserDeleted>['data'],
  { sql }: Transaction,
  { now }: NotificationsContext,
): Promise<void> {
  await sql`delete from person where user_id = ${userId}`
  await sql`delete from push_topic where user_id = ${userId}`
  await sql`
    update newsletter_subscriber set status = 'off', ended_at = ${now().toISOString()}, user_id = null
    where user_id = ${userId} and status <> 'off'`
}
