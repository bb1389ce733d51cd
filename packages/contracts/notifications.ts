// What the notifications service promises: letters, pushes and text messages to customers, what each person wants to be told, the
// newsletter, stock alerts, and the development mailbox.
import { type Static, Type } from 'typebox'
import { byId, Email, Id, Page, paging, Sku, Time } from './basics.ts'
import { Bytes, defineApi, Nothing, OneOf, Shape } from './define.ts'
import { EmailFilter, Line, Opaque } from './text.ts'

export const notificationStatuses = ['queued', 'sent', 'failed', 'suppressed'] as const
export const notificationChannels = ['mail', 'push', 'sms'] as const
export const languages = ['en', 'de'] as const
export const Language = OneOf(languages, { description: 'The language of letters and messages; en without it.' })
export type Language = Static<typeof Language>

export const Notification = Shape({
  id: Id,
  channel: OneOf(notificationChannels),
  kind: Type.String({
    description:
      'order-confirmed, order-shipped, order-canceled, order-refunded, units-canceled, withdrawal-received, withdrawal-unmatched, verification, password-reset, sign-up-repeated, email-change, email-change-notice, email-changed, email-changed-notice, newsletter-confirmation, stock-alert-confirmation, back-in-stock, phone-code',
  }),
  recipient: Type.String({
    description: 'An e-mail address, a telephone number, or the id of a browser that receives pushes.',
  }),
  subject: Type.String(),
  status: OneOf(notificationStatuses, { description: 'suppressed: above the limit of letters per mailbox, not sent.' }),
  attempts: Type.Integer(),
  error: Type.Optional(Type.String()),
  orderId: Type.Optional(Id),
  createdAt: Time,
  sentAt: Type.Optional(Time),
})

const vapidKey = 'BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8'
/** A browser that receives pushes, as `PushSubscription.toJSON()` has it. */
const pushKey = (bytes: number, characters: number, example: string) =>
  Opaque({
    minLength: characters,
    maxLength: characters + 4,
    pattern: '^[A-Za-z0-9_-]+={0,2}$',
    description: `${bytes} bytes in base64url.`,
    examples: [example],
  })
export const PushSubscription = Shape({
  endpoint: Opaque({
    minLength: 9,
    maxLength: 2_000,
    description: 'An https URL of the browser’s push service.',
    examples: ['https://push.example.com/send/abc'],
  }),
  keys: Shape({
    p256dh: pushKey(65, 87, 'BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4'),
    auth: pushKey(16, 22, 'BTBZMqHH6r4Tts7J_aSIgg'),
  }),
})
const News = Shape({
  mail: Type.Boolean({
    description: 'The law demands a mail for confirmed, canceled and refunded: always true there.',
  }),
  push: Type.Boolean(),
  sms: Type.Boolean({ description: 'Texts go to the confirmed telephone number.' }),
})
const OrderNews = Shape({ confirmed: News, shipped: News, canceled: News, refunded: News })
const TimeOfDay = Type.String({
  pattern: '^([01][0-9]|2[0-3]):[0-5][0-9]$',
  description: 'Such as 22:00.',
  examples: ['22:00'],
})
const QuietHours = Shape(
  {
    from: TimeOfDay,
    until: TimeOfDay,
    timeZone: Opaque({
      minLength: 1,
      maxLength: 60,
      description: 'A name of the IANA database.',
      examples: ['Europe/Berlin'],
    }),
  },
  { description: 'Pushes and texts wait until they are over. Mail does not.' },
)
export const NotificationPreferences = Shape({
  orderNews: OrderNews,
  newsletter: OneOf(['off', 'asked', 'on'], {
    description: 'At the address of the account. asked: waits for the link in the mail.',
  }),
  quietHours: Type.Optional(QuietHours),
  phone: Type.Optional(
    Shape({ number: Type.String({ description: 'E.164.', examples: ['+4930901820'] }), isConfirmed: Type.Boolean() }),
  ),
  canText: Type.Boolean({ description: 'False: the shop sends no text messages, so the page offers none.' }),
})
export type NotificationPreferences = Static<typeof NotificationPreferences>
const preferencesPath = '/v1/me/notification-preferences'
const asked = Shape({
  needsConfirmation: Type.Boolean({
    description:
      'True: a mail with a link is on its way, if the address may get one. False only where a signed-in customer asks for the own, proved address.',
  }),
})

