// What the gateway hears in passing: answers that are no longer true, sessions that have ended, orders that moved on.
import type { Envelope } from '@souk/service'
import type { GatewayContext } from './context.ts'

export function hear(envelope: Envelope, { own }: GatewayContext): void {
  if (envelope.type.startsWith('orders.')) own.streams.tell(envelope.subject)
  else if (envelope.type.startsWith('products.')) own.reads.drop('products')
  else {
    const { userId, sessionId } = envelope.data as { userId: string; sessionId?: string }
    own.sessions.forget(userId, sessionId)
    own.streams.recheck(userId)
  }
}
