// Opens the channels: mail by a mail server or in the development mailbox, text messages by a provider or in the mailbox, pushes by the
// push services of the browsers. The mailbox shows links to everybody's account and orders, so `auto` opens it only where no other
// machine can reach the shop.
import type { BaseContext, Delivery } from '../context.ts'
import { openPushKeys } from '../push/push-keys.ts'
import { pushChannel } from './push-channel.ts'
import { smsChannel } from './sms-channel.ts'
import { smtpChannel } from './smtp-channel.ts'

export async function openDelivery({
  sql,
  now,
  settings,
  shared: { isProduction, isOnNetwork, shopName },
  log,
}: BaseContext): Promise<{ resources: Delivery; close(): Promise<void> }> {
  const { smtpUrl, fromAddress, mailbox, smsUrl, smsFrom } = settings
  const mail = smtpUrl ? smtpChannel(smtpUrl, { name: shopName, address: fromAddress }) : undefined
  const sms = smsUrl ? smsChannel(smsUrl, smsFrom) : undefined
  const pushKeys = openPushKeys(sql, now, settings.vapidKeys)
  const rules = { hosts: settings.pushHosts, allowsLoopback: settings.pushLoopback }
  const push = pushChannel({ sql, now, pushKeys, rules, contact: `mailto:${fromAddress}` })
  const showsMailbox = mailbox === 'on' || (mailbox === 'auto' && !isProduction && !isOnNetwork && !mail)
  if (!mail && !showsMailbox) {
    log.warn(
      {},
      'No mail server is set (NOTIFICATIONS_SMTP_URL), so mail waits in the queue. NOTIFICATIONS_MAILBOX=on shows it at /mailbox, to everybody who can reach the shop.',
    )
  }
  const firstStatus = {
    mail: showsMailbox && !mail ? 'sent' : 'queued',
    sms: showsMailbox && !sms ? 'sent' : 'queued',
    push: 'queued',
  } as const
  const canText = sms !== undefined || showsMailbox
  return {
    resources: { channels: { mail, sms, push }, firstStatus, canText, showsMailbox, pushKeys },
    close: async () => void (await Promise.all([mail?.close(), sms?.close(), push.close()])),
  }
}
