// All kinds of letters on one page: how each is written, and its subject alone, which is all that the hot path needs.
import {
  type PasswordReset,
  passwordReset,
  passwordResetSubject,
  type Verification,
  verification,
  verificationSubject,
} from './account-letters.ts'
import { oneLine } from './formatting.ts'
import type { Letter, Shop } from './letter.ts'
import * as order from './order-letters.ts'

/** What a letter of each kind is written from: the data of the message that caused it. */
export interface Contents {
  'order-confirmed': order.Placed
  'order-shipped': order.Shipped
  'order-canceled': order.Canceled
  'order-refunded': order.Refunded
  verification: Verification
  'password-reset': PasswordReset
}
export type Kind = keyof Contents
interface Writer<C> {
  subject(content: C, shop: Shop): string
  /** `accessKey` opens the order to a guest, where it is known and not in the content. */
  write(content: C, shop: Shop, accessKey?: string): Letter
}

const writers: { [K in Kind]: Writer<Contents[K]> } = {
  'order-confirmed': { subject: order.orderConfirmedSubject, write: order.orderConfirmed },
  'order-shipped': { subject: order.orderShippedSubject, write: order.orderShipped },
  'order-canceled': { subject: order.orderCanceledSubject, write: order.orderCanceled },
  'order-refunded': { subject: order.orderRefundedSubject, write: order.orderRefunded },
  verification: { subject: (_content, shop) => verificationSubject(shop), write: verification },
  'password-reset': { subject: (_content, shop) => passwordResetSubject(shop), write: passwordReset },
}

/** The subject on one line: a line break in a name must not start another header. */
export function subjectOf<K extends Kind>(kind: K, content: Contents[K], shop: Shop): string {
  return oneLine(writers[kind].subject(content, shop)).slice(0, 200)
}

export function writeLetter<K extends Kind>(kind: K, content: Contents[K], shop: Shop, accessKey?: string): Letter {
  return { ...writers[kind].write(content, shop, accessKey), subject: subjectOf(kind, content, shop) }
}

/** Their links work once or expire, and are secret until then: not to be sent again, and forgotten once sent. */
export const secretKinds: readonly Kind[] = ['verification', 'password-reset']
