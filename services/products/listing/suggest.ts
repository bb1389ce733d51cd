// GET /v1/suggest. Completes a half-typed text: first titles that begin with it, then titles with a word that begins with it; if
// none, titles for corrected words. Beside them the categories whose titles have its words.
import { productsApi } from '@souk/contracts/products'
import type { Sql } from '@souk/postgres'
import { handle } from '@souk/service'
import { otherLanguage } from '../catalog/translations.ts'
import { categoryTree } from '../categories/categories.ts'
import { type ProductsContext, searchTable } from '../context.ts'
import { corrected } from './corrected-search.ts'
import { atMost } from './cursors.ts'
import { nameOf } from './search-index.ts'
import { type Search, searchFor, titleHasBeginnings } from './search-query.ts'
import { wordsIn } from './search-text.ts'

const most = 8
const mostCategories = 2
/** Titles that are looked at before the best are chosen. */
const mostCompared = 1_000

export const suggest = handle(productsApi.routes.suggest, async ({ query }, context: ProductsContext) => {
  const { sql } = context
  const language = otherLanguage(query.language, context.settings.textLanguage)
  const search = await searchFor(sql, query.q, await searchTable(context))
  if (!search) return { items: [] }
  const [items, categories] = await Promise.all([
    complete(sql, search, language),
    findCategories(query.q, language, context),
  ])
  if (items.length > 0) return { items, categories }
  const meant = await corrected(sql, search)
  return { items: meant ? await complete(sql, meant.search, language) : [], categories }
})

/** Categories whose titles, in any language, have a word for each typed one that begins with it. */
async function findCategories(text: string, language: string | undefined, context: ProductsContext) {
  const typed = wordsIn(text).map(({ spellings }) => spellings)
  const begins = (title: string) => {
    const words = wordsIn(title).flatMap(({ spellings }) => spellings)
    return typed.every((spellings) => spellings.some((start) => words.some((word) => word.startsWith(start))))
  }
  const { all } = await categoryTree(context)
  return all
    .filter(({ title, translations }) => [title, ...Object.values(translations).map((its) => its.title)].some(begins))
    .slice(0, mostCategories)
    .map(({ slug, title, translations }) => ({ slug, title: translations[language ?? '']?.title ?? title }))
}

async function complete(sql: Sql, search: Search, language: string | undefined) {
  const table = nameOf(search.table)
  const title =
    language === undefined
      ? sql`product.title`
      : sql`coalesce(
          (select t.title from product_text t where t.product_id = product.id and t.language = ${language}),
          product.title) as title`
  return sql<{ slug: string; title: string }>`
    select product.slug, ${title}
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
            and entry.title_words @@ ${titleHasBeginnings(sql, search)}
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
