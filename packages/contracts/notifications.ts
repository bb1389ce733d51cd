// What the notifications service promises: the list of mails to customers, sending one again, and the development mailbox.
import { Type } from 'typebox'
import { byId, Id, Page, paging, Time } from './basics.ts'
import { Bytes, defineApi, OneOf, Shape } from './define.ts'
import { EmailFilter } from './text.ts'

export const notificationStatuses = ['queued', 'sent', 'failed', 'suppressed'] as const
export const Notification = Shape({
  id: Id,
  channel: OneOf(['mail']),
  kind: Type.String({
    description:
      'order-confirmed, order-shipped, order-canceled, order-refunded, units-canceled, verification, password-reset, sign-up-repeated, email-change, email-change-notice, email-changed, email-changed-notice',
  }),
  recipient: Type.String(),
  subject: Type.String(),
  status: OneOf(notificationStatuses, { description: 'suppressed: above the limit of letters per mailbox, not sent.' }),
  attempts: Type.Integer(),
  error: Type.Optional(Type.String()),
  orderId: Type.Optional(Id),
  createdAt: Time,
  sentAt: Type.Optional(Time),
})

export const notificationsApi = defineApi('notifications', 'Mail to customers: what was sent, and sending it again.', {
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
        Shape({ id: Id, to: Type.String(), subject: Type.String(), text: Type.String(), sentAt: Time }),
      ),
    }),
  },
})
