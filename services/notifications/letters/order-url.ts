// The link to the page of an order, in letters, pushes and text messages.
import type { Shop } from './letter.ts'
import { languageOf } from './texts/texts.ts'

/** In the language of the order. `accessKey` opens it to a guest: it stands behind the #, which browsers send to no server. */
export function pageOfOrder(
  { orderId, language }: { orderId: string; language?: string },
  shop: Shop,
  accessKey: string | undefined,
): string {
  const key = accessKey ? `#key=${encodeURIComponent(accessKey)}` : ''
  return `${shop.url}/${languageOf(language)}/orders/${orderId}${key}`
}
