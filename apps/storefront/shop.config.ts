// What a merchant changes: name, look, home page, menus and contact. docs/storefront.md explains each.
import type { Language } from '@souk/contracts/storefront'

type Words = Readonly<Record<Language, string>>

export interface ShopConfig {
  /** Where customers write to. */
  readonly mail: string
  /** Colors, type and radius; see src/styles/tokens.css for the names. Only what differs from there. */
  readonly tokens: { readonly light: Readonly<Record<string, string>>; readonly dark: Readonly<Record<string, string>> }
  /** A path below public/, or undefined for the name in letters. */
  readonly logo: string | undefined
  /** The country that delivery times and prices are shown for until a visitor chooses another. */
  readonly country: string
  readonly currency: string
  /** The countries that we ship to: those with a price in services/orders/cart/shipping.ts. */
  readonly countries: readonly string[]
  /** The official artwork of the EU notice on the legal guarantee, below public/, by language. Without it, its content is shown as text. */
  readonly guaranteeNotice: Words | undefined
  /** Slugs of the categories in the menu and on the home page, in this order. */
  readonly families: readonly string[]
  readonly hero: { readonly picture: string; readonly alt: Words; readonly link: string }
}

export const shopConfig: ShopConfig = {
  mail: 'hello@souk.example',
  tokens: { light: {}, dark: {} },
  logo: undefined,
  country: 'DE',
  currency: 'EUR',
  countries:
    'DE AT BE BG CY CZ DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK CH GB NO AU CA JP NZ US'.split(
      ' ',
    ),
  guaranteeNotice: undefined,
  families: ['ceramics', 'textiles', 'spices-and-tea', 'leather', 'lamps-and-home'],
  hero: {
    picture: '/files/hero.svg',
    alt: {
      en: 'A low table with a clay teapot, two cups and a lamp',
      de: 'Ein niedriger Tisch mit Teekanne, zwei Bechern und einer Lampe',
    },
    link: 'ceramics',
  },
}
