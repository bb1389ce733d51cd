// Decides how mail is delivered: by a mail server, or in the development mailbox; without either it waits in the queue. The
// mailbox shows links to everybody's account and orders, so `auto` opens it only where no other machine can reach the shop.
import type { BaseContext, MailDelivery } from '../context.ts'
import { smtpChannel } from './smtp-channel.ts'

export async function openMailDelivery({
  settings: { smtpUrl, fromAddress, mailbox },
  shared: { isProduction, isOnNetwork, shopName },
  log,
}: BaseContext): Promise<{ resources: MailDelivery; close(): Promise<void> }> {
  const channel = smtpUrl ? smtpChannel(smtpUrl, { name: shopName, address: fromAddress }) : undefined
  const showsMailbox = mailbox === 'on' || (mailbox === 'auto' && !isProduction && !isOnNetwork && !channel)
  if (!channel && !showsMailbox) {
    log.warn(
      {},
      'No mail server is set (NOTIFICATIONS_SMTP_URL), so mail waits in the queue. NOTIFICATIONS_MAILBOX=on shows it at /mailbox, to everybody who can reach the shop.',
    )
  }
  const firstStatus = showsMailbox && !channel ? 'sent' : 'queued'
  return { resources: { channel, showsMailbox, firstStatus }, close: async () => channel?.close() }
}
