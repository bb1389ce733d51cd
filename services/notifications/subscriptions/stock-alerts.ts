// POST /v1/stock-alerts: a mailbox waits for a SKU. The answer is the same for every address, and an address that its owner has not proved
// gets one letter that asks whether it wants to be told.
import { randomUUIDv7 } from 'node:crypto'
import { notificationsApi } from '@souk/contracts/notifications'
import { handle, mailboxOf, refuse } from '@souk/service'
import type { NotificationsContext } from '../context.ts'
import { subscriptionUrl } from '../letters/subscription-url.ts'
import { insertNotification } from '../notification-table.ts'
import { newNotification } from '../queue-notification.ts'
import { takeAttempt } from '../throttle.ts'
import { hashOf, mayAsk } from './newsletter.ts'
import { nameOfSku } from './sku-names.ts'
import { newToken } from './unsubscribe-token.ts'

const route = notificationsApi.routes.askForStockAlert
const hour = 3_600
/** SKUs that a mailbox waits for. What is above is not stored, and nobody is told. */
const mostAlerts = 100
/** Alerts that a customer may ask for within an hour. */
const mostAsked = 60

export const askForStockAlert = handle(route, async ({ body, caller, ip }, context: NotificationsContext) => {
  const own = caller.emailVerified ? caller.email : undefined
  const email = body.email ?? own
  if (!email) refuse(route, 'email-missing', 'Enter your e-mail address.')
  const name = await nameOfSku(context.sql, body.sku)
  if (!name) refuse(route, 'sku-unknown', 'We do not sell this item any more.')
  const isProved = own !== undefined && mailboxOf(own) === mailboxOf(email)
  if (isProved)
    await takeAttempt(context, [{ bucket: `alerts of ${caller.userId}`, most: mostAsked, windowSeconds: hour }])
  else if (!(await mayAsk(email, ip, context))) return { needsConfirmation: true }

  const alert = { sku: body.sku, email, language: body.language ?? 'en', isProved }
  await storeAlert(alert, name.title, context)
  return { needsConfirmation: !isProved }
})

interface Alert {
  sku: string
  email: string
  language: 'en' | 'de'
  isProved: boolean
}
async function storeAlert(alert: Alert, title: string, context: NotificationsContext): Promise<void> {
  const { sku, email, language, isProved } = alert
  const mailbox = mailboxOf(email)
  const token = newToken()
  const at = context.now().toISOString()
  await context.transaction(async ({ sql }) => {
    // A confirmed alert stays as it is; one that waits for its confirmation gets a new link.
    const [stored] = await sql`
      insert into stock_alert (id, sku, mailbox, email, language, is_confirmed, confirmation_hash, created_at)
      select ${randomUUIDv7()}, ${sku}, ${mailbox}, ${email}, ${language}, ${isProved}, ${isProved ? null : hashOf(token)}, ${at}
      where (select count(*) from stock_alert where mailbox = ${mailbox}) < ${mostAlerts}
      on conflict (mailbox, sku) where mailbox is not null do update set
        is_confirmed = excluded.is_confirmed, confirmation_hash = excluded.confirmation_hash, email = excluded.email,
        language = excluded.language, created_at = excluded.created_at
      where not stock_alert.is_confirmed
      returning id`
    if (!stored || isProved) return
    const url = subscriptionUrl(context.shared.publicUrl, 'confirm', token, language)
    const content = { email, language, url, title }
    await insertNotification(sql, newNotification('stock-alert-confirmation', content, randomUUIDv7(), context))
  })
}
