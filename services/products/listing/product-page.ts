// One page of a product list: the products that match, in the order asked for, after the last one of the page before.
// Every order ends in the id, so that no product is shown twice and none is left out.
import { join, type Sql, type Statement } from '@souk/postgres'
import { type After, atMost, rowsFor, rowsUpTo } from './cursors.ts'
import {
  alias,
  entryPrice,
  type Filters,
  hasPriceRange,
  type Matching,
  matching,
  matchingInTurn,
  pricedMatching,
  priceRange,
} from './list-filters.ts'
import { type CardRow, type OrderedPage, withCards } from './product-card.ts'
import { byRelevance } from './relevance.ts'

export type Sort = 'relevance' | 'newest' | 'price-asc' | 'price-desc' | 'title'

/** Where a page begins: after the last product of the page before, or after so many products. */
export interface PagePosition {
  readonly after: After
  readonly skip: number
}

/** Rows of the next page and more than one page, when there are more. */
export function findPage(
  sql: Sql,
  filters: Filters,
  sort: Sort,
  { after, skip }: PagePosition,
  limit: number,
): Statement<CardRow> {
  const count = skip > 0 ? rowsUpTo(skip, limit) : rowsFor(limit)
  const { page, order } = orderedPage(sql, filters, sort, after, count)
  return withCards(sql, skip > 0 ? pageAfter(sql, page, order, skip, limit) : page, order, filters)
}

function orderedPage(sql: Sql, filters: Filters, sort: Sort, after: After, count: number): OrderedPage {
  if (sort === 'relevance' && filters.search) return byRelevance(sql, filters, filters.search, after, count)
  if (sort === 'price-asc' || sort === 'price-desc') return byPrice(sql, filters, sort, after, count)
  const order = sort === 'title' ? byTitle(sql, filters) : byNewest(sql, filters)
  return {
    page: inOrder(sql, filters, order, after, count),
    order: orderBy(sql, order, sql`page.key`, sql`page.id`),
  }
}

/** Cuts a page out before its cards are looked up. */
function pageAfter(sql: Sql, page: Statement, order: Statement, skip: number, limit: number): Statement {
  return sql`
    select page.id, page.key
    from (${page}) as page
    order by ${order}
    offset ${skip}::bigint
    ${atMost(rowsFor(limit))}`
}

/** One of the orders, each of which has an index for all products and one for those of a category. */
interface Order {
  readonly matching: (filters: Filters) => Matching
  readonly key: Statement
  readonly id: Statement
  readonly category: Statement
  readonly isRising: boolean
  readonly isByPrice: boolean
  /** Up to this many matches are sorted; with more matches, a walk along the order's index soon finds enough. */
  readonly fewMatches: number
  readonly type: Statement
}

const p = alias('p')
const cheapest = alias('cheapest')

function byNewest(sql: Sql, filters: Filters): Order {
  return { ...ofProduct(sql, filters), key: sql`${p}.created_at`, isRising: false, type: sql`timestamptz` }
}
function byTitle(sql: Sql, filters: Filters): Order {
  return { ...ofProduct(sql, filters), key: sql`${p}.sort_title`, isRising: true, type: sql`text` }
}
function byLowestPrice(sql: Sql, isRising: boolean): Order {
  const [key, id, category] = [sql`${cheapest}.lowest`, sql`${cheapest}.product_id`, sql`${cheapest}.category_id`]
  const inTable = (filters: Filters) => pricedMatching(sql, cheapest, filters)
  // Products that share words have similar prices, so a walk along the prices may take long to meet the first match.
  return { key, id, category, isRising, isByPrice: true, fewMatches: 3_000, type: sql`bigint`, matching: inTable }
}
function ofProduct(sql: Sql, { search }: Filters) {
  const inTable = (filters: Filters) => matchingInTurn(sql, p, filters)
  // The search table has the keys, and its rows are narrow.
  const fewMatches = search ? 3_000 : 1_000
  return { id: sql`${p}.id`, category: sql`${p}.category_id`, isByPrice: false, fewMatches, matching: inTable }
}

function orderBy(sql: Sql, { isRising }: Order, key: Statement, id: Statement): Statement {
  return isRising ? sql`${key}, ${id}` : sql`${key} desc, ${id} desc`
}

/**
 * A page by the index of its order, unless few products pass the filters: a walk along the index would then read most of the
 * catalog. The planner keeps one plan for all values and cannot know (285 ms in place of 3), so the filters are tried first.
 */
function inOrder(sql: Sql, filters: Filters, order: Order, after: After, count: number): Statement {
  const few = fewOf(sql, filters, order)
  if (!few) return alongIndex(sql, filters, order, after, count)
  return sql`
    with hits as materialized (${few.hits} ${atMost(order.fewMatches + 1)})
    (
      select few.id, few.key
      from (${few.withKeys}) as few
      where (select count(*) from hits) <= ${order.fewMatches}
        ${isAfter(sql, order, sql`few.key`, sql`few.id`, after)}
      order by ${orderBy(sql, order, sql`few.key`, sql`few.id`)}
      ${atMost(count)}
    )
    union all
    (
      select many.id, many.key
      from (${alongIndex(sql, filters, order, after, count)}) as many
      where (select count(*) from hits) > ${order.fewMatches}
    )`
}

