// What the trials of the images ask of the shop front: a guest finds the product, puts it into the cart and buys it, by forms alone.
import assert from 'node:assert/strict'

const person = {
  email: 'page@example.com',
  name: 'Ann Tester',
  line1: 'Long Street 1',
  postalCode: '10115',
  city: 'Berlin',
  country: 'DE',
  'asked-same': 'on',
  same: 'on',
}

/** Buys at this address. Returns what was seen, as a sentence. Throws when a page is not what it should be. */
export async function buyByPages(url: string): Promise<string> {
  const { open, post } = browserAt(url)
  const { slug, sku } = await inStock(url)
  const [home, product] = [await open('/en'), await open(`/en/p/${slug}`)]
  const script =
    /(?:src|href)="(\/_astro\/[^"]+)"/.exec(home.page)?.[1] ?? assert.fail('The home page has no script or style.')
  await open(script)
  assert.equal((await post('/en/cart', { do: 'add', sku, quantity: '1' })).to, '/en/cart')
  assert.ok((await open('/en/cart')).page.includes(`/en/p/${slug}`), 'It is in the cart.')
  for (const [step, fields] of [
    ['contact', person],
    ['delivery', { method: 'standard' }],
    ['payment', { card: 'ok' }],
  ] as const)
    assert.equal((await post(`/en/checkout/${step}`, fields)).status, 303, step)
  const review = await open('/en/checkout/review')
  const fields = ['version', 'total', 'currency', 'payment'].map((name) => [
    name,
    new RegExp(`name="${name}" value="([^"]*)"`).exec(review.page)?.[1] ?? '',
  ])
  const placed = await post('/en/checkout/review', Object.fromEntries(fields))
  assert.match(placed.to, /^\/en\/orders\//)
  const order = await open(placed.to)
  assert.match(order.page, /Thank you for your order/)
  return `A guest bought by pages: home ${home.ms} ms, product ${product.ms} ms, order ${order.ms} ms.`
}

/** Something that is in stock. */
async function inStock(url: string): Promise<{ slug: string; sku: string }> {
  const ask = async <T>(path: string) => (await (await fetch(url + path)).json()) as T
  const { items } = await ask<{ items: { slug: string }[] }>('/v1/products?limit=48')
  for (const { slug } of items) {
    const { variants } = await ask<{ variants: { sku: string }[] }>(`/v1/products/${slug}`)
    const skus = new URLSearchParams(variants.map(({ sku }) => ['sku', sku]))
    const stock = await ask<{ items: { sku: string; status: string }[] }>(`/v1/availability?${skus}`)
    const found = stock.items.find(({ status }) => status !== 'out-of-stock')
    if (found) return { slug, sku: found.sku }
  }
  return assert.fail('Nothing is in stock.')
}

/** A browser without scripts. */
function browserAt(url: string) {
  const cookies = new Map<string, string>()
  async function ask(path: string, form?: Record<string, string>) {
    const began = performance.now()
    const response = await fetch(url + path, {
      method: form ? 'POST' : 'GET',
      redirect: 'manual',
      headers: {
        cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; '),
        ...(form ? { origin: url, 'sec-fetch-site': 'same-origin' } : {}),
      },
      body: form && new URLSearchParams(form),
    })
    for (const cookie of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? []
      cookies.set(name, value)
    }
    const page = await response.text()
    return {
      status: response.status,
      to: response.headers.get('location') ?? '',
      page,
      ms: Math.round(performance.now() - began),
    }
  }
  return {
    /** A page that must be there. */
    async open(path: string) {
      const answer = await ask(path)
      assert.equal(answer.status, 200, `${path} ${answer.to}`)
      return answer
    },
    post: ask,
  }
}
