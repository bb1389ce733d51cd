// The SQL of the person table: what customers want to be told, and their telephone numbers.
import type { Sql } from '@souk/postgres'

/** What orders tell of, as the preferences name it. */
export const newsOfOrders = ['confirmed', 'shipped', 'canceled', 'refunded'] as const
export type News = (typeof newsOfOrders)[number]

export interface Person {
  noMail: News[]
  noPush: News[]
  texts: News[]
  quietFrom: string | null
  quietUntil: string | null
  timeZone: string | null
  phone: string | null
  phoneConfirmedAt: string | null
  newPhone: string | null
}

export async function findPerson(sql: Sql, userId: string): Promise<Person | undefined> {
  const [person] = await sql<Person>`
    select no_mail, no_push, texts, quiet_from, quiet_until, time_zone, phone, phone_confirmed_at, new_phone
    from person
    where user_id = ${userId}`
  return person
}

export interface Choices {
  noMail: readonly News[]
  noPush: readonly News[]
  texts: readonly News[]
  quiet: { from: string; until: string; timeZone: string } | undefined
  language: string | undefined
}
export async function storeChoices(sql: Sql, userId: string, choices: Choices): Promise<void> {
  const { noMail, noPush, texts, quiet, language } = choices
  await sql`
    insert into person (user_id, no_mail, no_push, texts, quiet_from, quiet_until, time_zone, language)
    values (${userId}, ${noMail}::text[], ${noPush}::text[], ${texts}::text[],
      ${quiet?.from}, ${quiet?.until}, ${quiet?.timeZone}, ${language})
    on conflict (user_id) do update set
      no_mail = excluded.no_mail, no_push = excluded.no_push, texts = excluded.texts, quiet_from = excluded.quiet_from,
      quiet_until = excluded.quiet_until, time_zone = excluded.time_zone,
      language = coalesce(excluded.language, person.language)`
}
