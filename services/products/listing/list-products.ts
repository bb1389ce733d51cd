// GET /v1/products: the shop window. Filters, search that forgives typing errors, every order paged by key.
import type { QueryOf } from '@souk/contracts'
import { productsApi } from '@souk/contracts/products'
import { handle, isTime, isUuid, pageOf, readCursor, refuse } from '@souk/service'
import { otherLanguage } from '../catalog/translations.ts'
import { findCategory } from '../categories/categories.ts'
import { type ProductsContext, searchTable } from '../context.ts'
import { corrected } from './corrected-search.ts'
import { isRank, mostCounted } from './cursors.ts'
import { findFacets, findTotal } from './facets.ts'
import { attributesIn, type Filters } from './list-filters.ts'
import { cardOf } from './product-card.ts'
import { findPage, type PagePosition, type Sort } from './product-page.ts'
import { mostRanked } from './relevance.ts'
import { searchFor } from './search-query.ts'

const route = productsApi.routes.list

/** With fewer matches than this, words that the catalog does not know are corrected. */
const fewMatches = 3

/** Where a page begins, and whether it belongs to a corrected search. */
interface Position extends PagePosition {
  readonly isCorrected: boolean
}
const firstPage: Position = { after: undefined, skip: 0, isCorrected: false }

export const list = handle(route, async ({ query }, context: ProductsContext) => {
  const { limit = 20, currency = context.settings.currency } = query
  const own = context.settings.textLanguage
  const text = query.q?.trim() ?? ''
  const search = text === '' ? undefined : await searchFor(context.sql, text, await searchTable(context))
  const sort = sortOf(query.sort, search !== undefined)
  const numbered = numberedPage(query, sort)
  if (text !== '' && !search) return nothing(query)
  const chosen = query.category === undefined ? undefined : await findCategory(query.category, context)
  if (query.category !== undefined && !chosen) return nothing(query)

  const asked: Filters = {
    search,
    categoryIds: chosen?.ids,
    attributes: attributesIn(query.attribute),
    currency,
    language: otherLanguage(query.language, own),
    minPrice: query.minPrice,
    maxPrice: query.maxPrice,
  }
  const position = numbered ?? positionOf(query.cursor, sort)
  const wanted = { sort, position, limit, isExact: query.exact === true }
  const { rows, filters, better } = await findForgiving(asked, wanted, context)
  const page = pageOf(rows, limit, (row) => [row.key, row.id, filters === asked ? 0 : 1])
  const counts = await countsOf(filters, query, sort, context)
  return {
    items: page.items.map((row) => cardOf(row, { ...filters, own })),
    nextCursor: page.nextCursor,
    correctedQuery: better,
    ...counts,
  }
})

type Query = QueryOf<typeof route>

/** A page by its number, unless it was asked for by a cursor. Refuses one that lies beyond what is counted. */
function numberedPage({ page, cursor, limit = 20 }: Query, sort: Sort): Position | undefined {
  if (page === undefined) return undefined
  if (cursor !== undefined) refuse(route, 'invalid-page', 'Ask for a page by its number or by a cursor, not by both.')
  const last = Math.ceil(mostPaged(sort) / limit)
  if (page > last)
    refuse(route, 'invalid-page', `Pages of this size go up to ${last}. Narrow the list by a filter to see the rest.`)
  return { after: undefined, skip: (page - 1) * limit, isCorrected: false }
}

/** A search by relevance ranks no more than its best. */
function mostPaged(sort: Sort): number {
  return sort === 'relevance' ? mostRanked : mostCounted
}

function nothing({ facets, page }: Query) {
  return {
    items: [],
    ...(facets ? { facets: [] } : {}),
    ...(facets || page !== undefined ? { total: 0, totalIsCapped: false, pageCount: 0 } : {}),
    page,
  }
}

/** The facets and the number of pages, where the caller asks for them. */
async function countsOf(filters: Filters, { facets, page, limit = 20 }: Query, sort: Sort, context: ProductsContext) {
  if (!facets && page === undefined) return {}
  const counts = facets ? await findFacets(filters, context) : await findTotal(filters, context)
  return { ...counts, page, pageCount: Math.ceil(Math.min(counts.total, mostPaged(sort)) / limit) }
}

interface Wanted {
  readonly sort: Sort
  readonly position: Position
  readonly limit: number
  /** Only what was typed is searched. */
  readonly isExact: boolean
}

/** A page; when the words as they were typed find next to nothing, a page of what they may have meant. */
async function findForgiving(asked: Filters, wanted: Wanted, { sql }: ProductsContext) {
  const { sort, limit, position, isExact } = wanted
  const find = (filters: Filters) => findPage(sql, filters, sort, position, limit)
  const correct = async () => (asked.search && !isExact ? corrected(sql, asked.search) : undefined)
  if (position.isCorrected) {
    const meant = await correct()
    const filters = meant ? { ...asked, search: meant.search } : asked
    return { filters, rows: await find(filters), better: meant?.text }
  }
  const rows = await find(asked)
  if (!asked.search || position.after || (position.skip > 0 && rows.length > 0)) return { filters: asked, rows }
  const first = position.skip > 0 ? await findPage(sql, asked, sort, firstPage, limit) : rows
  if (first.length >= Math.min(fewMatches, limit)) return { filters: asked, rows }
  const meant = await correct()
  if (!meant) return { filters: asked, rows }
  const filters = { ...asked, search: meant.search }
  const found = await find(filters)
  return { filters, rows: found, better: found.length > 0 ? meant.text : undefined }
}

function sortOf(asked: Sort | undefined, isSearch: boolean): Sort {
  if (asked === undefined) return isSearch ? 'relevance' : 'newest'
  return asked === 'relevance' && !isSearch ? 'newest' : asked
}

/** What a cursor says. One that fits another order, or none, is refused. */
function positionOf(cursor: string | undefined, sort: Sort): Position {
  const values = readCursor(route, cursor, 3)
  if (!values) return firstPage
  const [key, id, mode] = values as [string | number, string | number, string | number]
  if (!isUuid(id) || !isKeyOf(sort, key) || (mode !== 0 && mode !== 1))
    refuse(route, 'invalid-cursor', 'This cursor belongs to another list. Start again from the first page.')
  return { after: [key, id], skip: 0, isCorrected: mode === 1 }
}

function isKeyOf(sort: Sort, key: string | number): boolean {
  if (sort === 'title') return typeof key === 'string' && !key.includes('\0')
  if (sort === 'newest') return isTime(key)
  if (sort === 'relevance') return isRank(key)
  return typeof key === 'number' && Number.isSafeInteger(key) && key >= -1
}
