// A picture for each family of goods: its newest product in use, since lists show the goods alone.
import { ProblemError } from '@souk/contracts/client'
import type { Language } from '@souk/contracts/storefront'
import type { Picture } from './pictures.ts'
import type { Shop } from './shop.ts'

/** The pictures by the slug of their category. A family without one is shown by its name alone. */
export async function familyPictures(
  shop: Shop,
  slugs: readonly string[],
  language: Language,
): Promise<ReadonlyMap<string, Picture>> {
  const found = await Promise.all(
    slugs.map(async (category) => {
      try {
        const { items } = await shop.products.list({ query: { category, language, sort: 'newest', limit: 1 } })
        const picture = items[0]?.images?.[1] ?? items[0]?.image
        return picture ? [[category, picture] as const] : []
      } catch (error) {
        if (error instanceof ProblemError) return [] // The names lead there as well.
        throw error
      }
    }),
  )
  return new Map(found.flat())
}
