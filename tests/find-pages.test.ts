// The pages for finding goods as a browser without a script gets them: filters, choice and cart by forms, addresses for search engines, and
// structured data that says what the page says.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { after, before, test } from 'node:test'
import { brotliCompressSync } from 'node:zlib'
import { awaitReaders } from '../seed/await-readers.ts'
import { openShop, type Shop } from './fixture.ts'
import { stockUp } from './goods.ts'

let shop: Shop
before(async () => {
  shop = await openShop()
})
after(() => shop.stop())

interface Page {
  status: number
  headers: Headers
  html: string
}
async function open(path: string, init: RequestInit = {}): Promise<Page> {
  const answer = await fetch(new URL(path, shop.url), { redirect: 'manual', ...init })
  return { status: answer.status, headers: answer.headers, html: await answer.text() }
}
const post = (path: string, fields: Record<string, string>) =>
  open(path, { method: 'POST', body: new URLSearchParams(fields), headers: { origin: shop.url } })
const dataIn = ({ html }: Page) =>
  [...html.matchAll(/<script type="application\/ld\+json">(.*?)<\/script>/gs)].map(
    ([, json]) => JSON.parse(json ?? '') as Record<string, unknown>,
  )

test('a product with variants is chosen, put into the cart and asked for by forms', async () => {
  await addTeapot()
  const plain = await open('/en/p/tea-pot')
  assert.equal(plain.status, 200)
  assert.match(plain.html, /from €20\.00/)
  assert.match(plain.html, /<link rel="canonical" href="[^"]*\/en\/p\/tea-pot">/)
  assert.match(plain.html, /hreflang="de" href="[^"]*\/de\/p\/tea-pot"/)
  assert.match(plain.html, /Sold out/)
  assert.equal(plain.headers.get('set-cookie'), null)

  const unclear = await post('/en/p/tea-pot', { do: 'add', quantity: '2' })
  assert.equal(unclear.status, 422)
  assert.match(unclear.html, /Choose first: Size/)
  assert.match(unclear.html, /name="quantity"[^>]*value="2"/)

  const chosen = await post('/en/p/tea-pot', { do: 'choose', 'option-1': 'Large' })
  assert.equal(chosen.status, 303)
  assert.match(chosen.headers.get('location') ?? '', /\/en\/p\/tea-pot\?sku=POT-L/)

  const added = await post('/en/p/tea-pot', { do: 'add', 'option-1': 'Large', quantity: '2' })
  assert.equal(added.status, 303)
  assert.match(added.headers.get('set-cookie') ?? '', /souk_cart=/)
  const after = await open(added.headers.get('location') ?? '')
  assert.match(after.html, /2 of “Tea pot” are in your cart/)
  assert.match(after.html, /href="\/en\/cart"/)

  const gone = await open('/en/p/tea-pot?sku=POT-S')
  assert.match(gone.html, /value="alert"/)
  assert.doesNotMatch(gone.html, /value="add"/)
})

test('the structured data of a product says what its page says', async () => {
  const [group, crumbs] = dataIn(await open('/en/p/tea-pot?sku=POT-L'))
  assert.equal(group?.['@type'], 'ProductGroup')
  assert.equal(crumbs?.['@type'], 'BreadcrumbList')
  const offers = ((group?.hasVariant ?? []) as { sku: string; offers: { price: string; availability: string } }[]).map(
    ({ sku, offers }) => [sku, offers.price, offers.availability.split('/').at(-1)],
  )
  assert.deepEqual(offers, [
    ['POT-S', '20.00', 'OutOfStock'],
    ['POT-L', '30.00', 'InStock'],
  ])
})

test('what is not there is not found, and a former address leads on', async () => {
  for (const path of ['/en/p/nothing', '/en/c/nothing', '/de/p/nothing']) {
    const page = await open(path)
    assert.equal(page.status, 404, path)
    assert.match(page.html, /type="search"/)
  }
  await shop.staff.products.change({ params: { id: await teapotId() }, body: { slug: 'big-tea-pot' } })
  await shop.test.settle()
  const moved = await open('/en/p/tea-pot?sku=POT-L&utm_source=mail')
  assert.equal(moved.status, 301)
  assert.match(moved.headers.get('location') ?? '', /^\/en\/p\/big-tea-pot\?/)
})

test('a category filters by a form, and an impossible mix says which filter to drop', async () => {
  const page = await open('/en/c/tables')
  assert.equal(page.status, 200)
  assert.match(page.html, /<form[^>]*action="\/en\/c\/tables"[^>]*method="get"/)
  assert.match(page.html, /name="attribute"[^>]*value="color:Red"/)
  assert.match(page.html, /rel="canonical"/)
  const red = await open('/en/c/tables?attribute=color%3ARed')
  assert.match(red.html, /Remove the filter Color: Red/)
  assert.match(red.html, /name="robots" content="noindex"/)
  const none = await open('/en/c/tables?attribute=color%3ARed&max=5')
  assert.equal(none.status, 404)
  assert.match(none.html, /Without Price: 1 product/)
  const odd = await open('/en/c/tables?max=cheap')
  assert.equal(odd.status, 200)
  assert.match(odd.html, /Enter a price in digits/)
  assert.match(odd.html, /value="cheap"/)
})

