// What a list's filters would leave: counts by category and by attribute, and how many match in all. Every facet ignores
// its own filter, so that one can see what else could be chosen. Counting is the expensive part of a list, so the counts are cached.
import type { Money } from '@souk/contracts/basics'
import { join, type Sql, type Statement } from '@souk/postgres'
import { categoryTree, type Tree } from '../categories/categories.ts'
import type { ProductsContext } from '../context.ts'
import { atMost, mostCounted } from './cursors.ts'
import { alias, entryPrice, type Filters, hasPriceRange, matching, pricedMatching } from './list-filters.ts'

const mostValues = 50
const mostFacets = 20

interface Count {
  kind: 'total' | 'category' | 'attribute'
  value: string | null
  count: number
}
interface Facet {
  name: string
  title?: string
  values: { value: string; title?: string; count: number }[]
}

interface Facets {
  facets: Facet[]
  total: number
  /** True when more products match than are counted: total and counts are lower bounds. */
  totalIsCapped: boolean
  /** From the lowest to the highest price shown, without the filter by price; undefined without prices. */
  priceRange?: { min: Money; max: Money }
}

/** The facets of a list. Kept for a few seconds. */
export function findFacets(filters: Filters, context: ProductsContext): Promise<Facets> {
  const key = JSON.stringify({ ...filters, attributes: [...filters.attributes] })
  return context.resources.counts.get(`facets ${key}`, async () => {
    const { sql } = context
    const [counts, tree, [prices]] = await Promise.all([
      count(sql, filters),
      categoryTree(context),
      priceRange(sql, filters),
    ])
    const ofAttributes = await withTitles(sql, attributeFacets(counts), filters.language)
    const { min, max } = prices ?? { min: null, max: null }
    const money = (amount: number) => ({ amount, currency: filters.currency })
    return {
      facets: [categoryFacet(counts, tree, filters.language), ...ofAttributes].filter(
        ({ values }) => values.length > 0,
      ),
      ...capped(counts.find((row) => row.kind === 'total')?.count ?? 0),
      priceRange: min === null || max === null ? undefined : { min: money(min), max: money(max) },
    }
  })
}

/** How many products match. Kept for a few seconds. */
export function findTotal(filters: Filters, { sql, resources }: ProductsContext) {
  const key = JSON.stringify({ ...filters, language: undefined, attributes: [...filters.attributes] })
  return resources.counts.get(`total ${key}`, async () => {
    const p = alias('p')
    const { from, conditions } = matching(sql, p, filters)
    const [row] = await sql<{ total: number }>`
      select count(*) as total
      from (select ${from} where ${join(conditions, ' and ')} ${atMost(mostCounted + 1)}) as matched`
    return capped(row?.total ?? 0)
  })
}

function capped(total: number) {
  return { total: Math.min(total, mostCounted), totalIsCapped: total > mostCounted }
}

/**
 * The prices of all matches but for the filter by price. Without further filters they are the ends of an index; otherwise those of the
 * matches that are counted.
 */
function priceRange(sql: Sql, filters: Filters): Statement<{ min: number | null; max: number | null }> {
  const wider = { ...filters, minPrice: undefined, maxPrice: undefined }
  const { search, attributes, categoryIds, currency } = wider
  const [p, cheapest] = [alias('p'), alias('cheapest')]
  if (search) {
    const { from, conditions } = matching(sql, p, wider)
    return sql`
      select min(price) as min, max(price) as max
      from (
        select ${entryPrice(sql, p, currency)} as price ${from} where ${join(conditions, ' and ')}
        ${atMost(mostCounted + 1)}
      ) as matched`
  }
  if (attributes.size === 0) {
    const { from, conditions } = pricedMatching(sql, cheapest, { ...wider, categoryIds: undefined })
    const end = (inCategory: Statement, direction: Statement) => sql`(
      select ${cheapest}.lowest ${from} where ${join([...conditions, inCategory], ' and ')}
      order by ${cheapest}.lowest ${direction} ${atMost(1)})`
    const ends = (inCategory: Statement) =>
      sql`${end(inCategory, sql``)} as lowest, ${end(inCategory, sql`desc`)} as highest`
    if (!categoryIds) return sql`select one.lowest as min, one.highest as max from (select ${ends(sql`true`)}) as one`
    return sql`
      select min(each.lowest) as min, max(each.highest) as max
      from unnest(${categoryIds}::uuid[]) as wanted (id)
      cross join lateral (select ${ends(sql`${cheapest}.category_id = wanted.id`)}) as each`
  }
  const { from, conditions } = matching(sql, p, wider)
  return sql`
    select min(own.lowest) as min, max(own.lowest) as max
    from (select ${p}.id ${from} where ${join(conditions, ' and ')} ${atMost(mostCounted + 1)}) as matched
    join product_price own on own.product_id = matched.id and own.currency = ${currency}`
}

/** The facets with the words of another language. */
async function withTitles(sql: Sql, facets: Facet[], language: string | undefined): Promise<Facet[]> {
  if (language === undefined || facets.length === 0) return facets
  const wanted = facets.flatMap(({ name, values }) => [name, ...values.map(({ value }) => value)])
  const rows = await sql<{ word: string; translation: string }>`
    select word, translation from attribute_word where language = ${language} and word = any(${wanted}::text[])`
  const words = new Map(rows.map(({ word, translation }) => [word, translation]))
  return facets.map(({ name, values }) => ({
    name,
    title: words.get(name),
    values: values.map((one) => ({ ...one, title: words.get(one.value) })),
  }))
}

/** One statement counts the matches themselves, and once more for each facet that has a filter, without that filter. */
function count(sql: Sql, filters: Filters): Statement<Count> {
  const p = alias('p')
  const matches = (one: Filters) => {
    const { from, conditions } = matching(sql, p, one)
    return sql`select ${p}.category_id, ${p}.tags ${from} where ${join(conditions, ' and ')} ${atMost(mostCounted + 1)}`
  }
  /** Where nothing else is asked of a product, the table of prices knows its category, too, and is narrower. */
  const categories = (one: Filters) => {
    if (one.search || one.attributes.size > 0 || !hasPriceRange(one)) return matches(one)
    const { from, conditions } = pricedMatching(sql, p, one)
    return sql`select ${p}.category_id ${from} where ${join(conditions, ' and ')} ${atMost(mostCounted + 1)}`
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
    byCategory(
      filters.categoryIds ? sql`(${categories({ ...filters, categoryIds: undefined })}) as wider` : sql`matched`,
    ),
    ...names.map((name) => {
      const attributes = new Map([...filters.attributes].filter(([other]) => other !== name))
      return byTag(sql`(${matches({ ...filters, attributes })}) as wider`, sql`split_part(tag, ':', 1) = ${name}`)
    }),
  ]
  return sql<Count>`with matched as materialized (${matches(filters)}) ${join(parts, ' union all ')}`
}

/** A category counts the products of those in it too, as its own list does. */
function categoryFacet(counts: readonly Count[], tree: Tree, language: string | undefined): Facet {
  const own = new Map(counts.filter((row) => row.kind === 'category').map((row) => [row.value, row.count]))
  const values = tree.all.map((category) => ({
    value: category.slug,
    title: category.translations[language ?? '']?.title ?? category.title,
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
