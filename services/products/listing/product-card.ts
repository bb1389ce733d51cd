// A product as lists show it: title, price, picture. All cards of a page come with the page's own statement.
import type { ProductCard } from '@souk/contracts/products'
import type { Sql, Statement } from '@souk/postgres'
import type { Static } from 'typebox'
import { type PictureRow, pictureOf } from '../pictures/picture.ts'

export interface CardRow {
  id: string
  /** The value that the page is sorted by. */
  key: string | number
  slug: string
  title: string
  variantCount: number
  lowest: number | null
  highest: number | null
  category: string | null
  pictureId: string | null
  alt: string
  pictureStatus: PictureRow['status']
}

/**
 * The cards of a page. `page` is a statement with the columns id and key; `order` sorts by columns of `page`. The parts of a card
 * are looked up card by card: with joins, the planner reads whole tables of a small shop (1.7 ms in place of 0.4).
 */
export function withCards(
  sql: Sql,
  page: Statement,
  order: Statement,
  { currency }: { currency: string },
): Statement<CardRow> {
  return sql<CardRow>`
    select page.id, page.key, p.slug, p.title, p.variant_count, price.lowest, price.highest, p.category,
      picture.id as picture_id, picture.alt, picture.status as picture_status
    from (${page}) as page
    cross join lateral (
      select one.slug, one.title, one.variant_count,
        (select c.slug from category c where c.id = one.category_id) as category
      from product one
      where one.id = page.id
      offset 0
    ) as p
    left join lateral (
      select own.lowest, own.highest
      from product_price own
      where own.product_id = page.id and own.currency = ${currency}
      offset 0
    ) as price on true
    left join lateral (
      select i.id, i.alt, i.status
      from picture i
      where i.product_id = page.id and i.status <> 'failed'
      order by i.position, i.id
      limit 1
    ) as picture on true
    order by ${order}`
}

export function cardOf(row: CardRow, currency: string): Static<typeof ProductCard> {
  const { id, slug, title, lowest, highest, category, variantCount, pictureId, alt, pictureStatus } = row
  return {
    id,
    slug,
    title,
    price: lowest === null ? undefined : { amount: lowest, currency },
    priceFrom: lowest !== highest,
    image: pictureId === null ? undefined : pictureOf({ id: pictureId, alt, status: pictureStatus }, title),
    category: category ?? undefined,
    variantCount,
  }
}