test('what people type is searched, in every script and with spaces', async () => {
  for (const words of ['big pot', 'Gewürz', 'مصباح', '茶 壺', 'pot\u200b', 'a'.repeat(300)]) {
    const page = await open(`/de/search?${new URLSearchParams({ q: words })}`)
    assert.equal(page.status, 200, words)
  }
  const filtered = await open(`/de/search?${new URLSearchParams({ q: 'pot', attribute: 'wood:Olive wood, geölt' })}`)
  assert.match(filtered.html, /Olive wood, geölt/)
})

test('a search keeps its words, and one without results leads on', async () => {
  const none = await open('/en/search?q=%3Cb%3Exyzzyqw')
  assert.equal(none.status, 200)
  assert.match(none.html, /Nothing found for/)
  assert.match(none.html, /value="&lt;b&gt;xyzzyqw"|value="<b>xyzzyqw"/)
  assert.doesNotMatch(none.html, /<h1[^>]*>[^<]*<b>/)
  assert.match(none.html, /noindex/)
})

test('the content security policy of each page names its inline scripts by their hashes, and allows nothing else inline', async () => {
  for (const path of [
    '/en',
    '/en/c/tables',
    '/en/p/big-tea-pot',
    '/en/search?q=tea',
    '/en/info/terms',
    '/en/cart',
    '/en/p/no',
  ]) {
    const { headers, html } = await open(path)
    const policy = headers.get('content-security-policy') ?? ''
    assert.match(policy, /^default-src 'none'/, path)
    assert.doesNotMatch(policy, /unsafe/, path)
    const scripts = [...html.matchAll(/<script(?![^>]*(?:src=|ld\+json))[^>]*>(.*?)<\/script>/gs)].map(
      ([, text]) => text ?? '',
    )
    assert.ok(scripts.length > 0, path)
    for (const text of scripts) {
      const hash = createHash('sha256').update(text).digest('base64')
      assert.ok(policy.includes(`'sha256-${hash}'`), `${path}: ${text.slice(0, 80)}`)
    }
    assert.doesNotMatch(html, /<style|\sstyle=|\son[a-z]+=/, path)
  }
})

test('scripts and styles of a first visit stay within their budget', async () => {
  const built = resolve(import.meta.dirname, '../apps/storefront/dist/client/_astro')
  const compressed = (text: string | Buffer) => brotliCompressSync(text).length
  const names = (text: string, ending: 'js' | 'css') =>
    [...text.matchAll(new RegExp(`[\\w.-]+\\.${ending}(?=["'])`, 'g'))].map(([name]) => name)
  /** The scripts of a page and all that they import. */
  function scriptsOf(text: string, known = new Set<string>()): Set<string> {
    for (const name of names(text, 'js')) {
      if (known.has(name)) continue
      known.add(name)
      scriptsOf(readFileSync(join(built, name), 'utf8'), known)
    }
    return known
  }
  for (const path of ['/en', '/en/c/tables', '/en/p/big-tea-pot', '/en/search?q=tea']) {
    const { html } = await open(path)
    const inline = [...html.matchAll(/<script type="module">(.*?)<\/script>/gs)].map(([, text]) => text ?? '')
    const styles = [...html.matchAll(/<style>(.*?)<\/style>/gs)].map(([, text]) => text ?? '')
    const files = (list: Iterable<string>) => [...list].map((name) => readFileSync(join(built, name)))
    const bytes = (texts: readonly (string | Buffer)[]) => texts.reduce((sum, text) => sum + compressed(text), 0)
    const scripts = bytes([...inline, ...files(scriptsOf(html))])
    assert.ok(scripts > 0 && scripts <= 35_000, `${path}: ${scripts} bytes of scripts`)
    const css = bytes([...styles, ...files(new Set(names(html, 'css')))])
    assert.ok(css > 0 && css <= 25_000, `${path}: ${css} bytes of styles`)
  }
})

async function addTeapot(): Promise<void> {
  const price = (amount: number) => [{ amount, currency: 'EUR' }]
  await shop.staff.products.createCategory({ body: { slug: 'tables', title: 'Tables' } })
  await shop.staff.products.create({
    body: {
      slug: 'tea-pot',
      title: 'Tea pot',
      status: 'published',
      categorySlug: 'tables',
      attributes: { color: 'Red' },
      options: [{ name: 'Size', values: ['Small', 'Large'] }],
      variants: [
        { sku: 'POT-S', options: { Size: 'Small' }, prices: price(2000) },
        { sku: 'POT-L', options: { Size: 'Large' }, prices: price(3000) },
      ],
    },
  })
  await stockUp(shop.test.running, [{ sku: 'POT-L', quantity: 40 }])
  await awaitReaders(shop.test.running)
  await shop.test.settle()
}

async function teapotId(): Promise<string> {
  const { items } = await shop.staff.products.listAll({ query: { q: 'POT-L' } })
  return items[0]?.id ?? assert.fail('There is no tea pot.')
}
