// Everything the notifications service does, on one page: it queues a notification for each event that customers should know
// of and sends it by mail, push or text message.
import { join } from 'node:path'
import { BackInStock } from '@souk/contracts/inventory'
import { notificationsApi } from '@souk/contracts/notifications'
import {
  OrderCanceled,
  OrderPlaced,
  OrderRefunded,
  OrderShipped,
  UnitsCanceled,
  WithdrawalReceived,
} from '@souk/contracts/orders'
import {
  EmailChanged,
  EmailChangeRequested,
  PasswordResetRequested,
  SignUpRepeated,
  UserDeleted,
  VerificationRequested,
} from '@souk/contracts/users'
import { defineService, every, on } from '@souk/service'
import { checkInvariants, invariantsOfNotifications } from './check-invariants.ts'
import { calls, settings } from './context.ts'
import { deleteOldContents } from './delete-old-contents.ts'
import { openDelivery } from './delivery/open-delivery.ts'
import { sendOn } from './delivery/send-notifications.ts'
import { list } from './list-notifications.ts'
import { mailbox, mailboxList, mailboxState, readMail, readMailBody } from './mailbox/mailbox.ts'
import { notificationFigures, notificationMetrics } from './metrics.ts'
import { forgetPerson } from './preferences/forget-person.ts'
import { confirmPhone, deletePhone, putPhone } from './preferences/phone.ts'
import { putPreferences, readPreferences } from './preferences/preferences.ts'
import { deletePushSubscription, putPushSubscription, readPushKey } from './push/push-subscriptions.ts'
import { queueEmailChange, queueEmailChanged } from './queue-email-changes.ts'
import { queueCancellation, queueNotification } from './queue-notification.ts'
import { queueWithdrawal } from './queue-withdrawal.ts'
import { resend } from './resend-notification.ts'
import { announceStock, queueAlerts } from './subscriptions/announce-stock.ts'
import { deleteOldSubscriptions } from './subscriptions/delete-old-subscriptions.ts'
import { askForNewsletter } from './subscriptions/newsletter.ts'
import { forgetNames, rememberNames } from './subscriptions/sku-names.ts'
import { askForStockAlert } from './subscriptions/stock-alerts.ts'
import { changeSubscription, subscriptionPage } from './subscriptions/subscription-pages.ts'

export const notifications = defineService({
  name: 'notifications',
  api: notificationsApi,
  settings,
  calls,
  migrations: join(import.meta.dirname, 'migrations'),
  open: openDelivery,
  routes: {
    list,
    resend,
    readPushKey,
    putPushSubscription,
    deletePushSubscription,
    readPreferences,
    putPreferences,
    putPhone,
    confirmPhone,
    deletePhone,
    askForNewsletter,
    askForStockAlert,
    subscriptionPage,
    changeSubscription,
    mailbox,
    readMail,
    readMailBody,
    mailboxList,
    mailboxState,
  },
  reacts: [
    on([OrderPlaced], queueNotification('order-confirmed')),
    on([OrderShipped], queueNotification('order-shipped')),
    on([OrderCanceled], queueCancellation),
    on([OrderRefunded], queueNotification('order-refunded')),
    on([UnitsCanceled], queueNotification('units-canceled')),
    on([WithdrawalReceived], queueWithdrawal),
    on([VerificationRequested], queueNotification('verification')),
    on([PasswordResetRequested], queueNotification('password-reset')),
    on([SignUpRepeated], queueNotification('sign-up-repeated')),
    on([EmailChangeRequested], queueEmailChange),
    on([EmailChanged], queueEmailChanged),
    on([UserDeleted], forgetPerson),
    on([BackInStock], queueAlerts),
    rememberNames,
    forgetNames,
  ],
  jobs: [announceStock],
  metrics: notificationMetrics,
  figures: [...notificationFigures, invariantsOfNotifications],
  schedules: [
    checkInvariants,
    every(0.5, 'send-mails', sendOn('mail')),
    every(0.5, 'send-pushes', sendOn('push')),
    every(0.5, 'send-texts', sendOn('sms')),
    every(3600, 'delete-old-contents', deleteOldContents),
    every(3600, 'delete-old-subscriptions', deleteOldSubscriptions),
  ],
})
