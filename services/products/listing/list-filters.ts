// Which products a list shows: its filters, as conditions of a statement over `product p`, or over `product_price cheapest`
// where it is sorted by price and nothing else of the product is asked.
import { join, type Sql, type Statement } from '@souk/postgres'
import { type Search, tsquery } from './search-words.ts'

export interface Filters {
  search?: Search
  /** A category and those in it. */
  categoryIds?: readonly string[]
  /** Values by name: those of one name widen, different names narrow. */
  attributes: ReadonlyMap<string, readonly string[]>
  currency: string
  minPrice?: number
  maxPrice?: number
}

/** The tables and the conditions of a list. Only published products ever match. */
export interface Matching {
  readonly from: Statement
  readonly conditions: readonly Statement[]
}

export function matching(sql: Sql, filters: Filters): Matching {
  if (!hasPriceRange(filters)) return { from: sql`from product p`, conditions: ofProduct(sql, filters) }
  return {
    from: sql`from product p join product_price cheapest on cheapest.product_id = p.id`,
    conditions: [...ofProduct(sql, filters), ...priceRange(sql, filters)],
  }
}

/** The same, with prices looked up one by one: for lists that go along an index of product and soon have enough. */
export function matchingInTurn(sql: Sql, filters: Filters): Matching {
  const { from, conditions } = matching(sql, { ...filters, minPrice: undefined, maxPrice: undefined })
  if (!hasPriceRange(filters)) return { from, conditions }
  const isInRange = sql`exists (
    select from product_price cheapest
    where cheapest.product_id = p.id and ${join(priceRange(sql, filters), ' and ')}
    offset 0)`
  return { from, conditions: [...conditions, isInRange] }
}

function ofProduct(sql: Sql, filters: Filters): Statement[] {
  const { categoryIds } = filters
  const category = categoryIds ? [sql`p.category_id = any(${categoryIds}::uuid[])`] : []
  return [sql`p.status = 'published'`, ...category, ...wordsAndAttributes(sql, filters)]
}

/** The same for products with a price in the currency. */
export function pricedMatching(sql: Sql, filters: Filters): Matching {
  const asksProduct = filters.search !== undefined || filters.attributes.size > 0
  const category = filters.categoryIds && sql`cheapest.category_id = any(${filters.categoryIds}::uuid[])`
  return {
    from: asksProduct
      ? sql`from product_price cheapest join product p on p.id = cheapest.product_id`
      : sql`from product_price cheapest`,
    conditions: [
      sql`cheapest.is_published`,
      ...(category ? [category] : []),
      ...wordsAndAttributes(sql, filters),
      ...priceRange(sql, filters),
    ],
  }
}

function wordsAndAttributes(sql: Sql, { search, attributes }: Filters): Statement[] {
  const hasOne = [...attributes].map(
    ([name, values]) => sql`p.tags && ${values.map((value) => `${name}:${value}`)}::text[]`,
  )
  return search ? [sql`p.search @@ ${tsquery(sql, search)}`, ...hasOne] : hasOne
}

/** That a product has a price in the currency, and one within the range. */
export function priceRange(sql: Sql, { currency, minPrice, maxPrice }: Filters): Statement[] {
  return [
    sql`cheapest.currency = ${currency}`,
    ...(minPrice === undefined ? [] : [sql`cheapest.lowest >= ${minPrice}::bigint`]),
    ...(maxPrice === undefined ? [] : [sql`cheapest.lowest <= ${maxPrice}::bigint`]),
  ]
}

export function hasPriceRange({ minPrice, maxPrice }: Filters): boolean {
  return minPrice !== undefined || maxPrice !== undefined
}

/** "material:clay" as name and value; a list of them as values by name. */
export function attributesIn(texts: readonly string[] = []): Map<string, string[]> {
  const attributes = new Map<string, string[]>()
  for (const text of texts) {
    const colon = text.indexOf(':')
    const [name, value] = [text.slice(0, colon), text.slice(colon + 1)]
    attributes.set(name, [...(attributes.get(name) ?? []), value])
  }
  return attributes
}
