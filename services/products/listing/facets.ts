// What a list's filters would leave: counts by category and by attribute, and how many match in all. Every facet ignores
// its own filter, so that one can see what else could be chosen. Counting is the expensive part of a list, so the counts are cached.
import { join, type Sql, type Statement } from '@souk/postgres'
import { categoryTree, type Tree } from '../categories/categories.ts'
import type { ProductsContext } from '../context.ts'
import { atMost } from './cursors.ts'
import { alias, type Filters, matching } from './list-filters.ts'

/** At most this many matches are counted; a product list needs no exact number above it. */
const mostCounted = 5_000
const mostValues = 50
const mostFacets = 20

interface Count {
  kind: 'total' | 'category' | 'attribute'
  value: string | null
  count: number
}
interface Facet {
  name: string
  values: { value: string; title?: string; count: number }[]
}

interface Facets {
  facets: Facet[]
  total: number
  /** True when more products match than are counted: total and counts are lower bounds. */
  totalIsCapped: boolean
}

/** The facets of a list. Kept for a few seconds. */
export function findFacets(filters: Filters, context: ProductsContext): Promise<Facets> {
  const key = JSON.stringify({ ...filters, attributes: [...filters.attributes] })
  return context.resources.counts.get(`facets ${key}`, async () => {
    const [counts, tree] = await Promise.all([count(context.sql, filters), categoryTree(context)])
    const total = counts.find((row) => row.kind === 'total')?.count ?? 0
    return {
      facets: [categoryFacet(counts, tree), ...attributeFacets(counts)].filter((facet) => facet.values.length > 0),
      total: Math.min(total, mostCounted),
      totalIsCapped: total > mostCounted,
    }
  })
}

/** One statement counts the matches themselves, and once more for each facet that has a filter, without that filter. */
function count(sql: Sql, filters: Filters): Statement<Count> {
  const p = alias('p')
  const matches = (one: Filters) => {
    const { from, conditions } = matching(sql, p, one)
    return sql`select ${p}.category_id, ${p}.tags ${from} where ${join(conditions, ' and ')} ${atMost(mostCounted + 1)}`
  }
  const byCategory = (from: Statement) => sql`(
    select 'category' as kind, category_id::text as value, count(*) as count
    from ${from}
    where category_id is not null
    group by category_id)`
  const byTag = (from: Statement, condition: Statement) => sql`(
    select 'attribute' as kind, tag as value, count(*) as count
    from ${from}, unnest(tags) as tag
    where ${condition}
    group by tag
    order by count desc, tag
    ${atMost(mostValues * mostFacets)})`

  const names = [...filters.attributes.keys()]
  const parts = [
    sql`(select 'total' as kind, null as value, count(*) as count from matched)`,
    byTag(sql`matched`, sql`split_part(tag, ':', 1) <> all(${names}::text[])`),
    byCategory(filters.categoryIds ? sql`(${matches({ ...filters, categoryIds: undefined })}) as wider` : sql`matched`),
    ...names.map((name) => {
      const attributes = new Map([...filters.attributes].filter(([other]) => other !== name))
      return byTag(sql`(${matches({ ...filters, attributes })}) as wider`, sql`split_part(tag, ':', 1) = ${name}`)
    }),
  ]
  return sql<Count>`with matched as materialized (${matches(filters)}) ${join(parts, ' union all ')}`
}

/** A category counts the products of those in it too, as its own list does. */
function categoryFacet(counts: readonly Count[], tree: Tree): Facet {
  const own = new Map(counts.filter((row) => row.kind === 'category').map((row) => [row.value, row.count]))
  const values = tree.all.map((category) => ({
    value: category.slug,
    title: category.title,
    count: tree.within(category).reduce((sum, id) => sum + (own.get(id) ?? 0), 0),
  }))
  return { name: 'category', values: values.filter((one) => one.count > 0) }
}

function attributeFacets(counts: readonly Count[]): Facet[] {
  const facets = new Map<string, Facet>()
  for (const { kind, value, count } of counts) {
    if (kind !== 'attribute' || value === null) continue
    const colon = value.indexOf(':')
    const name = value.slice(0, colon)
    const facet = facets.get(name) ?? { name, values: [] }
    if (facet.values.length < mostValues) facet.values.push({ value: value.slice(colon + 1), count })
    facets.set(name, facet)
  }
  return [...facets.values()].sort((a, b) => (a.name < b.name ? -1 : 1)).slice(0, mostFacets)
}
