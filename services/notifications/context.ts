// What every story of the notifications service is handed.
import { type ContextFor, choice, optionalText, text } from '@souk/service'
import type { PostOffice } from './delivery/mail-delivery.ts'

export const settings = {
  smtpUrl: optionalText('the mail server, as smtp://user:password@host:587; without it, mail stays in the mailbox'),
  fromAddress: text('the address that mail comes from', 'shop@souk.example'),
  mailbox: choice(
    'the development mailbox at /mailbox, for everybody who can reach the shop; auto opens it outside production, while there is no mail server and the shop listens on this machine alone',
    ['auto', 'on', 'off'],
    'auto',
  ),
}
export const calls = {}

export type NotificationsContext = ContextFor<typeof settings, typeof calls, PostOffice>
