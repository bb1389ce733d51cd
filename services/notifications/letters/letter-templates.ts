// The template of each kind of letter: its subject, which is needed when the letter is queued, and its text, needed when it is sent.
import * as account from './account-letters.ts'
import { oneLine } from './formatting.ts'
import type { Letter, Shop } from './letter.ts'
import * as order from './order-letters.ts'
import * as subscription from './subscription-letters.ts'
import { textsOf } from './texts/texts.ts'
import * as withdrawal from './withdrawal-letters.ts'

/** The content of each kind of letter: the data of the message that caused it. */
export interface Contents {
  'order-confirmed': order.Placed
  'order-shipped': order.Shipped
  'order-canceled': order.Canceled
  'order-refunded': order.Refunded
  'units-canceled': order.CanceledUnits
  'withdrawal-received': withdrawal.Withdrawn
  'withdrawal-unmatched': withdrawal.Withdrawn
  verification: account.Verification
  'password-reset': account.PasswordReset
  'sign-up-repeated': account.RepeatedSignUp
  'email-change': account.EmailChange
  'email-change-notice': account.EmailChange
  'email-changed': account.EmailChange
  'email-changed-notice': account.EmailChange
  'newsletter-confirmation': subscription.NewsletterConfirmation
  'stock-alert-confirmation': subscription.StockAlertConfirmation
  'back-in-stock': subscription.BackInStockContent
  'phone-code': PhoneCode
}
/** Only a text message has it. */
export interface PhoneCode {
  phone: string
  code: string
  language?: string
}
export type Kind = keyof Contents
interface Template<C> {
  subject(content: C, shop: Shop): string
  /** `accessKey` lets a guest open the order. It comes from the confirmation; other contents do not hold it. */
  write(content: C, shop: Shop, accessKey?: string): Letter
}

const templates: { [K in Kind]: Template<Contents[K]> } = {
  'order-confirmed': { subject: order.orderConfirmedSubject, write: order.orderConfirmed },
  'order-shipped': { subject: order.orderShippedSubject, write: order.orderShipped },
  'order-canceled': { subject: order.orderCanceledSubject, write: order.orderCanceled },
  'order-refunded': { subject: order.orderRefundedSubject, write: order.orderRefunded },
  'units-canceled': { subject: order.unitsCanceledSubject, write: order.unitsCanceled },
  'withdrawal-received': { subject: withdrawal.withdrawalReceivedSubject, write: withdrawal.withdrawalReceived },
  'withdrawal-unmatched': { subject: withdrawal.withdrawalReceivedSubject, write: withdrawal.withdrawalReceived },
  verification: { subject: account.verificationSubject, write: account.verification },
  'password-reset': { subject: account.passwordResetSubject, write: account.passwordReset },
  'sign-up-repeated': {
    subject: account.repeatedSignUpSubject,
    write: account.repeatedSignUp,
  },
  'email-change': { subject: account.emailChangeSubject, write: account.emailChange },
  'email-change-notice': {
    subject: account.emailChangeNoticeSubject,
    write: account.emailChangeNotice,
  },
  'email-changed': { subject: account.emailChangedSubject, write: account.emailChanged },
  'email-changed-notice': {
    subject: account.emailChangedSubject,
    write: account.emailChanged,
  },
  'newsletter-confirmation': {
    subject: subscription.newsletterConfirmationSubject,
    write: subscription.newsletterConfirmation,
  },
  'stock-alert-confirmation': {
    subject: subscription.stockAlertConfirmationSubject,
    write: subscription.stockAlertConfirmation,
  },
  'back-in-stock': { subject: subscription.backInStockSubject, write: subscription.backInStock },
  'phone-code': {
    subject: ({ language }, shop) => textsOf(language).phoneCode.subject(shop.name),
    write: () => {
      throw new Error('A code is never mailed.')
    },
  },
}

/** The subject, on one line: a line break in it would start another header. */
export function subjectOf<K extends Kind>(kind: K, content: Contents[K], shop: Shop): string {
  return oneLine(templates[kind].subject(content, shop)).slice(0, 200)
}

/** Writes a letter of this kind. */
export function writeLetter<K extends Kind>(kind: K, content: Contents[K], shop: Shop, accessKey?: string): Letter {
  return { ...templates[kind].write(content, shop, accessKey), subject: subjectOf(kind, content, shop) }
}

/** With a secret link or code that expires. They cannot be sent again, and their content is deleted once they are sent. */
export const secretKinds: readonly Kind[] = [
  'verification',
  'password-reset',
  'sign-up-repeated',
  'email-change',
  'newsletter-confirmation',
  'stock-alert-confirmation',
  'phone-code',
]
