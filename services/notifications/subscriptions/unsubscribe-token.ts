// The tokens in the links with which a mailbox unsubscribes: one for each kind of letters, random, and for ever. With a token somebody can
// end these letters and do nothing else, so it is stored as it is: each later letter needs it again.
import { randomBytes } from 'node:crypto'
import type { Sql } from '@souk/postgres'

/** Kinds of letters that are not about an order. */
export type LetterKind = 'newsletter' | 'stock-alert'

export function newToken(): string {
  return randomBytes(24).toString('base64url')
}

/** The tokens of some mailboxes, made where there are none. */
export async function tokensOf(sql: Sql, kind: LetterKind, mailboxes: readonly string[]): Promise<Map<string, string>> {
  const all = [...new Set(mailboxes)].sort()
  await sql`
    insert into unsubscribe_token (kind, mailbox, token)
    select ${kind}, mailbox, token
    from unnest(${all}::text[], ${all.map(newToken)}::text[]) as new (mailbox, token)
    order by mailbox
    on conflict (kind, mailbox) do nothing`
  const rows = await sql<{ mailbox: string; token: string }>`
    select mailbox, token from unsubscribe_token where kind = ${kind} and mailbox = any(${all}::text[])`
  return new Map(rows.map(({ mailbox, token }) => [mailbox, token]))
}
