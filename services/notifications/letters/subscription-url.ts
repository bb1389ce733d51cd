// The links in letters that confirm a subscription or end it.
import { pathOf } from '@souk/contracts'
import { notificationsApi } from '@souk/contracts/notifications'

/** `shopUrl`: where people reach the shop. The token says whose subscription it is. */
export function subscriptionUrl(shopUrl: string, action: 'confirm' | 'unsubscribe', token: string): string {
  return `${shopUrl}${pathOf(notificationsApi.routes.subscriptionPage, { action })}?token=${token}`
}
