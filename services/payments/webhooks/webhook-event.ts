// Decides when a provider's event adds nothing to the stored payment, so that the provider need not be asked.
import { isOpen, type Payment, type PaymentStatus } from '../payment/payment.ts'
import type { ProviderEventKind } from '../providers/provider.ts'

/** An event as it was stored. */
export interface WebhookEvent {
  provider: string
  id: string
  /** The payment's reference at the provider. */
  reference: string
  kind: string
}

/**
 * A payment in one of these statuses has seen what an event of the kind is about. A partial refund may be followed by others of the
 * same kind, so only a full refund counts; a dispute changes no status.
 */
const statusesSince: Readonly<Record<string, readonly PaymentStatus[]>> = {
  'payment.authorized': ['authorized', 'captured', 'partially-refunded', 'refunded'],
  'payment.captured': ['captured', 'partially-refunded', 'refunded'],
  'payment.failed': ['declined'],
  'payment.voided': ['voided'],
  'payment.refunded': ['refunded'],
  'payment.disputed': [],
} satisfies Record<ProviderEventKind, readonly PaymentStatus[]>

export function statusesSinceEvent(kind: string): readonly PaymentStatus[] {
  return statusesSince[kind] ?? []
}

/** The same rule as in the statement of `storeEvent`. */
export function tellsNothingNew(event: WebhookEvent, payment: Payment): boolean {
  return (
    payment.reference === event.reference &&
    statusesSinceEvent(event.kind).includes(payment.status) &&
    !payment.operations.some(isOpen)
  )
}
