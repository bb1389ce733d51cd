// The letters that are not about an order or an account: they ask for a confirmation, and tell that something is back.
import type { Language } from '@souk/contracts/notifications'
import { button, type Letter, note, paragraph, type Shop } from './letter.ts'
import { subscriptionUrl } from './subscription-url.ts'
import { textsOf } from './texts/texts.ts'

interface Asked {
  email: string
  language: Language
  /** The link that confirms. */
  url: string
}
export type NewsletterConfirmation = Asked
export type StockAlertConfirmation = Asked & { title: string }
export interface BackInStockContent {
  /** Missing in a push. */
  email?: string
  language: Language
  sku: string
  slug: string
  title: string
  /** The token of the link that unsubscribes; letters alone have it. */
  token?: string
}

export function newsletterConfirmation({ language, url }: NewsletterConfirmation, shop: Shop): Letter {
  const t = textsOf(language).newsletterConfirmation
  return {
    language,
    subject: newsletterConfirmationSubject({ language }, shop),
    summary: t.summary,
    heading: t.heading,
    blocks: [paragraph(t.text(shop.name)), ...button(t.button, url), note(t.note)],
  }
}
export function newsletterConfirmationSubject({ language }: { language: Language }, shop: Shop): string {
  return textsOf(language).newsletterConfirmation.subject(shop.name)
}

export function stockAlertConfirmation({ language, url, title }: StockAlertConfirmation): Letter {
  const t = textsOf(language).stockAlertConfirmation
  return {
    language,
    subject: t.subject(title),
    summary: t.summary,
    heading: t.heading,
    blocks: [paragraph(t.text(title)), ...button(t.button, url), note(t.note)],
  }
}
export function stockAlertConfirmationSubject({ language, title }: StockAlertConfirmation): string {
  return textsOf(language).stockAlertConfirmation.subject(title)
}

export function backInStock(content: BackInStockContent, shop: Shop): Letter {
  const { language, title, token } = content
  const t = textsOf(language).backInStock
  return {
    language,
    subject: backInStockSubject(content),
    summary: t.summary,
    heading: t.heading,
    blocks: [paragraph(t.text(title)), ...button(t.button, pageOfProduct(content, shop)), note(t.note)],
    unsubscribeUrl: token && subscriptionUrl(shop.url, 'unsubscribe', token, language),
  }
}
export function backInStockSubject({ language, title }: BackInStockContent): string {
  return textsOf(language).backInStock.subject(title)
}
export function pageOfProduct({ language, slug, sku }: BackInStockContent, shop: Shop): string {
  return `${shop.url}/${language}/p/${slug}?sku=${encodeURIComponent(sku)}`
}
