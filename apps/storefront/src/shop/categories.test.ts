// The categories of a page are asked for once, whoever on it needs them; the next page asks again.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { categoriesOf } from './categories.ts'
import type { Shop } from './shop.ts'

test('all parts of a page share one call for the categories, and the next page sees what has changed', async () => {
  let calls = 0
  const listCategories = async () => ({ items: [{ slug: `version-${++calls}` }] })
  const page = () => ({ products: { listCategories } }) as unknown as Shop // Nothing else is asked.
  const first = page()
  const slugs = await Promise.all([1, 2].map(async () => (await categoriesOf(first, 'en'))[0]?.slug))
  assert.deepEqual(slugs, ['version-1', 'version-1'])
  assert.equal((await categoriesOf(first, 'de'))[0]?.slug, 'version-2')
  assert.equal((await categoriesOf(page(), 'en'))[0]?.slug, 'version-3')
})
