// Everything the notifications service does, on one page: it queues a letter for each event that customers should know of, and
// sends it by mail.
import { join } from 'node:path'
import { notificationsApi } from '@souk/contracts/notifications'
import { OrderCanceled, OrderPlaced, OrderRefunded, OrderShipped, UnitsCanceled } from '@souk/contracts/orders'
import {
  EmailChanged,
  EmailChangeRequested,
  PasswordResetRequested,
  SignUpRepeated,
  VerificationRequested,
} from '@souk/contracts/users'
import { defineService, every, on } from '@souk/service'
import { checkInvariants, invariantsOfNotifications } from './check-invariants.ts'
import { calls, settings } from './context.ts'
import { deleteOldContents } from './delete-old-contents.ts'
import { openMailDelivery } from './delivery/mail-delivery.ts'
import { sendMails } from './delivery/send-mails.ts'
import { list } from './list-notifications.ts'
import { mailbox, mailboxList, mailboxState, readMail, readMailBody } from './mailbox/mailbox.ts'
import { mailFigures, mailMetrics } from './metrics.ts'
import { queueEmailChange, queueEmailChanged } from './queue-email-changes.ts'
import { queueCancellation, queueNotification } from './queue-notification.ts'
import { resend } from './resend-notification.ts'

export const notifications = defineService({
  name: 'notifications',
  api: notificationsApi,
  settings,
  calls,
  migrations: join(import.meta.dirname, 'migrations'),
  open: openMailDelivery,
  routes: { list, resend, mailbox, readMail, readMailBody, mailboxList, mailboxState },
  reacts: [
    on([OrderPlaced], queueNotification('order-confirmed')),
    on([OrderShipped], queueNotification('order-shipped')),
    on([OrderCanceled], queueCancellation),
    on([OrderRefunded], queueNotification('order-refunded')),
    on([UnitsCanceled], queueNotification('units-canceled')),
    on([VerificationRequested], queueNotification('verification')),
    on([PasswordResetRequested], queueNotification('password-reset')),
    on([SignUpRepeated], queueNotification('sign-up-repeated')),
    on([EmailChangeRequested], queueEmailChange),
    on([EmailChanged], queueEmailChanged),
  ],
  metrics: mailMetrics,
  figures: [mailFigures, invariantsOfNotifications],
  schedules: [
    checkInvariants,
    every(0.5, 'send-mails', sendMails),
    every(3600, 'delete-old-contents', deleteOldContents),
  ],
})