/**
 * The matches by those filters that have an index of their own, and from them the whole matches with their keys. An
 * `offset 0` keeps the planner from going the other way round.
 */
function fewOf(sql: Sql, filters: Filters, order: Order): { hits: Statement; withKeys: Statement } | undefined {
  const asksPrice = order.isByPrice || hasPriceRange(filters)
  if (filters.search) return fewFound(sql, filters, order)
  if (filters.attributes.size > 0) {
    const { from, conditions } = matching(sql, p, { ...filters, minPrice: undefined, maxPrice: undefined })
    const hits = sql`select ${p}.id, ${p}.created_at, ${p}.sort_title ${from} where ${join(conditions, ' and ')}`
    if (!asksPrice) return { hits, withKeys: sql`select ${p}.id, ${order.key} as key from hits as ${p}` }
    const prices = sql`
      select ${cheapest}.lowest
      from product_price as ${cheapest}
      where ${cheapest}.product_id = ${p}.id and ${join(priceRange(sql, cheapest, filters), ' and ')}
      offset 0`
    return {
      hits,
      withKeys: sql`
        select ${p}.id, ${order.key} as key from hits as ${p} cross join lateral (${prices}) as ${cheapest}`,
    }
  }
  if (!hasPriceRange(filters) || order.isByPrice) return undefined
  const { from, conditions } = pricedMatching(sql, cheapest, filters)
  return {
    hits: sql`select ${cheapest}.product_id ${from} where ${join(conditions, ' and ')}`,
    withKeys: sql`
      select ${p}.id, ${order.key} as key
      from hits
      cross join lateral (
        select product.id, product.created_at, product.sort_title
        from product
        where product.id = hits.product_id
        offset 0
      ) as ${p}`,
  }
}

/** The matches of a search: the search table holds all keys. */
function fewFound(sql: Sql, filters: Filters, order: Order): { hits: Statement; withKeys: Statement } {
  const { from, conditions } = matching(sql, p, filters)
  const price = entryPrice(sql, p, filters.currency)
  const key = order.isByPrice ? price : order.key
  const all = order.isByPrice ? [...conditions, sql`${price} is not null`] : conditions
  return {
    hits: sql`select ${p}.id, ${key} as key ${from} where ${join(all, ' and ')}`,
    withKeys: sql`select hits.id, hits.key from hits`,
  }
}

/** The index orders each category by itself, so a page over several categories is chosen from one page of each. */
function alongIndex(sql: Sql, filters: Filters, order: Order, after: After, count: number): Statement {
  const { categoryIds, ...others } = filters
  const { from, conditions } = order.matching(others)
  const page = (inCategory: Statement) => sql`
    select ${order.id} as id, ${order.key} as key
    ${from}
    where ${join(conditions, ' and ')} ${inCategory} ${isAfter(sql, order, order.key, order.id, after)}
    order by ${orderBy(sql, order, order.key, order.id)}
    ${atMost(count)}`
  if (!categoryIds) return page(sql``)
  return sql`
    select each.id, each.key
    from unnest(${categoryIds}::uuid[]) as wanted (id)
    cross join lateral (${page(sql`and ${order.category} = wanted.id`)}) as each
    order by ${orderBy(sql, order, sql`each.key`, sql`each.id`)}
    ${atMost(count)}`
}

function isAfter(sql: Sql, { isRising, type }: Order, key: Statement, id: Statement, after: After): Statement {
  if (!after) return sql``
  const last = sql`(${after[0]}::${type}, ${after[1]}::uuid)`
  return isRising ? sql`and (${key}, ${id}) > ${last}` : sql`and (${key}, ${id}) < ${last}`
}

/** Products without a price in the currency come last, by id; a cursor there holds -1 for the price. */
function byPrice(sql: Sql, filters: Filters, sort: Sort, after: After, count: number): OrderedPage {
  const order = byLowestPrice(sql, sort === 'price-asc')
  const isPastPrices = after?.[0] === -1
  const { from, conditions } = matching(sql, p, filters)
  const unpriced = sql`(
    select ${p}.id, -1::bigint as key
    ${from}
    where ${join(conditions, ' and ')}
      and not exists (
        select from product_price own where own.product_id = ${p}.id and own.currency = ${filters.currency})
      ${isPastPrices ? sql`and ${p}.id > ${after?.[1]}::uuid` : sql``}
    order by ${p}.id
    ${atMost(count)})`
  const priced = sql`(${inOrder(sql, filters, order, after, count)})`
  const parts = [...(isPastPrices ? [] : [priced]), ...(hasPriceRange(filters) ? [] : [unpriced])]
  // Of the two parts at most one has the same key twice: the priced one in its order, the other one by id.
  const place = sql`case when page.key < 0 then null else page.id end`
  return {
    page: sql`select both_parts.id, both_parts.key from (${join(parts, ' union all ')}) as both_parts ${atMost(count)}`,
    order: sql`(page.key < 0), ${orderBy(sql, order, sql`page.key`, place)}, page.id`,
  }
}
