// GET and PUT /v1/me/notification-preferences: what a customer is told, on which channel, and when not.
import { type NotificationPreferences, notificationsApi } from '@souk/contracts/notifications'
import { handle, refuse } from '@souk/service'
import type { NotificationsContext } from '../context.ts'
import { askForLetters, newsletterOf, switchNewsletter } from '../subscriptions/newsletter.ts'
import { findPerson, type News, newsOfOrders, storeChoices } from './person-table.ts'

const { readPreferences: readRoute, putPreferences: putRoute } = notificationsApi.routes
/** The contract with the customer, its end and its money are told by mail in every case (BGB 312f, 312i). */
const mailDemanded: readonly News[] = ['confirmed', 'canceled', 'refunded']

export const readPreferences = handle(readRoute, async ({ caller }, context: NotificationsContext) =>
  preferencesOf(caller, context),
)

export const putPreferences = handle(putRoute, async ({ body, caller, ip }, context: NotificationsContext) => {
  const { orderNews, quietHours } = body
  const userId = caller.userId as string // The route is for customers.
  const left = newsOfOrders.filter((news) => !orderNews[news].mail)
  if (left.some((news) => mailDemanded.includes(news)))
    refuse(putRoute, 'mail-required', 'Confirmations, cancellations and refunds always come by mail.')
  if (quietHours && !isTimeZone(quietHours.timeZone))
    refuse(putRoute, 'time-zone-unknown', 'Choose a time zone like Europe/Berlin.')
  const texts = newsOfOrders.filter((news) => orderNews[news].sms)
  const person = await findPerson(context.sql, userId)
  if (texts.length > 0 && !person?.phoneConfirmedAt)
    refuse(putRoute, 'phone-not-confirmed', 'Confirm a telephone number first.')

  await context.transaction(async ({ sql }) => {
    await storeChoices(sql, userId, {
      noMail: left,
      noPush: newsOfOrders.filter((news) => !orderNews[news].push),
      texts,
      quiet: quietHours,
      language: body.language,
    })
    if (caller.email && (caller.emailVerified || !body.newsletter))
      await switchNewsletter(sql, body.newsletter, caller.email, userId, body.language, context.now())
  })
  if (body.newsletter && caller.email && !caller.emailVerified)
    await askForLetters({ email: caller.email, language: body.language ?? 'en', ip }, context)
  return preferencesOf(caller, context)
})

/** The choices of a customer, or what applies without any: mail, pushes to browsers that asked for them, no texts, no newsletter. */
export async function preferencesOf(
  { userId, email }: { userId?: string; email?: string },
  { sql, resources }: NotificationsContext,
): Promise<NotificationPreferences> {
  const [person, newsletter] = await Promise.all([
    findPerson(sql, userId as string),
    email ? newsletterOf(sql, email) : ('off' as const),
  ])
  const newsOf = (news: News) => ({
    mail: !person?.noMail.includes(news),
    push: !person?.noPush.includes(news),
    sms: person?.texts.includes(news) ?? false,
  })
  const { quietFrom: from, quietUntil: until, timeZone, phone, newPhone } = person ?? {}
  const number = phone ?? newPhone
  return {
    orderNews: {
      confirmed: newsOf('confirmed'),
      shipped: newsOf('shipped'),
      canceled: newsOf('canceled'),
      refunded: newsOf('refunded'),
    },
    newsletter,
    quietHours: from && until && timeZone ? { from, until, timeZone } : undefined,
    phone: number ? { number, isConfirmed: phone !== null && phone !== undefined } : undefined,
    canText: resources.canText,
  }
}

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return true
  } catch {
    return false // Intl knows no time zone of this name.
  }
}
