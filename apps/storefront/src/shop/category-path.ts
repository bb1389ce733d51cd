// The categories from the top down to one, for the way back on its pages.
import type { Language } from '@souk/contracts/storefront'
import { type Category, categoriesOf } from './categories.ts'
import { linksIn } from './links.ts'
import type { Shop } from './shop.ts'

/** The categories above `slug`, the highest first. */
export function parentsOf(all: readonly Category[], slug: string | undefined): Category[] {
  const parents: Category[] = []
  let up = all.find((one) => one.slug === slug)?.parentSlug
  while (up) {
    const parent = all.find((one) => one.slug === up)
    if (!parent || parents.includes(parent)) break
    parents.unshift(parent)
    up = parent.parentSlug
  }
  return parents
}

/** The steps down to a category, it included; none when nobody answers. */
export async function pathTo(shop: Shop, language: Language, slug: string | undefined) {
  const all = slug === undefined ? [] : await categoriesOf(shop, language)
  const own = all.find((one) => one.slug === slug)
  return own ? [...parentsOf(all, slug), own].map((one) => stepTo(one, language)) : []
}

export const stepTo = (one: Category, language: Language) => ({
  title: one.title,
  href: linksIn(language).category(one.slug),
})
