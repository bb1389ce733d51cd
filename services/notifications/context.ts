// The settings of the notifications service and the context that its stories receive.
import { type ContextFor, choice, flag, hostList, integer, optionalText, text } from '@souk/service'
import type { Channel, ChannelName } from './delivery/channel.ts'
import type { Shop } from './letters/letter.ts'
import type { PushKeys } from './push/push-keys.ts'

export const settings = {
  smtpUrl: optionalText('the mail server, as smtp://user:password@host:587; without it, mail stays in the mailbox'),
  fromAddress: text('the address that mail comes from', 'shop@souk.example'),
  merchant: text(
    'name, postal address and e-mail address of the merchant, as the information about withdrawal names them',
    'Souk, Musterstraße 1, 10115 Berlin, shop@souk.example',
  ),
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
  smsUrl: optionalText(
    'where text messages are sent, by the protocol of Twilio, as https://account:token@api.twilio.com/2010-04-01/Accounts/account/Messages.json; without it, texts stay in the mailbox',
  ),
  smsFrom: text('the sender of text messages: a number, or a name of up to 11 letters and digits', 'Souk'),
  smsCountries: countryList(
    'countries whose telephone numbers get text messages, separated by commas: each text costs money',
    ['AT', 'BE', 'CH', 'CZ', 'DE', 'DK', 'ES', 'FR', 'GB', 'IE', 'IT', 'LI', 'LU', 'NL', 'PL', 'SE'],
  ),
  vapidKeys: optionalText(
    'private keys that sign pushes (P-256, base64url), separated by commas; the first is for new subscriptions. Without it, one is made and kept in the database',
  ),
  pushHosts: hostList('hosts of push services that may be sent to; none: every host with a public address'),
  pushLoopback: flag('whether pushes may go to this machine, over HTTP, too: for tests', false),
  subscriptionsPerHour: integer('letters asking for confirmation that one network may cause within an hour', 10, {
    min: 1,
    max: 1_000_000,
  }),
}
export const calls = {}

/** Country codes, separated by commas. */
function countryList(about: string, fallback: readonly string[]) {
  return {
    about,
    fallback,
    read(value: string): readonly string[] | Error {
      const list = value.split(',').map((one) => one.trim().toUpperCase())
      return list.every((one) => /^[A-Z]{2}$/.test(one)) ? list : new Error('must hold country codes like DE,AT')
    },
  }
}

/** How notifications are delivered, as the settings say (delivery/open-delivery.ts). */
export interface Delivery {
  /** A channel that is missing delivers nothing: what is queued waits. */
  readonly channels: { readonly [C in ChannelName]?: Channel }
  /** The status of a new notification. With the mailbox alone it is `sent`: the mailbox shows the stored rows. */
  readonly firstStatus: { readonly [C in ChannelName]: 'sent' | 'queued' }
  /** Whether text messages are offered: they reach a provider or the mailbox. */
  readonly canText: boolean
  readonly showsMailbox: boolean
  readonly pushKeys: PushKeys
}
export type NotificationsContext = ContextFor<typeof settings, typeof calls, Delivery>
export type BaseContext = ContextFor<typeof settings, typeof calls, undefined>

/** The shop, as letters and pages name it. */
export function shopOf({ shared, settings }: NotificationsContext): Shop {
  return { name: shared.shopName, url: shared.publicUrl, merchant: settings.merchant }
}
