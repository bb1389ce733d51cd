// What the gateway hears in passing: answers that are no longer true, sessions that have ended, orders that moved on.
import type { Envelope } from '@souk/messaging'
import type { GatewayContext } from './context.ts'

export function hear(envelope: Envelope, { resources }: GatewayContext): void {
  if (envelope.type.startsWith('orders.')) resources.streams.tell(envelope.subject)
  else if (envelope.type.startsWith('products.')) resources.reads.drop('products')
  else {
    const { userId, sessionId } = envelope.data as { userId: string; sessionId?: string }
    resources.sessions.forget(userId, sessionId)
    resources.streams.recheck(userId)
  }
}
