// Tells everybody who waits for a SKU that it is back, once each. However many wait, a job takes 200 at a time: their alerts end and their
// notifications are queued in one transaction, and the job goes on until nobody waits.
import type { MessageOf } from '@souk/contracts'
import type { BackInStock } from '@souk/contracts/inventory'
import type { Language } from '@souk/contracts/notifications'
import { job, type Transaction } from '@souk/service'
import type { NotificationsContext } from '../context.ts'
import { insertNotifications, type NewNotification } from '../notification-table.ts'
import { newNotification } from '../queue-notification.ts'
import { nameOfSku, type SkuName } from './sku-names.ts'
import { tokensOf } from './unsubscribe-token.ts'

const batchSize = 200
/** Of letters that something is back, for one mailbox. They are counted apart from letters about the account. */
const limits = { perHour: 30, perDay: 100, ofKind: true }

/** The reaction: puts the job on the queue, once for a SKU however often it is told. */
export async function queueAlerts(
  { sku }: MessageOf<typeof BackInStock>['data'],
  { sql, enqueue }: Transaction,
): Promise<void> {
  const waiting = await sql`select from stock_alert where sku = ${sku} and is_confirmed limit 1`
  if (waiting.length > 0) await enqueue('announce-stock', { sku }, { key: `announce ${sku}` })
}

export const announceStock = job('announce-stock', async ({ sku }: { sku: string }, context: NotificationsContext) => {
  const name = await nameOfSku(context.sql, sku)
  // It was taken from sale meanwhile: they wait on, and are told when it is for sale and back again.
  if (!name) return
  while ((await announceBatch(name, context)) === batchSize);
})

interface Alert {
  id: string
  mailbox: string | null
  email: string | null
  browserId: string | null
  language: Language
}
async function announceBatch(name: SkuName, context: NotificationsContext): Promise<number> {
  return context.transaction(async ({ sql }) => {
    const alerts = await sql<Alert>`
      with next as materialized (
        select id
        from stock_alert
        where sku = ${name.sku} and is_confirmed
        order by id
        limit ${batchSize}
        for update skip locked
      )
      delete from stock_alert a
      using next
      where a.id = next.id
      returning a.id, a.mailbox, a.email, a.browser_id, a.language`
    const mailboxes = alerts.flatMap(({ mailbox }) => mailbox ?? [])
    const tokens = await tokensOf(sql, 'stock-alert', mailboxes)
    await insertNotifications(
      sql,
      alerts.map((alert) => newAlert(alert, name, tokens.get(alert.mailbox ?? ''), context)),
    )
    return alerts.length
  })
}

function newAlert(
  { id, email, browserId, language }: Alert,
  name: SkuName,
  token: string | undefined,
  context: NotificationsContext,
): NewNotification {
  const content = { language, ...name }
  if (browserId)
    return newNotification('back-in-stock', content, id, context, { channel: 'push', recipient: browserId })
  return newNotification('back-in-stock', { ...content, email: email as string, token }, id, context, { limits })
}
