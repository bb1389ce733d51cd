// The category tree: read often, changed seldom, so every process keeps a copy for a few seconds.
import { productsApi } from '@souk/contracts/products'
import type { Sql } from '@souk/postgres'
import { handle, refuse } from '@souk/service'
import type { ProductsContext } from '../context.ts'

const { listCategories: listRoute, create, createMany, change } = productsApi.routes

export interface CategoryRow {
  id: string
  slug: string
  title: string
  description: string
  parentId: string | null
  position: number
}
export interface Tree {
  readonly all: readonly CategoryRow[]
  find(slug: string): CategoryRow | undefined
  get(id: string): CategoryRow | undefined
  /** The category itself and those in it. */
  within(category: CategoryRow): string[]
}

/** All categories, parents first, each level in the order that staff gave it. */
export function categoryTree({ resources, sql }: ProductsContext): Promise<Tree> {
  return resources.tree.get('tree', async () => {
    const all = await sql<CategoryRow>`
      select id, slug, title, description, parent_id, position
      from category
      order by (parent_id is not null), position, title, id`
    const [bySlug, byId] = [new Map(all.map((one) => [one.slug, one])), new Map(all.map((one) => [one.id, one]))]
    return {
      all,
      find: (slug) => bySlug.get(slug),
      get: (id) => byId.get(id),
      within: ({ id }) => [id, ...all.filter((one) => one.parentId === id).map((one) => one.id)],
    }
  })
}

/** The category with a slug. One that this process does not know yet may be new, so the database is asked again. */
export async function findCategory(slug: string, context: ProductsContext) {
  let tree = await categoryTree(context)
  if (!tree.find(slug)) {
    const [row] = await context.sql`select from category where slug = ${slug}`
    if (!row) return undefined
    context.resources.tree.clear()
    tree = await categoryTree(context)
  }
  const category = tree.find(slug)
  return category && { category, ids: tree.within(category) }
}

export const listCategories = handle(listRoute, async (_, context: ProductsContext) => {
  const [tree, counts] = await Promise.all([categoryTree(context), countProducts(context)])
  return { items: tree.all.map((category) => categoryOf(category, tree, counts)) }
})

/** What a caller sees of a category. Its count includes the products of the categories in it. */
export function categoryOf(category: CategoryRow, tree: Tree, counts: ReadonlyMap<string, number>) {
  const { id, slug, title, description, parentId, position } = category
  const parentSlug = parentId === null ? undefined : tree.get(parentId)?.slug
  const productCount = tree.within(category).reduce((sum, one) => sum + (counts.get(one) ?? 0), 0)
  return { id, slug, title, description, parentSlug, position, productCount }
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

/** Ids of categories by slug, kept from being changed or deleted until the transaction ends. Refuses unknown ones. */
export async function lockCategories(
  route: typeof create | typeof createMany | typeof change,
  sql: Sql,
  slugs: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  if (slugs.length === 0) return new Map()
  const rows = await sql<{ id: string; slug: string }>`
    select id, slug
    from category
    where slug = any(${slugs}::text[])
    order by id
    for share`
  const known = new Map(rows.map((row) => [row.slug, row.id]))
  const unknown = slugs.find((slug) => !known.has(slug))
  if (unknown !== undefined) refuse(route, 'category-unknown', `There is no category ${unknown}.`)
  return known
}
