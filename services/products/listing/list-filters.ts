// Which products a list shows: its filters, as conditions of a statement. A search reads the search table, any other list reads
// `product`; where a list is sorted by price and asks nothing else of the product, it reads `product_price` alone.
import { join, type Sql, type Statement, Verbatim } from '@souk/postgres'
import { nameOf } from './search-index.ts'
import { hasWords, type Search } from './search-query.ts'

export interface Filters {
  search?: Search
  /** A category and those in it. */
  categoryIds?: readonly string[]
  /** Values by name: those of one name widen, different names narrow. */
  attributes: ReadonlyMap<string, readonly string[]>
  currency: string
  /** A language other than that of the original texts: of cards, and of the titles of facets. */
  language?: string
  minPrice?: number
  maxPrice?: number
}

/** The tables and the conditions of a list. Only published products ever match. */
export interface Matching {
  readonly from: Statement
  readonly conditions: readonly Statement[]
}

/** The name of a row inside a statement, to be handed to the fragments that read it. */
export type Alias = Verbatim
export function alias(name: string): Alias {
  return new Verbatim(name)
}

/** The products that pass the filters: rows `p` with id, category_id, tags, created_at and sort_title. */
export function matching(sql: Sql, p: Alias, filters: Filters): Matching {
  const { search } = filters
  const words = search && sql`${p}.words @@ ${hasWords(sql, search)}`
  return matchingBut(sql, p, filters, words ? [words] : [])
}

/** The same, with another condition in place of that on the words. */
export function matchingBut(sql: Sql, p: Alias, filters: Filters, instead: readonly Statement[]): Matching {
  const { search } = filters
  const table = search ? sql`${nameOf(search.table)}` : sql`product`
  const isPublished = search ? sql`${p}.is_published` : sql`${p}.status = 'published'`
  const conditions = [isPublished, ...instead, ...categoryAndAttributes(sql, p, filters)]
  if (search && hasPriceRange(filters))
    return { from: sql`from ${table} as ${p}`, conditions: [...conditions, ...entryPriceRange(sql, p, filters)] }
  if (!hasPriceRange(filters)) return { from: sql`from ${table} as ${p}`, conditions }
  const cheapest = alias('cheapest')
  return {
    from: sql`from ${table} as ${p} join product_price as ${cheapest} on ${cheapest}.product_id = ${p}.id`,
    conditions: [...conditions, ...priceRange(sql, cheapest, filters)],
  }
}

/** Rows `p` of product, with words and prices looked up one by one: for lists that go along an index and soon have enough. */
export function matchingInTurn(sql: Sql, p: Alias, filters: Filters): Matching {
  const { search } = filters
  const cheapest = alias('cheapest')
  const isInRange = sql`exists (
    select from product_price as ${cheapest}
    where ${cheapest}.product_id = ${p}.id and ${join(priceRange(sql, cheapest, filters), ' and ')}
    offset 0)`
  return {
    from: sql`from product as ${p}`,
    conditions: [
      sql`${p}.status = 'published'`,
      ...categoryAndAttributes(sql, p, filters),
      ...(search ? [entryHasWords(sql, search, sql`${p}.id`)] : []),
      ...(hasPriceRange(filters) ? [isInRange] : []),
    ],
  }
}

/** Rows `cheapest` of product_price: the products with a price in the currency. */
export function pricedMatching(sql: Sql, cheapest: Alias, filters: Filters): Matching {
  const { search, categoryIds, attributes } = filters
  const p = alias('p')
  const from = sql`from product_price as ${cheapest}`
  return {
    from: attributes.size > 0 ? sql`${from} join product as ${p} on ${p}.id = ${cheapest}.product_id` : from,
    conditions: [
      sql`${cheapest}.is_published`,
      ...(categoryIds ? [sql`${cheapest}.category_id = any(${categoryIds}::uuid[])`] : []),
      ...(attributes.size > 0 ? categoryAndAttributes(sql, p, { attributes }) : []),
      ...(search ? [entryHasWords(sql, search, sql`${cheapest}.product_id`)] : []),
      ...priceRange(sql, cheapest, filters),
    ],
  }
}

/** The `offset 0` keeps the planner from reading all matches first. */
function entryHasWords(sql: Sql, search: Search, id: Statement): Statement {
  return sql`exists (
    select from ${nameOf(search.table)} as entry
    where entry.id = ${id} and entry.words @@ ${hasWords(sql, search)}
    offset 0)`
}

function categoryAndAttributes(
  sql: Sql,
  p: Alias,
  { categoryIds, attributes }: Pick<Filters, 'categoryIds' | 'attributes'>,
): Statement[] {
  const isInCategory = categoryIds ? [sql`${p}.category_id = any(${categoryIds}::uuid[])`] : []
  const hasOne = [...attributes].map(
    ([name, values]) => sql`${p}.tags && ${values.map((value) => `${name}:${value}`)}::text[]`,
  )
  return [...isInCategory, ...hasOne]
}

/** That a row `cheapest` of product_price is one in the currency, within the range. */
export function priceRange(sql: Sql, cheapest: Alias, { currency, minPrice, maxPrice }: Filters): Statement[] {
  return [
    sql`${cheapest}.currency = ${currency}`,
    ...(minPrice === undefined ? [] : [sql`${cheapest}.lowest >= ${minPrice}::bigint`]),
    ...(maxPrice === undefined ? [] : [sql`${cheapest}.lowest <= ${maxPrice}::bigint`]),
  ]
}

/** The lowest price of a row `p` of a search table in a currency; null when it has none. */
export function entryPrice(sql: Sql, p: Alias, currency: string): Statement {
  return sql`(${p}.lowest -> ${currency}::text)::bigint`
}

function entryPriceRange(sql: Sql, p: Alias, { currency, minPrice, maxPrice }: Filters): Statement[] {
  const price = entryPrice(sql, p, currency)
  return [
    ...(minPrice === undefined ? [] : [sql`${price} >= ${minPrice}::bigint`]),
    ...(maxPrice === undefined ? [] : [sql`${price} <= ${maxPrice}::bigint`]),
  ]
}

export function hasPriceRange({ minPrice, maxPrice }: Pick<Filters, 'minPrice' | 'maxPrice'>): boolean {
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
