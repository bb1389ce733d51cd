// GET /v1/suggest. Completes a half-typed text: first titles that begin with it, then titles with a word that begins with it; if
// none, titles for corrected words.
import { productsApi } from '@souk/contracts/products'
import type { Sql } from '@souk/postgres'
import { handle } from '@souk/service'
import { type ProductsContext, searchTable } from '../context.ts'
import { atMost } from './cursors.ts'
import { nameOf } from './search-index.ts'
import { corrected, type Search, searchFor, titleHasWords } from './search-query.ts'

const most = 8
/** Titles that are looked at before the best are chosen. */
const mostCompared = 1_000

export const suggest = handle(productsApi.routes.suggest, async ({ query }, context: ProductsContext) => {
  const { sql } = context
  const search = await searchFor(sql, query.q, await searchTable(context))
  if (!search) return { items: [] }
  const items = await complete(sql, search)
  if (items.length > 0) return { items }
  const meant = await corrected(sql, search)
  return { items: meant ? await complete(sql, meant) : [] }
})

async function complete(sql: Sql, search: Search) {
  const table = nameOf(search.table)
  return sql<{ slug: string; title: string }>`
    select product.slug, product.title
    from (
      (
        select entry.id, 0 as part, entry.title
        from ${table} as entry
        where entry.is_published
          and entry.title >= ${search.title}
          and entry.title < ${search.title} || chr(1114111)
        order by entry.title, entry.id
        ${atMost(most)}
      )
      union all
      (
        select found.id, 1 as part, found.title
        from (
          select entry.id, entry.title
          from ${table} as entry
          where entry.is_published
            and entry.title_words @@ ${titleHasWords(sql, search)}
            and not starts_with(entry.title, ${search.title})
          ${atMost(mostCompared)}
        ) as found
        order by length(found.title), found.title, found.id
        ${atMost(most)}
      )
      ${atMost(most)}
    ) as suggested
    join product on product.id = suggested.id
    order by suggested.part, case when suggested.part = 1 then length(suggested.title) end, suggested.title, suggested.id`
}
