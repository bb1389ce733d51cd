// The settings of the notifications service and the context that its stories receive.
import { type ContextFor, choice, integer, optionalText, text } from '@souk/service'
import type { Channel } from './delivery/channel.ts'
import type { Shop } from './letters/letter.ts'

export const settings = {
  smtpUrl: optionalText('the mail server, as smtp://user:password@host:587; without it, mail stays in the mailbox'),
  fromAddress: text('the address that mail comes from', 'shop@souk.example'),
  lettersPerHour: integer(
    'letters to one mailbox within an hour; those about orders and those about the account are counted apart',
    30,
    { min: 1, max: 1_000_000 },
  ),
  lettersPerDay: integer('the same within a day', 100, { min: 1, max: 1_000_000 }),
  mailbox: choice(
    'the development mailbox at /mailbox, for everybody who can reach the shop; auto opens it outside production, while there is no mail server and the shop listens on this machine alone',
    ['auto', 'on', 'off'],
    'auto',
  ),
}
export const calls = {}

/** How mail is delivered, as the settings say (delivery/mail-delivery.ts). */
export interface MailDelivery {
  /** Undefined without a mail server. */
  readonly channel: Channel | undefined
  /** The status of a new notification. With the mailbox alone it is `sent`: the mailbox shows the stored rows. */
  readonly firstStatus: 'sent' | 'queued'
  readonly showsMailbox: boolean
}
export type NotificationsContext = ContextFor<typeof settings, typeof calls, MailDelivery>
export type BaseContext = ContextFor<typeof settings, typeof calls, undefined>

/** The shop, as letters and pages name it. */
export function shopOf({ shared }: NotificationsContext): Shop {
  return { name: shared.shopName, url: shared.publicUrl }
}
