// Tells whether a repeated checkout wants to pay in the same way. The payment token itself is forgotten when the outcome is known.
import { hash } from 'node:crypto'
import type { PaymentChoice } from '@souk/contracts/payments'

/** The same for the same payment of the same order, and of no use for finding out the token. */
export function fingerprintOf(orderId: string, { provider, token }: PaymentChoice): string {
  return hash('sha256', JSON.stringify([orderId, provider, token]), 'base64url').slice(0, 22)
}
