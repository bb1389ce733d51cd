// `npm run reindex`: new languages take effect beside the running shop.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { after, before, test } from 'node:test'
import { productsApi } from '@souk/contracts/products'
import { createDatabase, dropDatabase } from '@souk/postgres/fixture'
import { anonymous, eventually, staff, startForTest, type TestShop } from '@souk/service/fixture'
import { products } from '../services/products/service.ts'

let shop: TestShop
before(async () => {
  shop = await startForTest([products], { env: { PRODUCTS_LANGUAGES: 'english' } })
  const variants = [{ sku: 'TALO', prices: [{ amount: 900, currency: 'EUR' }] }]
  await shop.as(productsApi, staff).create({ body: { title: 'Talo', status: 'published', variants } })
})
after(() => shop.stop())

async function reindex(env: Record<string, string>, ...words: string[]) {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'reindex.ts'), ...words], {
    env: { ...process.env, PRODUCTS_DATABASE_URL: shop.database('products').url, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const [said, complaint, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')])
  return { said: said.trim(), complaint: complaint.trim(), code }
}
const found = async () => (await shop.as(productsApi, anonymous).list({ query: { q: 'taloissa' } })).items.length

test('word forms of another language are found after a reindex', async () => {
  assert.equal(await found(), 0)
  const { said, code } = await reindex({ PRODUCTS_LANGUAGES: 'finnish, english' })
  assert.deepEqual([said, code], ['Searches find 1 product by new data now. Languages: finnish, english.', 0])
  await eventually('searches know Finnish', async () => (await found()) === 1)
})

test('a reindex that cannot be done says why', async () => {
  const unknown = await reindex({ PRODUCTS_LANGUAGES: 'klingon' })
  assert.match(unknown.complaint, /PRODUCTS_LANGUAGES must name languages, and "klingon" is none of them/)
  assert.match((await reindex({}, '--all')).complaint, /^Usage: npm run reindex/)
  const url = await createDatabase()
  const early = await reindex({ PRODUCTS_DATABASE_URL: url })
  await dropDatabase(url)
  assert.match(early.complaint, /Start the shop once/)
  assert.deepEqual([unknown.code, early.code], [1, 1])
})
