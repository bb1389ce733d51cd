// What a merchant changes: contact, countries, home page and menus. Colors and type are in src/styles/tokens.css; docs/storefront.md explains all.
import type { Language } from '@souk/contracts/storefront'

type Words = Readonly<Record<Language, string>>

export interface ShopConfig {
  /** Where customers write to. In the info pages it stands for SHOP_MAIL. */
  readonly mail: string
  /** A path below public/, or undefined for the name in letters. */
  readonly logo: string | undefined
  /** The country that delivery times and prices are shown for until a visitor chooses another. */
  readonly country: string
  /** The countries that we ship to: those with a price in services/orders/cart/shipping.ts. */
  readonly countries: readonly string[]
  readonly currency: string
  /** The official artwork of the EU notice on the legal guarantee, below public/, by language. Without it, its content is shown as text. */
  readonly guaranteeNotice: Words | undefined
  /** Slugs of the categories in the menu and on the home page, in this order. */
  readonly families: readonly string[]
  /** The attributes that lists filter by first, above the goods; the first two that a list has. */
  readonly promotedFilters: readonly string[]
  /** The picture of the home page, 3:2: below public/ as `path`-640.avif and .webp, for each width. `link`: the slug of a category. */
  readonly hero: {
    readonly picture: { readonly path: string; readonly widths: readonly number[] }
    readonly alt: Words
    readonly link: string
  }
}

export const shopConfig: ShopConfig = {
  mail: 'hello@souk.example',
  logo: undefined,
  country: 'DE',
  countries:
    'DE AT BE BG CY CZ DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK CH GB NO AU CA JP NZ US'.split(
      ' ',
    ),
  currency: 'EUR',
  promotedFilters: ['color', 'material', 'size', 'diet', 'origin'],
  guaranteeNotice: undefined,
  families: ['ceramics', 'textiles', 'spices-and-tea', 'leather', 'lamps-and-home'],
  hero: {
    picture: { path: '/files/hero', widths: [640, 960, 1440] },
    alt: {
      en: 'A low table with a clay teapot, two cups and a lamp',
      de: 'Ein niedriger Tisch mit Teekanne, zwei Bechern und einer Lampe',
    },
    link: 'ceramics',
  },
}
