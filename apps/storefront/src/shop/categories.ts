// The categories for menus. A menu without them is better than no page, so a service that does not answer leaves it empty.

import { ProblemError } from '@souk/contracts/client'
import type { Language } from '@souk/contracts/storefront'
import type { Shop } from './shop.ts'

export type Category = Awaited<ReturnType<Shop['products']['listCategories']>>['items'][number]

/** The header and the way back of one page ask for the same. Clients are made for each page, so the next page asks again. */
const asked = new WeakMap<Shop, Map<Language, Promise<readonly Category[]>>>()

/** All categories, parents first; empty when the products service does not answer. Asked for once for each page. */
export function categoriesOf(shop: Shop, language: Language): Promise<readonly Category[]> {
  const ofPage = asked.getOrInsertComputed(shop, () => new Map())
  return ofPage.getOrInsertComputed(language, () => askFor(shop, language))
}

async function askFor(shop: Shop, language: Language): Promise<readonly Category[]> {
  try {
    return (await shop.products.listCategories({ query: { language } })).items
  } catch (error) {
    if (error instanceof ProblemError) return [] // The part of the page that needs them says so itself.
    throw error
  }
}
