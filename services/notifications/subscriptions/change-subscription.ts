// What the links in letters do once their button is pressed: confirm what was asked for, or end a kind of letters.
import type { NotificationsContext } from '../context.ts'
import { hashOf } from './newsletter.ts'
import { type LetterKind, tokensOf } from './unsubscribe-token.ts'

/** A link that asks for a confirmation works this long. */
const confirmDays = 7

/** Turns on what the token was mailed for. Returns its kind; undefined when the token is wrong, old or used up. Harmless when repeated. */
export async function confirmSubscription(
  token: string,
  { transaction, now }: NotificationsContext,
): Promise<LetterKind | undefined> {
  const at = now().toISOString()
  const since = new Date(now().getTime() - confirmDays * 86_400_000).toISOString()
  return transaction(async ({ sql }) => {
    const [subscriber] = await sql<{ mailbox: string }>`
      update newsletter_subscriber set status = 'on', confirmed_at = coalesce(confirmed_at, ${at})
      where confirmation_hash = ${hashOf(token)} and asked_at >= ${since} and status in ('asked', 'on')
      returning mailbox`
    const [alert] = subscriber
      ? []
      : await sql<{ mailbox: string }>`
          update stock_alert set is_confirmed = true
          where confirmation_hash = ${hashOf(token)} and created_at >= ${since}
          returning mailbox`
    const kind = subscriber ? 'newsletter' : 'stock-alert'
    const mailbox = subscriber?.mailbox ?? alert?.mailbox
    if (mailbox === undefined) return undefined
    await tokensOf(sql, kind, [mailbox])
    return kind
  })
}

/** Ends a kind of letters for the mailbox that the token belongs to. Returns the kind; undefined when there is no such token. */
export async function unsubscribe(
  token: string,
  { transaction, now }: NotificationsContext,
): Promise<LetterKind | undefined> {
  return transaction(async ({ sql }) => {
    const [found] = await sql<{ kind: LetterKind; mailbox: string }>`
      select kind, mailbox from unsubscribe_token where token = ${token}`
    if (found?.kind === 'newsletter')
      await sql`
        update newsletter_subscriber
        set status = 'off', ended_at = ${now().toISOString()}, confirmation_hash = null
        where mailbox = ${found.mailbox} and status <> 'off'`
    else if (found) await sql`delete from stock_alert where mailbox = ${found.mailbox}`
    return found?.kind
  })
}
