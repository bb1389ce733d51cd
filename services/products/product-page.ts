// One page of a product list: the products that match, in the order asked for, after the last one of the page before.
// Every order ends in the id, so that no product is shown twice and none is left out.
import { join, type Sql, type Statement } from '@souk/service'
import { type Filters, hasPriceRange, matchConditions, matchedFrom } from './matching.ts'
import { type CardRow, withCards } from './product-card.ts'
import { type Search, tsquery } from './search-words.ts'

export type Sort = 'relevance' | 'newest' | 'price-asc' | 'price-desc' | 'title'
/** Where the page before ended: the value sorted by, and the id. */
export type After = readonly [key: string | number, id: string] | undefined

/** Rows of the next page and one more, when there are more. */
export function findPage(sql: Sql, filters: Filters, sort: Sort, after: After, limit: number): Statement<CardRow> {
  const count = limit + 1
  if (sort === 'relevance' && filters.search) return byRelevance(sql, filters, filters.search, after, count)
  if (sort === 'price-asc' || sort === 'price-desc') return byPrice(sql, filters, sort, after, count)
  if (sort === 'title') return byTitle(sql, filters, after, count)
  return byNewest(sql, filters, after, count)
}

const where = (conditions: readonly Statement[]) => join(conditions, ' and ')

function byNewest(sql: Sql, filters: Filters, after: After, count: number): Statement<CardRow> {
  const isAfter = after && sql`(p.created_at, p.id) < (${after[0]}::timestamptz, ${after[1]}::uuid)`
  const order = sql`order by p.created_at desc, p.id desc limit ${count}`
  const some = (one: Filters, more: Statement[] = []) => sql`
    select p.id, p.created_at as key
    ${matchedFrom(sql, one)}
    where ${where([...matchConditions(sql, one), ...(isAfter ? [isAfter] : []), ...more])}
    ${order}`
  const inOrder = sql`page.key desc, page.id desc`
  const { categoryIds = [], ...rest } = filters
  if (categoryIds.length < 2) return withCards(sql, some(filters), inOrder, filters.currency)
  // The index has the newest of each category, so a page of several is chosen from a page of each.
  return withCards(
    sql,
    sql`
    select each.id, each.key
    from unnest(${categoryIds}::uuid[]) as wanted (id)
    cross join lateral (${some(rest, [sql`p.category_id = wanted.id`])}) as each
    order by each.key desc, each.id desc
    limit ${count}`,
    inOrder,
    filters.currency,
  )
}

function byTitle(sql: Sql, filters: Filters, after: After, count: number): Statement<CardRow> {
  const conditions = matchConditions(sql, filters)
  if (after) conditions.push(sql`(p.sort_title, p.id) > (${after[0]}, ${after[1]}::uuid)`)
  return withCards(
    sql,
    sql`
    select p.id, p.sort_title as key
    ${matchedFrom(sql, filters)}
    where ${where(conditions)}
    order by p.sort_title, p.id
    limit ${count}`,
    sql`page.key, page.id`,
    filters.currency,
  )
}

/** What has no price in the currency comes last, by id; a cursor there holds -1 for the price. */
function byPrice(
  sql: Sql,
  filters: Filters,
  sort: 'price-asc' | 'price-desc',
  after: After,
  count: number,
): Statement<CardRow> {
  const isRising = sort === 'price-asc'
  const isPriced = matchConditions(sql, filters, true)
  if (after) {
    const last = sql`(${after[0]}::bigint, ${after[1]}::uuid)`
    isPriced.push(
      isRising
        ? sql`(cheapest.lowest, cheapest.product_id) > ${last}`
        : sql`(cheapest.lowest, cheapest.product_id) < ${last}`,
    )
  }
  const priced = sql`(
    select p.id, cheapest.lowest as key
    ${matchedFrom(sql, filters, true)}
    where ${where(isPriced)}
    order by ${isRising ? sql`cheapest.lowest, cheapest.product_id` : sql`cheapest.lowest desc, cheapest.product_id desc`}
    limit ${count})`
  const isUnpriced = matchConditions(sql, filters)
  isUnpriced.push(sql`not exists (
    select from product_price own where own.product_id = p.id and own.currency = ${filters.currency})`)
  if (after && after[0] === -1) isUnpriced.push(sql`p.id > ${after[1]}::uuid`)
  const unpriced = sql`(select p.id, -1::bigint as key from product p where ${where(isUnpriced)} order by p.id limit ${count})`

  const parts = [...(after?.[0] === -1 ? [] : [priced]), ...(hasPriceRange(filters) ? [] : [unpriced])]
  const byKey = isRising
    ? sql`page.key, page.id`
    : sql`page.key desc, case when page.key >= 0 then page.id end desc, page.id`
  return withCards(
    sql,
    sql`${join(parts, ' union all ')} limit ${count}`,
    sql`(page.key < 0), ${byKey}`,
    filters.currency,
  )
}

/** So many are ranked at most: a thousand with the words in their titles, a thousand others. */
const mostRanked = 1_000

function byRelevance(sql: Sql, filters: Filters, search: Search, after: After, count: number): Statement<CardRow> {
  const { search: _, ...others } = filters
  const conditions = matchConditions(sql, others)
  const isInTitle = sql`p.search @@ ${tsquery(sql, search, true)}`
  const candidates = (more: Statement) => sql`(
    select p.id, p.search, p.sort_title
    ${matchedFrom(sql, others)}
    where ${where([...conditions, more])}
    limit ${mostRanked})`
  const typed = search.map((words) => words[0]).join(' ')
  // A title that is just what was typed comes first.
  return withCards(
    sql,
    sql`
    select ranked.id, ranked.key
    from (
      select found.id,
        (ts_rank(found.search, ${tsquery(sql, search)}) + (found.sort_title = (select plain_title(${typed})))::int)::float4 as key
      from (
        ${candidates(isInTitle)}
        union all
        ${candidates(sql`p.search @@ ${tsquery(sql, search)} and not ${isInTitle}`)}
      ) as found
    ) as ranked
    ${after ? sql`where (ranked.key, ranked.id) < (${after[0]}::float4, ${after[1]}::uuid)` : sql``}
    order by ranked.key desc, ranked.id desc
    limit ${count}`,
    sql`page.key desc, page.id desc`,
    filters.currency,
  )
}
