// Everything the notifications service does, on one page.
import { join } from 'node:path'
import { notificationsApi } from '@souk/contracts/notifications'
import { OrderCanceled, OrderPlaced, OrderRefunded, OrderShipped } from '@souk/contracts/orders'
import { PasswordResetRequested, VerificationRequested } from '@souk/contracts/users'
import { defineService, every, on } from '@souk/service'
import { calls, settings } from './context.ts'
import { forgetContents } from './delete-old-contents.ts'
import { openPostOffice } from './delivery/mail-delivery.ts'
import { sendMails } from './delivery/send-mails.ts'
import { list } from './list-notifications.ts'
import { mailbox, mailboxList, readMail, readMailBody } from './mailbox/mailbox.ts'
import { tell, tellUnlessSeen } from './queue-notification.ts'
import { resend } from './resend-notification.ts'

export const notifications = defineService({
  name: 'notifications',
  api: notificationsApi,
  settings,
  calls,
  migrations: join(import.meta.dirname, 'migrations'),
  open: openPostOffice,
  routes: { list, resend, mailbox, readMail, readMailBody, mailboxList },
  reacts: [
    on([OrderPlaced], tell('order-confirmed')),
    on([OrderShipped], tell('order-shipped')),
    on([OrderCanceled], tellUnlessSeen),
    on([OrderRefunded], tell('order-refunded')),
    on([VerificationRequested], tell('verification')),
    on([PasswordResetRequested], tell('password-reset')),
  ],
  schedules: [every(0.5, 'send-mails', sendMails), every(3600, 'forget-contents', forgetContents)],
})
