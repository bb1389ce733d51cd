// The small print of a confirmation: links to the terms, and the text of the information about withdrawal. The law wants both on a durable
// medium (BGB 312f, EGBGB 246a), so the text is in the letter itself; a lawyer of the merchant checks it.
import type { Language } from '@souk/contracts/notifications'
import { oneLine } from './formatting.ts'
import type { Block, Shop } from './letter.ts'
import { textsOf } from './texts/texts.ts'

export function termsOf(language: Language, shop: Shop): Block {
  const { terms, withdrawal } = textsOf(language)
  return {
    type: 'terms',
    heading: withdrawal.heading,
    paragraphs: withdrawal.paragraphs(oneLine(shop.merchant)),
    links: [
      { label: terms, url: `${shop.url}/${language}/info/terms` },
      { label: withdrawal.link, url: `${shop.url}/${language}/info/withdrawal` },
    ],
  }
}
