// POST, PATCH and DELETE /v1/categories: one change at a time, under one lock, so that the tree never grows a third level.
import { randomUUIDv7 } from 'node:crypto'
import { CategoryChanged, productsApi } from '@souk/contracts/products'
import { isDuplicate, json, type Sql, sqlState } from '@souk/postgres'
import { handle, handleOnce, refuse, type Transaction } from '@souk/service'
import { clearCaches, type ProductsContext } from '../context.ts'
import { type CategoryRow, categoryOf, categoryTree, countProducts, readTree } from './categories.ts'

const { createCategory: createRoute, changeCategory: changeRoute, removeCategory: removeRoute } = productsApi.routes
type WriteRoute = typeof createRoute | typeof changeRoute

export const createCategory = handleOnce(createRoute, async ({ body }, context: ProductsContext, transaction) => {
  const { slug, title, description = '', parentSlug, position = 0, translations = {} } = body
  const id = body.id?.toLowerCase() ?? randomUUIDv7()
  const { sql, send } = transaction
  await write(createRoute, slug, context, transaction, async () => {
    const [known] = await sql`select from category where id = ${id}`
    if (known) return
    const parentId = parentSlug === undefined ? null : await findParent(createRoute, sql, parentSlug)
    await dropFormerSlug(sql, slug)
    await sql`
      insert into category (id, slug, title, description, parent_id, position, translations)
      values (${id}, ${slug}, ${title}, ${description}, ${parentId}, ${position}, ${json(translations)})`
    send(CategoryChanged({ categoryId: id, slug }))
  })
  const tree = await readTree(sql)
  const category = tree.get(id) ?? refuse(createRoute, 'not-found', 'This category was deleted a moment ago.')
  return categoryOf(category, tree, await countProducts(context))
})

/** Null unsets: no description, no parent, and the position of a category that was given none. */
export const changeCategory = handle(changeRoute, async ({ params: { id }, body }, context: ProductsContext) => {
  await context.transaction((transaction) =>
    write(changeRoute, body.slug ?? '', context, transaction, async () => {
      const { sql, send, enqueue } = transaction
      const [category] = await sql<CategoryRow>`
      select id, slug, title, description, parent_id, position, translations from category where id = ${id} for update`
      if (!category) refuse(changeRoute, 'not-found', 'There is no such category.')
      const { slug = category.slug, title = category.title, parentSlug } = body
      const { description = category.description, position = category.position } = body
      const { translations = category.translations } = body
      const parentId = parentSlug === undefined ? category.parentId : await newParent(sql, category, parentSlug)
      await sql`
      update category
      set slug = ${slug}, title = ${title}, description = ${description ?? ''}, parent_id = ${parentId},
        position = ${position ?? 0}, translations = ${json(translations ?? {})}
      where id = ${id}`
      // Its products are found by its title, and others know them by its slug. There may be many, so that is a job.
      const isRenamed = slug !== category.slug
      if (isRenamed) await keepFormerSlug(sql, id, category.slug, slug)
      const isRetitled = title !== category.title || body.translations !== undefined
      if (isRenamed || isRetitled || parentId !== category.parentId)
        await enqueue('refresh-category', { categoryId: id, isRenamed })
      send(CategoryChanged({ categoryId: id, slug }))
    }),
  )
  const [tree, counts] = await Promise.all([categoryTree(context), countProducts(context)])
  const category = tree.get(id) ?? refuse(changeRoute, 'not-found', 'This category was deleted a moment ago.')
  return categoryOf(category, tree, counts)
})

export const removeCategory = handle(removeRoute, async ({ params: { id } }, context: ProductsContext) => {
  try {
    await context.transaction(async ({ sql, send, afterCommit }) => {
      await lockTree(sql)
      const [gone] = await sql<{ slug: string }>`delete from category where id = ${id} returning slug`
      if (!gone) refuse(removeRoute, 'not-found', 'There is no such category.')
      send(CategoryChanged({ categoryId: id, slug: gone.slug }))
      afterCommit(() => clearCaches(context))
    })
  } catch (error) {
    const isReferredTo = sqlState(error) === '23503'
    if (isReferredTo) refuse(removeRoute, 'category-not-empty', 'Move its products and its categories away first.')
    throw error
  }
  return undefined
})

async function write(
  route: WriteRoute,
  slug: string,
  context: ProductsContext,
  { sql, afterCommit }: Transaction,
  work: () => Promise<void>,
): Promise<void> {
  try {
    await lockTree(sql)
    await work()
    afterCommit(() => clearCaches(context))
  } catch (error) {
    if (isDuplicate(error, 'category_slug_key')) refuse(route, 'slug-taken', `Another category has the slug ${slug}.`)
    throw error
  }
}

async function lockTree(sql: Sql): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtext('category-tree'))`
}

async function keepFormerSlug(sql: Sql, id: string, former: string, present: string): Promise<void> {
  await dropFormerSlug(sql, present)
  await sql`
    insert into former_category_slug (slug, category_id)
    values (${former}, ${id})
    on conflict (slug) do update set category_id = excluded.category_id`
}

/** A slug that a category has at present leads to it only. */
async function dropFormerSlug(sql: Sql, slug: string): Promise<void> {
  await sql`delete from former_category_slug where slug = ${slug}`
}

async function findParent(route: WriteRoute, sql: Sql, slug: string): Promise<string> {
  const [parent] = await sql<{ id: string; parentId: string | null }>`
    select id, parent_id
    from category
    where id = coalesce(
      (select id from category where slug = ${slug}),
      (select category_id from former_category_slug where slug = ${slug}))`
  if (!parent) refuse(route, 'category-unknown', `There is no category ${slug}.`)
  if (parent.parentId !== null) refuse(route, 'too-deep', `${slug} is in a category already; there are two levels.`)
  return parent.id
}

async function newParent(sql: Sql, category: CategoryRow, parentSlug: string | null): Promise<string | null> {
  if (parentSlug === null) return null
  const parentId = await findParent(changeRoute, sql, parentSlug)
  const [child] = await sql`select from category where parent_id = ${category.id} limit 1`
  if (child || parentId === category.id)
    refuse(changeRoute, 'too-deep', `${category.slug} cannot go into another category; there are two levels.`)
  return parentId
}
