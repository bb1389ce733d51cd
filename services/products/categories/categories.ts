// The category tree: read often, changed seldom, so every process keeps a copy for a few seconds.
import type { CategoryTexts } from '@souk/contracts/product-parts'
import { type Category, productsApi } from '@souk/contracts/products'
import type { Sql } from '@souk/postgres'
import { handle, refuse } from '@souk/service'
import type { Static } from 'typebox'
import type { ProductsContext } from '../context.ts'

const { listCategories: listRoute, create, createMany, change } = productsApi.routes

export interface CategoryRow {
  id: string
  slug: string
  title: string
  description: string
  parentId: string | null
  position: number
  translations: Record<string, CategoryTexts>
}
interface TreeRow extends CategoryRow {
  formerSlugs: string[]
}
export interface Tree {
  readonly all: readonly TreeRow[]
  /** By its present slug, or by a former one. */
  find(slug: string): CategoryRow | undefined
  get(id: string): TreeRow | undefined
  /** The category itself and those in it. */
  within(category: CategoryRow): string[]
}

/** All categories, parents first, each level in the order that staff gave it. */
export function categoryTree({ resources, sql }: ProductsContext): Promise<Tree> {
  return resources.tree.get('tree', () => readTree(sql))
}
/** The tree as a transaction sees it. */
export async function readTree(sql: Sql): Promise<Tree> {
  const all = await sql<TreeRow>`
    select c.id, c.slug, c.title, c.description, c.parent_id, c.position, c.translations,
      array(select f.slug from former_category_slug f where f.category_id = c.id order by f.slug) as former_slugs
    from category c
    order by (c.parent_id is not null), c.position, c.title, c.id`
  const [bySlug, byId] = [bySlugs(all), new Map(all.map((one) => [one.id, one]))]
  return {
    all,
    find: (slug) => bySlug.get(slug),
    get: (id) => byId.get(id),
    within: ({ id }) => [id, ...all.filter((one) => one.parentId === id).map((one) => one.id)],
  }
}

/** A present slug is stronger than a former one. */
function bySlugs<R extends { slug: string; formerSlugs: string[] }>(rows: readonly R[]): ReadonlyMap<string, R> {
  const former = rows.flatMap((row) => row.formerSlugs.map((slug) => [slug, row] as const))
  return new Map([...former, ...rows.map((row) => [row.slug, row] as const)])
}

/** The category with a slug, present or former. One that this process does not know yet may be new, so the database is asked again. */
export async function findCategory(slug: string, context: ProductsContext) {
  let tree = await categoryTree(context)
  if (!tree.find(slug)) {
    const [row] = await context.sql`
      select from category where slug = ${slug}
      union all
      select from former_category_slug where slug = ${slug}`
    if (!row) return undefined
    context.resources.tree.clear()
    tree = await categoryTree(context)
  }
  const category = tree.find(slug)
  return category && { category, ids: tree.within(category) }
}

export const listCategories = handle(listRoute, async ({ query }, context: ProductsContext) => {
  const [tree, counts] = await Promise.all([categoryTree(context), countProducts(context)])
  const { textLanguage: own } = context.settings
  const { language = own } = query
  return { items: tree.all.map((category) => inLanguage(categoryOf(category, tree, counts), category, language, own)) }
})

/** A category as the public sees it: its texts in a language, or else its original ones. */
function inLanguage(
  shown: ReturnType<typeof categoryOf>,
  { translations }: CategoryRow,
  language: string,
  own: string,
): Static<typeof Category> {
  const { translations: _, ...original } = shown
  const texts = language === own ? undefined : translations[language]
  return texts ? { ...original, ...texts, language } : { ...original, language: own }
}

/** What staff sees of a category. Its count includes the products of the categories in it. */
export function categoryOf(category: TreeRow, tree: Tree, counts: ReadonlyMap<string, number>) {
  const { id, slug, title, description, parentId, position, formerSlugs, translations } = category
  const parentSlug = parentId === null ? undefined : tree.get(parentId)?.slug
  const productCount = tree.within(category).reduce((sum, one) => sum + (counts.get(one) ?? 0), 0)
  return {
    id,
    slug,
    title,
    description,
    parentSlug,
    position,
    productCount,
    formerSlugs: formerSlugs.length > 0 ? formerSlugs : undefined,
    translations: Object.keys(translations).length > 0 ? translations : undefined,
  }
}

/** Published products in each category, without those of the categories in it. */
export function countProducts({ resources, sql }: ProductsContext): Promise<ReadonlyMap<string, number>> {
  return resources.counts.get('per category', async () => {
    const rows = await sql<{ id: string; count: number }>`
      select category_id as id, count(*) as count
      from product
      where status = 'published' and category_id is not null
      group by category_id`
    return new Map(rows.map((row) => [row.id, row.count]))
  })
}

/** Ids of categories by slug, present or former, kept from being changed or deleted until the transaction ends. Refuses unknown ones. */
export async function lockCategories(
  route: typeof create | typeof createMany | typeof change,
  sql: Sql,
  slugs: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  if (slugs.length === 0) return new Map()
  const rows = await sql<{ id: string; slug: string; formerSlugs: string[] }>`
    select c.id, c.slug,
      array(select f.slug from former_category_slug f where f.category_id = c.id) as former_slugs
    from category c
    where c.slug = any(${slugs}::text[])
      or c.id in (select category_id from former_category_slug where slug = any(${slugs}::text[]))
    order by c.id
    for share of c`
  const known = new Map([...bySlugs(rows)].map(([slug, row]) => [slug, row.id]))
  const unknown = slugs.find((slug) => !known.has(slug))
  if (unknown !== undefined) refuse(route, 'category-unknown', `There is no category ${unknown}.`)
  return known
}
