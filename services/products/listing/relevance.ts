// The order of a search: how well a product fits the words. Ranking looks at every match, so their number is limited: first
// those with the words in their titles, and only when these do not fill the page, the others.
import { join, type Sql, type Statement } from '@souk/postgres'
import { type After, atMost } from './cursors.ts'
import { type Filters, matching } from './list-filters.ts'
import { type CardRow, withCards } from './product-card.ts'
import { type Search, tsquery } from './search-words.ts'

/** At most this many are ranked: titles that match, and other matches. */
const mostTitles = 500
const mostOthers = 1_000

/** A product's key is its rank, from 0 to 1; one more with the words in its title, two more when that is all its title says. */
export function byRelevance(
  sql: Sql,
  filters: Filters,
  search: Search,
  after: After,
  count: number,
): Statement<CardRow> {
  const { from, conditions } = matching(sql, { ...filters, search: undefined })
  const query = tsquery(sql, search)
  const title = sql`(select plain_title(${search.map((words) => words[0]).join(' ')}))`
  const others = join(conditions, ' and ')
  const rank = sql`ts_rank(p.search, ${query}, 32)`
  const isAfter = after ? sql`(found.key, found.id) < (${after[0]}::float4, ${after[1]}::uuid)` : sql`true`
  return withCards(
    sql,
    sql`
    with titled as materialized (
      (
        select p.id, (2 + ${rank})::float4 as key
        ${from}
        where p.sort_title = ${title} and p.search @@ ${query} and ${others}
        limit 20
      )
      union all
      (
        select p.id, (1 + ${rank})::float4 as key
        ${from}
        where p.title_search @@ ${query} and p.sort_title <> ${title} and ${others}
        ${atMost(mostTitles)}
      )
    ),
    best as materialized (
      select found.id, found.key from titled as found where ${isAfter}
    ),
    rest as (
      select p.id, ${rank} as key
      ${from}
      where (select count(*) from best) < ${count}
        and p.search @@ ${query}
        and p.id not in (select id from titled)
        and ${others}
      ${atMost(mostOthers)}
    )
    select both_parts.id, both_parts.key
    from (
      select best.id, best.key from best
      union all
      select found.id, found.key from rest as found where ${isAfter}
    ) as both_parts
    order by both_parts.key desc, both_parts.id desc
    ${atMost(count)}`,
    sql`page.key desc, page.id desc`,
    filters,
  )
}
