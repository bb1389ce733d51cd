// The search data are built anew beside the running search: after an upgrade of an older shop, and with other languages.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { copyFileSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { productsApi } from '@souk/contracts/products'
import { memoryTransport, messagingMigrations, newTrace, openDatabase } from '@souk/messaging'
import { migrate } from '@souk/postgres'
import { createDatabase, dropDatabase } from '@souk/postgres/fixture'
import { makeLog, type Running, run } from '@souk/service'
import { anonymous, eventually } from '@souk/service/fixture'
import { aProduct, type Catalog, openCatalog } from '../fixture.ts'
import { products } from '../service.ts'
import { rebuildAll } from './rebuild-search.ts'

let shop: Catalog
before(async () => {
  shop = await openCatalog()
  const goods = Array.from({ length: 450 }, (_, n) => aProduct({ title: `Goblet ${n}`, description: 'Schalen' }))
  for (let from = 0; from < goods.length; from += 150)
    await shop.staff.createMany({ body: { products: goods.slice(from, from + 150) } })
})
after(() => shop.stop())

const titles = async (q: string, more: object = {}) =>
  (await shop.public.list({ query: { q, ...more } })).items.map(({ title }) => title)
const index = async () =>
  (
    await shop.database('products').sql<{ live: string; languages: string[]; building: string | null }>`
      select live, languages, building from search_index`
  )[0]
/** The next rebuild need not wait for the searches that began before the last one ended. */
const forgetSwitch = () => shop.database('products').sql`update search_index set switched_at = '-infinity'`

test('a rebuild under load loses no product, shows no empty list, and takes in what changes meanwhile', async () => {
  const database = shop.database('products')
  let isRunning = true
  const changed: string[] = []
  const shoppers = [0, 1].map(async () => {
    while (isRunning) {
      const { total } = await shop.public.list({ query: { q: 'goblet', facets: true, limit: 1 } })
      assert.ok((total ?? 0) >= 450, `${total} found`)
      assert.equal((await titles('goblet 44'))[0], 'Goblet 44')
    }
  })
  const writer = async () => {
    for (let n = 0; isRunning || n < 3; n++) {
      const title = `Newcomer ${String.fromCharCode(97 + (n % 26)).repeat(4)}${n}`
      const { id } = await shop.staff.create({ body: aProduct({ title }) })
      await shop.staff.change({ params: { id }, body: { title: `${title} renamed` } })
      const gone = await shop.staff.create({ body: aProduct({ title: `${title} gone` }) })
      await shop.staff.remove({ params: { id: gone.id } })
      changed.push(`${title} renamed`)
    }
  }
  const writing = writer()
  for (let round = 0; round < 2; round++) {
    const before = await index()
    assert.ok((await rebuildAll(database, ['english', 'german', 'greek', 'russian'])) >= 450)
    assert.notEqual((await index())?.live, before?.live)
  }
  isRunning = false
  await Promise.all([...shoppers, writing])
  for (const title of changed) assert.deepEqual(await titles(title), [title])
  const [counts] = await database.sql`
    select (select count(*) from product) as goods, (select count(*) from search_a) as a, (select count(*) from search_b) as b,
      (select live from search_index) as live`
  const row = counts as { goods: number; a: number; b: number; live: string }
  assert.equal(row.live === 'search_a' ? row.a : row.b, row.goods)
})

