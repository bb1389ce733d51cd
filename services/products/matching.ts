// Which products a list shows: its filters, as conditions of a statement over `product p`.
import type { Sql, Statement } from '@souk/service'
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

/** The tables of a matching; `cheapest` is the price that a list shows, where that is asked for. */
export function matchedFrom(sql: Sql, filters: Filters, needsPrice = false): Statement {
  if (!needsPrice && !hasPriceRange(filters)) return sql`from product p`
  return sql`from product_price cheapest join product p on p.id = cheapest.product_id`
}

/** The conditions of a matching. Only published products ever match. */
export function matchConditions(sql: Sql, filters: Filters, needsPrice = false): Statement[] {
  const { search, categoryIds, attributes, currency, minPrice, maxPrice } = filters
  const conditions = [sql`p.status = 'published'`]
  if (search) conditions.push(sql`p.search @@ ${tsquery(sql, search)}`)
  if (categoryIds?.length === 1) conditions.push(sql`p.category_id = ${categoryIds[0]}`)
  else if (categoryIds) conditions.push(sql`p.category_id = any(${categoryIds}::uuid[])`)
  for (const [name, values] of attributes)
    conditions.push(sql`p.tags && ${values.map((value) => `${name}:${value}`)}::text[]`)
  if (needsPrice || hasPriceRange(filters)) conditions.push(sql`cheapest.currency = ${currency}`)
  if (minPrice !== undefined) conditions.push(sql`cheapest.lowest >= ${minPrice}::bigint`)
  if (maxPrice !== undefined) conditions.push(sql`cheapest.lowest <= ${maxPrice}::bigint`)
  return conditions
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
