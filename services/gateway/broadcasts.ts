// The messages that every instance of the gateway receives, and what each changes here: cached responses become outdated,
// sessions end, live streams have more to send, payments were declined.
import { allMessages, allRoutes, type MessageDefinition } from '@souk/contracts'
import { BackInStock, SoldOut, StockLow } from '@souk/contracts/inventory'
import { OrderCanceled, OrderPlaced } from '@souk/contracts/orders'
import { CategoryChanged, ProductChanged, ProductDeleted } from '@souk/contracts/products'
import { SessionRevoked, UserDeleted, UserUpdated } from '@souk/contracts/users'
import type { Envelope } from '@souk/messaging'
import type { GatewayContext } from './context.ts'

const ofCachedResponses: readonly MessageDefinition[] = [
  ProductChanged,
  ProductDeleted,
  CategoryChanged,
  BackInStock,
  SoldOut,
  StockLow,
]
const ofSessions: readonly MessageDefinition[] = [SessionRevoked, UserDeleted, UserUpdated]
const ofLiveStreams = [...new Set(allRoutes.flatMap((route) => route.live?.messages ?? []))].map(
  (type) => allMessages.get(type) as MessageDefinition, // A test of the contracts says that each exists.
)
export const messages = [...ofCachedResponses, ...ofSessions, ...ofLiveStreams]

const cacheTypes = new Set<string>(ofCachedResponses.map(({ type }) => type))
const sessionTypes = new Set<string>(ofSessions.map(({ type }) => type))

export function receiveBroadcast({ type, subject, data }: Envelope, { resources }: GatewayContext): void {
  if (cacheTypes.has(type)) resources.responseCache.drop(serviceOf(type))
  if (sessionTypes.has(type)) {
    const { userId, sessionId } = data as { userId: string; sessionId?: string }
    resources.sessions.forget(userId, sessionId)
    resources.liveStreams.recheck(userId)
  }
  if (type === OrderPlaced.type) resources.declineLimit.ended(subject, 'paid')
  if (type === OrderCanceled.type && (data as { reason: string }).reason === 'declined')
    resources.declineLimit.ended(subject, 'declined')
  resources.liveStreams.notify(type, subject)
}

/** Messages may have been lost: nothing that they would have changed is used any more, and live streams look for themselves. */
export function forgetAll({ resources }: GatewayContext): void {
  for (const service of new Set([...cacheTypes].map(serviceOf))) resources.responseCache.drop(service)
  resources.sessions.forget()
  resources.liveStreams.recheck()
}

function serviceOf(type: string): string {
  return type.slice(0, type.indexOf('.'))
}