test('a rebuild that was interrupted can be begun again, or is ended by the shop', async () => {
  const database = shop.database('products')
  await forgetSwitch()
  let batches = 0
  const interrupted = rebuildAll(
    {
      sql: database.sql,
      transaction: (work) => {
        batches += 1
        if (batches > 2) throw new Error('Killed.')
        return database.transaction(work)
      },
    },
    ['english'],
  )
  await assert.rejects(interrupted, /Killed/)
  assert.notEqual((await index())?.building, null)
  assert.equal((await titles('goblet 7'))[0], 'Goblet 7')
  await shop.staff.create({ body: aProduct({ title: 'Interlude' }) })

  await database.sql`update search_index set built_at = built_at - interval '1 hour'`
  shop.running.services.get('products')?.context.runSoon({ name: 'rebuild-search' })
  await eventually('the shop has ended the rebuild', async () => (await index())?.building === null)
  assert.deepEqual((await index())?.languages, ['english'])
  assert.deepEqual(await titles('interlude'), ['Interlude'])

  await forgetSwitch()
  await rebuildAll(database, ['english', 'german'])
  assert.deepEqual((await index())?.languages, ['english', 'german'])
})

test('other languages take effect with a rebuild, and words that are gone leave the word list', async () => {
  const database = shop.database('products')
  const { id } = await shop.staff.create({ body: aProduct({ title: 'Talo' }) })
  const { id: former } = await shop.staff.create({ body: aProduct({ title: 'Quetzalcoatl' }) })
  await shop.staff.remove({ params: { id: former } })
  assert.deepEqual(await titles('taloissa'), [])
  await forgetSwitch()
  await rebuildAll(database, ['finnish', 'german'])
  await eventually('searches know it', async () => (await titles('taloissa')).length === 1)
  assert.equal((await titles('schale', { limit: 5 })).length, 5)
  const words = await database.sql<{
    word: string
  }>`select word from search_word where word in ('quetzalcoatl', 'goblet')`
  assert.deepEqual(
    words.map(({ word }) => word),
    ['goblet'],
  )
  await shop.staff.remove({ params: { id } })
})

test('a shop from before goes on searching while its search data are built anew', async () => {
  const url = await createDatabase()
  const folder = mkdtempSync(join(tmpdir(), 'souk-migrations-'))
  const database = openDatabase({ url, service: 'products' })
  let running: Running | undefined
  try {
    const migrations = join(import.meta.dirname, '..', 'migrations')
    for (const file of readdirSync(migrations).filter((name) => name < '005'))
      copyFileSync(join(migrations, file), join(folder, file))
    await migrate(database, [messagingMigrations, { component: 'products', folder }])
    await database.sql`
      insert into product (id, slug, title, status, variant_count, description)
      select gen_random_uuid(), 'former-' || n, 'Former bowls ' || n, 'published', 1, 'Kept for years.'
      from generate_series(1, 500) as n`
    await database.sql`
      insert into product (id, slug, title, status, variant_count)
      values (${randomUUID()}, 'suessholz', 'Süßholz', 'published', 1)`

    const services = [products]
    running = await run({
      services,
      databases: { products: url },
      transport: memoryTransport(),
      env: {},
      log: makeLog({ level: 'silent' }),
      listen: false,
      operations: false,
    })
    const { serviceCalls } = running
    const list = async (q: string) => {
      const input = {
        query: { q, facets: true },
        caller: anonymous,
        trace: newTrace(),
        ip: '127.0.0.1',
        body: undefined,
      }
      const { body } = await serviceCalls.call(productsApi.routes.list, input)
      return JSON.parse(Buffer.from(body as Uint8Array).toString()) as { items: { title: string }[]; total: number }
    }
    const isNew = async () => (await database.sql`select from search_index where live = 'search_a'`).length === 1
    assert.equal(await isNew(), false)
    running.services.get('products')?.context.runSoon({ name: 'rebuild-search' })
    while (!(await isNew())) {
      assert.equal((await list('former bowl')).total, 500)
      assert.equal((await list('sussholz')).items[0]?.title, 'Süßholz')
    }
    await eventually('umlauts are spelled out', async () => (await list('suessholz')).items[0]?.title === 'Süßholz')
    assert.equal((await list('former bowl')).total, 500)
    assert.equal((await list('fromer')).total, 500)
  } finally {
    await running?.stop()
    await database.close()
    rmSync(folder, { recursive: true, force: true })
    await dropDatabase(url)
  }
})