export const notificationsApi = defineApi('notifications', 'What customers are told by mail, push and text message.', {
  readPushKey: {
    method: 'GET',
    path: '/v1/push/key',
    access: 'anyone',
    summary: 'Read the key with which a browser subscribes to pushes',
    about:
      'The applicationServerKey of PushManager.subscribe (VAPID, RFC 8292): 65 bytes in base64url. A browser that subscribed with another key unsubscribes and subscribes anew.',
    sameForEverybody: true,
    reply: Shape({ publicKey: Type.String({ examples: [vapidKey] }) }),
  },
  putPushSubscription: {
    method: 'PUT',
    path: '/v1/push/subscriptions',
    access: 'anyone',
    summary: 'Let a browser receive pushes',
    about:
      'About one order (orderId), to whoever may read it: its owner, or with the Order-Key. About a SKU that is sold out (sku): one push when it is back. About all my orders: signed in, without either. Repeating it changes nothing; new keys replace the old ones. not-found while the order is not paid.',
    headers: ['order-key'],
    body: Shape({
      ...PushSubscription.properties,
      publicKey: Type.Optional(
        Opaque({
          maxLength: 100,
          description: 'The key that the browser has subscribed with; the present one without it.',
          examples: [vapidKey],
        }),
      ),
      orderId: Type.Optional(Id),
      sku: Type.Optional(Sku),
      language: Type.Optional(Language),
    }),
    reply: Nothing,
    status: 204,
    refusals: {
      'push-service-refused': 422,
      'push-key-unknown': 409,
      'sku-unknown': 422,
      'too-many-subscriptions': 422,
      'not-found': 404,
      'not-signed-in': 401,
    },
  },
  deletePushSubscription: {
    method: 'DELETE',
    path: '/v1/push/subscriptions',
    access: 'anyone',
    summary: 'Send a browser no more pushes',
    about:
      'Only the browser knows its endpoint. With orderId or sku: no more about these; with mine, no more about my orders (at sign-out); with none of them: no more at all. Harmless when repeated.',
    body: Shape({
      endpoint: PushSubscription.properties.endpoint,
      orderId: Type.Optional(Id),
      sku: Type.Optional(Sku),
      mine: Type.Optional(Type.Literal(true)),
    }),
    reply: Nothing,
    status: 204,
  },

  readPreferences: {
    method: 'GET',
    path: preferencesPath,
    access: 'customer',
    summary: 'Read what I am told, and how',
    reply: NotificationPreferences,
  },
  putPreferences: {
    method: 'PUT',
    path: preferencesPath,
    access: 'customer',
    summary: 'Choose what I am told, and how',
    about:
      'All of it: without quietHours there are none. newsletter true takes effect at once where the address of the account is proved; else a mail asks for confirmation.',
    body: Shape({
      orderNews: OrderNews,
      newsletter: Type.Boolean(),
      quietHours: Type.Optional(QuietHours),
      language: Type.Optional(Language),
    }),
    reply: NotificationPreferences,
    refusals: { 'mail-required': 422, 'time-zone-unknown': 422, 'phone-not-confirmed': 409 },
  },
  putPhone: {
    method: 'PUT',
    path: `${preferencesPath}/phone`,
    access: 'customer',
    summary: 'Name the telephone number for text messages',
    status: 202,
    about:
      'A code of six digits is sent to it, which confirmPhone takes within ten minutes. A number without a + needs the country. Until it is confirmed, texts go to the number of before.',
    body: Shape({
      number: Line({ minLength: 4, maxLength: 40, examples: ['+49 30 901820'] }),
      country: Type.Optional(Type.String({ pattern: '^[A-Z]{2}$' })),
      language: Type.Optional(Language),
    }),
    reply: Shape({ number: Type.String({ examples: ['+4930901820'] }), expiresAt: Time }),
    refusals: { 'phone-invalid': 422, 'country-not-served': 422, 'texts-unavailable': 409 },
  },
  confirmPhone: {
    method: 'POST',
    path: `${preferencesPath}/phone/confirm`,
    access: 'customer',
    summary: 'Confirm the telephone number by its code',
    about: 'After five wrong codes a new one is needed.',
    body: Shape({
      code: Line({
        minLength: 1,
        maxLength: 20,
        description: 'Spaces and hyphens do not matter.',
        examples: ['123 456'],
      }),
    }),
    reply: NotificationPreferences,
    refusals: { 'code-wrong': 422, 'code-expired': 409 },
  },
  deletePhone: {
    method: 'DELETE',
    path: `${preferencesPath}/phone`,
    access: 'customer',
    summary: 'Forget my telephone number',
    reply: Nothing,
    status: 204,
  },

  askForNewsletter: {
    method: 'POST',
    path: '/v1/newsletter',
    access: 'anyone',
    summary: 'Ask for the newsletter',
    status: 202,
    about:
      'Nothing is sent to an address before its owner has opened the link in a mail and pressed the button. The answer is the same for an address that gets it already.',
    body: Shape({ email: Email, language: Type.Optional(Language) }),
    reply: asked,
  },
  askForStockAlert: {
    method: 'POST',
    path: '/v1/stock-alerts',
    access: 'anyone',
    summary: 'Be told when something sold out is back',
    status: 202,
    about:
      'One letter, once. An address that is not the proved one of the signed-in customer is confirmed by a mail first. Without email it is that of the signed-in customer. One alert for each address and SKU; the answer is the same for an address that has one.',
    body: Shape({ sku: Sku, email: Type.Optional(Email), language: Type.Optional(Language) }),
    reply: asked,
    refusals: { 'sku-unknown': 422, 'email-missing': 422 },
  },
  subscriptionPage: {
    method: 'GET',
    path: '/subscriptions/:action',
    access: 'anyone',
    summary: 'The page that a link in a letter opens: confirm, or unsubscribe',
    about: 'Changes nothing, whoever opens it: mail scanners follow links. The query holds the token.',
    hidden: true,
    securityPolicy: 'page',
    params: Shape({ action: OneOf(['confirm', 'unsubscribe']) }),
    reply: Bytes,
  },
  changeSubscription: {
    method: 'POST',
    path: '/subscriptions/:action',
    access: 'anyone',
    summary: 'The button of that page, and the one-click unsubscription of mail programs (RFC 8058)',
    about:
      'The token is in the query or in the form. Unsubscribing answers 200, whatever the token, and never redirects.',
    hidden: true,
    securityPolicy: 'page',
    params: Shape({ action: OneOf(['confirm', 'unsubscribe']) }),
    body: Bytes,
    bodyLimit: 8 * 1024,
    reply: Bytes,
    otherStatuses: [400],
  },

  list: {
    method: 'GET',
    path: '/v1/notifications',
    access: 'staff',
    summary: 'List what was sent, newest first',
    query: Shape({
      ...paging,
      orderId: Type.Optional(Id),
      recipient: Type.Optional(EmailFilter({ maxLength: 254 })),
      status: Type.Optional(OneOf(notificationStatuses)),
      channel: Type.Optional(OneOf(notificationChannels)),
    }),
    reply: Page(Notification),
    refusals: { 'invalid-cursor': 400 },
  },
  resend: {
    method: 'POST',
    path: '/v1/notifications/:id/resend',
    access: 'staff',
    summary: 'Send it again',
    idempotencyKey: true,
    status: 201,
    params: byId,
    reply: Notification,
    refusals: { 'cannot-resend': 409 },
  },
  mailbox: {
    method: 'GET',
    path: '/mailbox',
    access: 'anyone',
    summary: 'The development mailbox',
    hidden: true,
    securityPolicy: 'page',
    query: Shape({ to: Type.Optional(EmailFilter({ maxLength: 254 })) }),
    reply: Bytes,
  },
  readMail: {
    method: 'GET',
    path: '/mailbox/:id',
    access: 'anyone',
    summary: 'One mail of the development mailbox',
    hidden: true,
    securityPolicy: 'page',
    params: byId,
    reply: Bytes,
  },
  readMailBody: {
    method: 'GET',
    path: '/mailbox/:id/html',
    access: 'anyone',
    summary: 'The HTML part of a mail, for the frame that shows it',
    hidden: true,
    securityPolicy: 'framed',
    params: byId,
    reply: Bytes,
  },
  mailboxState: {
    method: 'GET',
    path: '/internal/mailbox',
    access: { services: ['gateway'] },
    summary: 'Whether the development mailbox is open',
    about: 'While it is, the gateway answers only requests to hosts that it knows.',
    reply: Shape({ isOpen: Type.Boolean() }),
  },
  mailboxList: {
    method: 'GET',
    path: '/mailbox.json',
    access: 'anyone',
    summary: 'The development mailbox as JSON, for tests and scripts',
    hidden: true,
    query: Shape({ to: Type.Optional(EmailFilter({ maxLength: 254 })) }),
    reply: Shape({
      items: Type.Array(
        Shape({
          id: Id,
          channel: OneOf(notificationChannels),
          to: Type.String(),
          subject: Type.String(),
          text: Type.String(),
          sentAt: Time,
        }),
      ),
    }),
  },
})
