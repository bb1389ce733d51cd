// GET /v1/products: the shop window. Filters, search that forgives typing errors, every order paged by key.
import { productsApi } from '@souk/contracts/products'
import { handle, isTime, isUuid, pageOf, readCursor, refuse } from '@souk/service'
import { findCategory } from '../categories/categories.ts'
import { type ProductsContext, searchTable } from '../context.ts'
import { type After, isRank } from './cursors.ts'
import { findFacets } from './facets.ts'
import { attributesIn, type Filters } from './list-filters.ts'
import { cardOf } from './product-card.ts'
import { findPage, type Sort } from './product-page.ts'
import { corrected, searchFor } from './search-query.ts'

const route = productsApi.routes.list

/** With fewer matches than this, words that the catalog does not know are corrected. */
const fewMatches = 3

export const list = handle(route, async ({ query }, context: ProductsContext) => {
  const { limit = 20, currency = context.settings.currency } = query
  const nothing = { items: [], ...(query.facets ? { facets: [], total: 0, totalIsCapped: false } : {}) }
  const text = query.q?.trim() ?? ''
  const search = text === '' ? undefined : await searchFor(context.sql, text, await searchTable(context))
  if (text !== '' && !search) return nothing
  const chosen = query.category === undefined ? undefined : await findCategory(query.category, context)
  if (query.category !== undefined && !chosen) return nothing

  const asked: Filters = {
    search,
    categoryIds: chosen?.ids,
    attributes: attributesIn(query.attribute),
    currency,
    minPrice: query.minPrice,
    maxPrice: query.maxPrice,
  }
  const sort = sortOf(query.sort, search !== undefined)
  const { after, isCorrected } = position(query.cursor, sort)
  const { rows, filters } = await findForgiving(asked, sort, after, limit, isCorrected, context)
  const page = pageOf(rows, limit, (row) => [row.key, row.id, filters === asked ? 0 : 1])
  return {
    items: page.items.map((row) => cardOf(row, currency)),
    nextCursor: page.nextCursor,
    ...(query.facets ? await findFacets(filters, context) : {}),
  }
})

/** A page; when the words as they were typed find next to nothing, a page of what they may have meant. */
async function findForgiving(
  asked: Filters,
  sort: Sort,
  after: After,
  limit: number,
  isCorrected: boolean,
  { sql }: ProductsContext,
) {
  const correct = async () => {
    const search = asked.search && (await corrected(sql, asked.search))
    return search ? { ...asked, search } : asked
  }
  if (isCorrected) {
    const filters = await correct()
    return { filters, rows: await findPage(sql, filters, sort, after, limit) }
  }
  const rows = await findPage(sql, asked, sort, after, limit)
  if (!asked.search || after || rows.length >= Math.min(fewMatches, limit)) return { filters: asked, rows }
  const filters = await correct()
  if (filters === asked) return { filters, rows }
  return { filters, rows: await findPage(sql, filters, sort, after, limit) }
}

function sortOf(asked: Sort | undefined, isSearch: boolean): Sort {
  if (asked === undefined) return isSearch ? 'relevance' : 'newest'
  return asked === 'relevance' && !isSearch ? 'newest' : asked
}

/** What a cursor says. One that fits another order, or none, is refused. */
function position(cursor: string | undefined, sort: Sort): { after: After; isCorrected: boolean } {
  const values = readCursor(route, cursor, 3)
  if (!values) return { after: undefined, isCorrected: false }
  const [key, id, mode] = values as [string | number, string | number, string | number]
  if (!isUuid(id) || !isKeyOf(sort, key) || (mode !== 0 && mode !== 1))
    refuse(route, 'invalid-cursor', 'This cursor belongs to another list. Start again from the first page.')
  return { after: [key, id], isCorrected: mode === 1 }
}

function isKeyOf(sort: Sort, key: string | number): boolean {
  if (sort === 'title') return typeof key === 'string' && !key.includes('\0')
  if (sort === 'newest') return isTime(key)
  if (sort === 'relevance') return isRank(key)
  return typeof key === 'number' && Number.isSafeInteger(key) && key >= -1
}
