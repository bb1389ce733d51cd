// Decides how mail leaves: to a mail server, into the development mailbox, or, in production without a mail server, not yet.
import type { ContextFor } from '@souk/service'
import type { Channel } from './channel.ts'
import type { settings } from './context.ts'
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
  shared: { isProduction, shopName },
  log,
}: ContextFor<typeof settings, Record<string, never>, undefined>) {
  const mail = smtpUrl ? smtpChannel(smtpUrl, { name: shopName, address: fromAddress }) : undefined
  const showsMailbox = mailbox === 'on' || (mailbox === 'auto' && !isProduction && !mail)
  const waits = !mail && !showsMailbox
  if (waits) log.warn({}, 'No mail server is set (NOTIFICATIONS_SMTP_URL): mail waits in the queue until there is one.')
  const own: PostOffice = { mail, showsMailbox, firstStatus: mail || waits ? 'queued' : 'sent' }
  return { own, close: async () => mail?.close() }
}
