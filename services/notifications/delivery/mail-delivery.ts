// Decides how mail leaves: to a mail server, into the development mailbox, or, without either, not yet. The mailbox holds the keys
// to everybody's account and orders, so by itself it opens only where nobody but this machine can reach it.
import type { ContextFor } from '@souk/service'
import type { settings } from '../context.ts'
import type { Channel } from './channel.ts'
import { smtpChannel } from './smtp-channel.ts'

export interface PostOffice {
  /** Undefined when nothing is to be sent by us. */
  readonly mail: Channel | undefined
  /** The mailbox shows the stored rows, so with it alone, storing a mail is delivering it. */
  readonly firstStatus: 'sent' | 'queued'
  readonly showsMailbox: boolean
}

export async function openPostOffice({
  settings: { smtpUrl, fromAddress, mailbox },
  shared: { isProduction, isOnNetwork, shopName },
  log,
}: ContextFor<typeof settings, Record<string, never>, undefined>) {
  const mail = smtpUrl ? smtpChannel(smtpUrl, { name: shopName, address: fromAddress }) : undefined
  const showsMailbox = mailbox === 'on' || (mailbox === 'auto' && !isProduction && !isOnNetwork && !mail)
  const waits = !mail && !showsMailbox
  if (waits) {
    log.warn(
      {},
      'No mail server is set (NOTIFICATIONS_SMTP_URL): mail waits in the queue until there is one. NOTIFICATIONS_MAILBOX=on shows it at /mailbox, to everybody who can reach the shop.',
    )
  }
  const resources: PostOffice = { mail, showsMailbox, firstStatus: mail || waits ? 'queued' : 'sent' }
  return { resources, close: async () => mail?.close() }
}
