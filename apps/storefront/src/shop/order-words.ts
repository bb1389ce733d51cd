// An order in words: its status and what comes next, and what happened to it.
import type { Order, OrderStatus } from '@souk/contracts/orders'
import type { TextName, Texts } from '../texts/texts.ts'

/** Statuses of which nobody knows yet whether the order comes about. */
export const undecided: readonly OrderStatus[] = ['checking-out', 'awaiting-customer', 'capturing']

const statusNames: Readonly<Record<OrderStatus, TextName>> = {
  'checking-out': 'after.statusWaiting',
  'awaiting-customer': 'after.statusBank',
  capturing: 'after.statusWaiting',
  paid: 'after.statusPaid',
  'partially-shipped': 'after.statusPartly',
  shipped: 'after.statusShipped',
  canceled: 'after.statusCanceled',
}
const nextSteps: Readonly<Record<OrderStatus, TextName>> = {
  'checking-out': 'after.nextWaiting',
  'awaiting-customer': 'after.nextBank',
  capturing: 'after.nextWaiting',
  paid: 'after.nextPaid',
  'partially-shipped': 'after.nextPartly',
  shipped: 'after.nextShipped',
  canceled: 'after.nextCanceled',
}
const cancelReasons: Readonly<Record<string, TextName>> = {
  'by-customer': 'after.canceledByYou',
  'by-staff': 'after.canceledByUs',
  'out-of-stock': 'after.canceledSoldOut',
  declined: 'after.canceledDeclined',
  expired: 'after.canceledExpired',
}
const eventNames: Readonly<Record<string, TextName>> = {
  created: 'after.eventCreated',
  'action-required': 'after.eventBank',
  'payment-authorized': 'after.eventAuthorized',
  paid: 'after.eventPaid',
  canceled: 'after.eventCanceled',
  shipped: 'after.eventShipped',
  'refund-requested': 'after.eventRefundRequested',
  refunded: 'after.eventRefunded',
  'refund-failed': 'after.eventRefundFailed',
  'units-canceled': 'after.eventUnitsCanceled',
  'late-payment': 'after.eventLatePayment',
  'withdrawal-received': 'after.eventWithdrawal',
  'withdrawal-closed': 'after.eventWithdrawalClosed',
}

export function statusWords(status: OrderStatus, t: Texts): string {
  return t(statusNames[status])
}

/** What happens next, or why nothing does. */
export function nextWords({ status, cancelReason }: Order, t: Texts): string {
  return t((status === 'canceled' && cancelReasons[cancelReason ?? '']) || nextSteps[status])
}

/** An entry of the timeline; in the words of the API where it is of a kind that this site does not know. */
export function eventWords({ type, message }: { type: string; message: string }, t: Texts): string {
  const name = eventNames[type]
  return name ? t(name) : message
}
