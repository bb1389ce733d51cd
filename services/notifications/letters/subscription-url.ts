// The links in letters that confirm a subscription or end it.
import { pathOf } from '@souk/contracts'
import { type Language, notificationsApi } from '@souk/contracts/notifications'

/** `shopUrl`: where people reach the shop. The token says whose subscription it is; the language is that of the letter. */
export function subscriptionUrl(
  shopUrl: string,
  action: 'confirm' | 'unsubscribe',
  token: string,
  language: Language,
): string {
  const path = pathOf(notificationsApi.routes.subscriptionPage, { action })
  return `${shopUrl}${path}?token=${token}&language=${language}`
}
