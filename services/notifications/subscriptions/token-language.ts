// The language of the page that a link in a letter opens: that of the letter.
import type { Language } from '@souk/contracts/notifications'
import type { Sql } from '@souk/postgres'
import { hashOf } from './newsletter.ts'

/** The language of whoever the token was mailed to; English for a token that is not known. */
export async function languageOfToken(token: string, sql: Sql): Promise<Language> {
  const [row] = await sql<{ language: Language }>`
    select language from newsletter_subscriber where confirmation_hash = ${hashOf(token)}
    union all
    select language from stock_alert where confirmation_hash = ${hashOf(token)}
    union all
    select language
    from unsubscribe_token t
    join newsletter_subscriber s using (mailbox)
    where t.token = ${token}
    limit 1`
  return row?.language ?? 'en'
}
