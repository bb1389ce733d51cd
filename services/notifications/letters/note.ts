// What a push and a text message say: one sentence and where it leads to. Both are short: a text message of more than 160 characters costs
// twice, a push shows about 120.
import { oneLine } from './formatting.ts'
import type { Shop } from './letter.ts'
import type { Contents, Kind } from './letter-templates.ts'
import { subjectOf } from './letter-templates.ts'
import { pageOfOrder } from './order-letters.ts'
import { type BackInStockContent, pageOfProduct } from './subscription-letters.ts'
import { textsOf } from './texts/texts.ts'

export interface Note {
  title: string
  text: string
  url: string
}

/** `accessKey`: with it, a guest opens the order. It stands behind the #, which browsers send to no server. */
export function noteOf<K extends Kind>(kind: K, content: Contents[K], shop: Shop, accessKey?: string): Note {
  const texts = textsOf('language' in content ? content.language : undefined)
  // The cast: TypeScript does not narrow a content by its kind.
  if (kind === 'phone-code') {
    const { code } = content as Contents['phone-code']
    return { title: texts.phoneCode.subject(shop.name), text: texts.phoneCode.text(shop.name, code), url: shop.url }
  }
  const text = oneLine(subjectOf(kind, content, shop)).slice(0, 200)
  if (kind === 'back-in-stock')
    return { title: text, text: texts.backInStock.push, url: pageOfProduct(content as BackInStockContent, shop) }
  const sentence =
    kind === 'order-confirmed' ? texts.confirmed.push((content as Contents['order-confirmed']).number) : text
  const { orderId, language } = content as { orderId?: string; language?: string }
  const url = orderId ? pageOfOrder({ orderId, language }, shop, accessKey) : shop.url
  return { title: shop.name, text: sentence, url }
}
