// GET /v1/suggest. Completes a half-typed text: first titles that begin with it, then titles with a word that begins with it; if
// none, titles for corrected words.
import { productsApi } from '@souk/contracts/products'
import type { Sql } from '@souk/postgres'
import { handle } from '@souk/service'
import type { ProductsContext } from '../context.ts'
import { atMost } from './cursors.ts'
import { corrected, type Search, searchFor, tsquery } from './search-words.ts'

const most = 8
/** Titles that are looked at before the best are chosen. */
const mostCompared = 200

export const suggest = handle(productsApi.routes.suggest, async ({ query }, { sql }: ProductsContext) => {
  const search = searchFor(query.q)
  if (!search) return { items: [] }
  const items = await complete(sql, query.q, search)
  if (items.length > 0) return { items }
  const meant = await corrected(sql, search)
  return { items: meant ? await complete(sql, query.q, meant) : [] }
})

async function complete(sql: Sql, text: string, search: Search) {
  return sql<{ slug: string; title: string }>`
    (
      select slug, title
      from product
      where status = 'published'
        and sort_title >= (select plain_title(${text}))
        and sort_title < (select plain_title(${text}) || chr(1114111))
      order by sort_title, id
      ${atMost(most)}
    )
    union all
    (
      select slug, title
      from (
        select slug, title, sort_title, id
        from product p
        where status = 'published'
          and title_search @@ ${tsquery(sql, search)}
          and not starts_with(sort_title, (select plain_title(${text})))
        ${atMost(mostCompared)}
      ) as found
      order by length(title), sort_title, id
      ${atMost(most)}
    )
    ${atMost(most)}`
}
