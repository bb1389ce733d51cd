// The newsletter: asked for by anybody, on only when the owner of the address has confirmed it (double opt-in), off with one click.
import { createHash, randomUUIDv7 } from 'node:crypto'
import { type Language, notificationsApi } from '@souk/contracts/notifications'
import type { Sql } from '@souk/postgres'
import { clientNetwork, handle, mailboxOf } from '@souk/service'
import type { NotificationsContext } from '../context.ts'
import { subscriptionUrl } from '../letters/subscription-url.ts'
import { insertNotification } from '../notification-table.ts'
import { newNotification } from '../queue-notification.ts'
import { countAttempt, takeAttempt } from '../throttle.ts'
import { newToken, tokensOf } from './unsubscribe-token.ts'

const route = notificationsApi.routes.askForNewsletter
const hour = 3_600
const day = 24 * hour
/** Letters asking for confirmation that a mailbox gets within a day, whoever asks. */
const mostAsked = 3

export const askForNewsletter = handle(route, async ({ body, ip }, context: NotificationsContext) => {
  await askForLetters({ email: body.email, language: body.language ?? 'en', ip }, context)
  return { needsConfirmation: true }
})

/** Counts letters that ask for a confirmation. Refuses when a network causes too many; false when the mailbox has had enough of them. */
export async function mayAsk(email: string, ip: string, context: NotificationsContext): Promise<boolean> {
  await takeAttempt(context, [
    { bucket: `asked from ${clientNetwork(ip)}`, most: context.settings.subscriptionsPerHour, windowSeconds: hour },
  ])
  const wait = await countAttempt(context, [
    { bucket: `asked ${hashOf(mailboxOf(email)).toString('base64url')}`, most: mostAsked, windowSeconds: day },
  ])
  return wait === 0
}

/** Mails the link that turns the newsletter on. Nothing is mailed to who gets it already, or has been asked often: nobody is told. */
export async function askForLetters(
  { email, language, ip }: { email: string; language: Language; ip: string },
  context: NotificationsContext,
): Promise<void> {
  if (!(await mayAsk(email, ip, context))) return
  const token = newToken()
  const at = context.now().toISOString()
  await context.transaction(async ({ sql }) => {
    const [asked] = await sql`
      insert into newsletter_subscriber (mailbox, email, language, status, confirmation_hash, asked_at)
      values (${mailboxOf(email)}, ${email}, ${language}, 'asked', ${hashOf(token)}, ${at})
      on conflict (mailbox) do update set
        email = excluded.email, language = excluded.language, status = 'asked', confirmation_hash = excluded.confirmation_hash,
        asked_at = excluded.asked_at
      where newsletter_subscriber.status <> 'on'
      returning mailbox`
    if (!asked) return
    const url = subscriptionUrl(context.shared.publicUrl, 'confirm', token, language)
    const content = { email, language, url }
    await insertNotification(sql, newNotification('newsletter-confirmation', content, randomUUIDv7(), context))
  })
}

/** Turns the newsletter on or off for the address of a signed-in customer, which is proved when it is turned on. */
export async function switchNewsletter(
  sql: Sql,
  isOn: boolean,
  email: string,
  userId: string,
  language: Language | undefined,
  now: Date,
): Promise<void> {
  const at = now.toISOString()
  const mailbox = mailboxOf(email)
  if (!isOn) {
    await sql`
      update newsletter_subscriber set status = 'off', ended_at = ${at}, confirmation_hash = null
      where mailbox = ${mailbox} and status <> 'off'`
    return
  }
  await sql`
    insert into newsletter_subscriber (mailbox, email, language, status, user_id, asked_at, confirmed_at)
    values (${mailbox}, ${email}, ${language ?? 'en'}, 'on', ${userId}, ${at}, ${at})
    on conflict (mailbox) do update set
      email = excluded.email, status = 'on', user_id = excluded.user_id, asked_at = excluded.asked_at,
      confirmed_at = excluded.confirmed_at, confirmation_hash = null
    where newsletter_subscriber.status <> 'on'`
  await tokensOf(sql, 'newsletter', [mailbox])
}

/** Whether an address gets the newsletter. */
export async function newsletterOf(sql: Sql, email: string): Promise<'off' | 'asked' | 'on'> {
  const [row] = await sql<{ status: 'off' | 'asked' | 'on' }>`
    select status from newsletter_subscriber where mailbox = ${mailboxOf(email)}`
  return row?.status ?? 'off'
}

export function hashOf(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
