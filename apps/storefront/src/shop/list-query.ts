// What a list of goods is asked for, in the address of its page: words, filters, price range, sorting and page. Addresses are written with
// their fields in one order, so that one list has one address.
import type { Language } from '@souk/contracts/storefront'

export const sorts = ['relevance', 'newest', 'price-asc', 'price-desc', 'title'] as const
export type Sort = (typeof sorts)[number]

export interface ListQuery {
  readonly q: string
  /** True when words are searched as they were typed, without correction. */
  readonly isExact: boolean
  readonly category: string | undefined
  /** As "material:Clay", sorted. */
  readonly attributes: readonly string[]
  /** As it was typed; see `minorUnits`. */
  readonly min: string
  readonly max: string
  readonly sort: Sort | undefined
  readonly page: number
}

const attributePattern = /^[a-z][a-z0-9-]{0,39}:.{1,200}$/
const mostAttributes = 20
const mostPages = 5_000
const longestQuery = 200

/** Reads the query of a page. What it does not understand is left out; a page number that cannot be is 0. */
export function readListQuery(search: URLSearchParams): ListQuery {
  const attributes = search.getAll('attribute').filter((one) => attributePattern.test(one))
  const sort = search.get('sort') as Sort | null
  const page = search.get('page') ?? '1'
  return {
    q: (search.get('q') ?? '')
      .replace(/\p{Cc}+/gu, ' ')
      .trim()
      .slice(0, longestQuery),
    isExact: search.get('exact') === '1',
    category: search.get('category') || undefined,
    attributes: [...new Set(attributes)].toSorted().slice(0, mostAttributes),
    min: (search.get('min') ?? '').trim().slice(0, 20),
    max: (search.get('max') ?? '').trim().slice(0, 20),
    sort: sort && sorts.includes(sort) ? sort : undefined,
    page: /^[1-9]\d{0,3}$/.test(page) && Number(page) <= mostPages ? Number(page) : 0,
  }
}

/** The query as text with "?" in front, its fields in one order; empty when nothing is asked for. */
export function writeListQuery(query: Partial<ListQuery>): string {
  const search = new URLSearchParams()
  if (query.q) search.set('q', query.q)
  if (query.isExact) search.set('exact', '1')
  if (query.category) search.set('category', query.category)
  for (const one of query.attributes?.toSorted() ?? []) search.append('attribute', one)
  if (query.min) search.set('min', query.min)
  if (query.max) search.set('max', query.max)
  if (query.sort) search.set('sort', query.sort)
  if (query.page && query.page > 1) search.set('page', String(query.page))
  return search.size > 0 ? `?${search}` : ''
}

/** Whether anything narrows the list, besides the words of a search and the category of the page. */
export function isFiltered({ attributes, min, max, category }: ListQuery): boolean {
  return attributes.length > 0 || min !== '' || max !== '' || category !== undefined
}

/** An amount as people type it ("24,90", "24.90 €", "1.200") in minor units of two decimals; undefined when it is none. */
export function minorUnits(typed: string): number | undefined {
  const text = typed.replace(/[\s€$£'’]/g, '').replace(/[.,](?=\d{3}(\D|$))/g, '')
  if (!/^\d{1,9}([.,]\d{1,2})?$/.test(text)) return undefined
  return Math.round(Number(text.replace(',', '.')) * 100)
}

/** The fields of the API's lists for a query. */
export function listParameters(query: ListQuery, language: Language, currency: string) {
  return {
    attribute: query.attributes.length > 0 ? [...query.attributes] : undefined,
    minPrice: query.min ? minorUnits(query.min) : undefined,
    maxPrice: query.max ? minorUnits(query.max) : undefined,
    sort: query.sort,
    language,
    currency,
  }
}
