// What the pages of lists ask the shop: the goods of a category or a search, and what an impossible mix of filters would show without one.
import { shopConfig } from '../../shop.config.ts'
import type { Texts } from '../texts/texts.ts'
import { type FilterGroup, filterGroups, type List, withoutEach } from './filters.ts'
import { type ListQuery, listParameters } from './list-query.ts'
import type { Shop } from './shop.ts'

/** Divides into rows of two, three and four. */
export const goodsPerPage = 24
const mostWays = 6

export interface Way {
  readonly words: string
  readonly query: ListQuery
  readonly count: number
}

/** The ways out of a list that is empty: its query without one filter, where that finds something; the most goods first. */
export async function waysOut(
  shop: Shop,
  query: ListQuery,
  groups: readonly FilterGroup[],
  t: Texts,
  category: string | undefined,
): Promise<Way[]> {
  const tries = withoutEach(query, groups, t).slice(0, mostWays)
  const counts = await Promise.all(
    tries.map(async (one) => {
      const list = await shop.products.list({
        query: {
          ...listParameters(one.query, t.language, shopConfig.currency),
          ...(query.q ? { q: query.q, exact: query.isExact } : {}),
          category,
          limit: 1,
          page: 1,
        },
      })
      return list.total ?? 0
    }),
  )
  return tries
    .map((one, index) => ({ ...one, count: counts[index] ?? 0 }))
    .filter(({ count }) => count > 0)
    .toSorted((a, b) => b.count - a.count)
}

/** The list that the shop answers, and its filters. */
export const groupsOf = (list: List | undefined, query: ListQuery) => filterGroups(list ?? {}, query)
