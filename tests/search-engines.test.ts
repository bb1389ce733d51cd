// What search engines find: every address of the site map is a page that names itself and its other languages, and carries structured data
// with all that the engines ask for. And what they are told about addresses that lead nowhere.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { languages } from '@souk/contracts/storefront'
import { awaitReaders } from '../seed/await-readers.ts'
import { openShop, type Shop } from './fixture.ts'
import { stockUp } from './goods.ts'

let shop: Shop
before(async () => {
  shop = await openShop()
  await sellTea()
})
after(() => shop.stop())

type Data = { readonly '@type': string } & Readonly<Record<string, unknown>>
interface Entry {
  readonly address: string
  /** What it says of itself in other languages: their codes with addresses. */
  readonly languages: Readonly<Record<string, string>>
}

async function open(address: string, headers: Record<string, string> = {}) {
  const answer = await fetch(new URL(address, shop.url), { redirect: 'manual', headers })
  return { status: answer.status, headers: answer.headers, text: await answer.text() }
}
const allIn = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map(([, found = '']) => found)
const languagesIn = (text: string, tag: string) =>
  Object.fromEntries(
    [...text.matchAll(new RegExp(`<${tag} rel="alternate" hreflang="([^"]+)" href="([^"]+)"`, 'g'))].map(
      ([, language = '', href = '']) => [language, href],
    ),
  )
const dataIn = (text: string) =>
  allIn(text, /<script type="application\/ld\+json">(.*?)<\/script>/gs).map((json) => JSON.parse(json) as Data)

async function siteMap(): Promise<Entry[]> {
  const parts = allIn((await open('/sitemap.xml')).text, /<loc>([^<]+)/g)
  assert.ok(parts.length >= 2, String(parts))
  const texts = await Promise.all(parts.map(async (part) => (await open(part)).text))
  return texts
    .flatMap((text) => allIn(text, /<url>(.*?)<\/url>/g))
    .map((text) => ({
      address: allIn(text, /<loc>([^<]+)/g)[0] ?? '',
      languages: languagesIn(text, 'xhtml:link'),
    }))
}

test('every address of the site map is a page that names itself and its languages, once', async () => {
  const entries = await siteMap()
  assert.ok(entries.some(({ address }) => address.endsWith('/de/p/mint-tea')))
  const titles = new Map<string, string>()
  for (const { address, languages: named } of entries) {
    const { status, text } = await open(address)
    assert.equal(status, 200, address)
    const language = new URL(address).pathname.split('/')[1]
    assert.deepEqual(allIn(text, /<html lang="([^"]+)"/g), [language], address)
    assert.deepEqual(allIn(text, /<link rel="canonical" href="([^"]+)"/g), [address])
    assert.deepEqual(languagesIn(text, 'link'), named, address)
    assert.deepEqual(Object.keys(named), [...languages, 'x-default'])
    assert.ok(!text.includes('name="robots"'), `${address} keeps engines away.`)
    assert.equal(allIn(text, /<(h1)[\s>]/g).length, 1, address)
    assert.ok(/<meta name="description" content="[^"]{20,}"/.test(text), `${address} does not describe itself.`)
    const title = `${language}: ${allIn(text, /<title>([^<]+)/g)}`
    assert.equal(titles.get(title), undefined, `${address} is named like another page: ${title}`)
    titles.set(title, address)
    for (const data of dataIn(text)) assertComplete(data, address)
  }
})

test('the home page says who sells, and a product what it costs by measure', async () => {
  const home = dataIn((await open('/en')).text)
  assert.deepEqual(
    home.map((one) => one['@type']),
    ['WebSite', 'Organization'],
  )
  const [tea] = dataIn((await open('/en/p/mint-tea')).text)
  const offer = tea?.offers as Data
  assert.equal(offer.price, '7.60')
  assert.deepEqual(offer.priceSpecification, [
    {
      '@type': 'UnitPriceSpecification',
      price: '7.60',
      priceCurrency: 'EUR',
      referenceQuantity: {
        '@type': 'QuantitativeValue',
        value: 80,
        unitCode: 'GRM',
        valueReference: { '@type': 'QuantitativeValue', value: 1, unitCode: 'KGM' },
      },
    },
  ])
})

test('filters are closed to engines; pages of one visitor can be read, and say noindex', async () => {
  const closed = allIn((await open('/robots.txt')).text, /^Disallow: (.+)$/gm)
  assert.ok(closed.includes('/*?attribute=') && closed.includes('/*&sort='), String(closed))
  for (const path of ['/en/search?q=tea', '/en/cart', '/de/track', '/de/account/sign-in']) {
    assert.ok(!closed.some((one) => path.startsWith(one)), path)
    assert.match((await open(path)).text, /<meta name="robots" content="noindex">/, path)
  }
})

test('a page beyond the last one is not found, and leads to the first', async () => {
  for (const path of ['/en/c/drinks?page=9', '/de/search?q=tea&page=9']) {
    const { status, text } = await open(path)
    assert.equal(status, 404, path)
    assert.match(text, /noindex/)
    assert.match(text, new RegExp(`<a class="way" href="${path.replace(/[?&]page=9/, '').replace('?', '\\?')}"`))
  }
})

test('a page in a language that we do not have is not found, and leads to those that we have', async () => {
  for (const path of ['/fr', '/fr/c/drinks', '/fr/cart', '/fr/info/terms', '/fr/nothing']) {
    const { status, headers, text } = await open(path, { accept: 'text/html' })
    assert.equal(status, 404, path)
    assert.match(headers.get('content-type') ?? '', /^text\/html/)
    for (const language of languages)
      assert.ok(text.includes(`<a href="/${language}${path.slice(3)}" lang="${language}"`), `${path}: ${text}`)
  }
  const nothing = await open('/en/c/nothing')
  assert.ok(nothing.text.includes('href="/de/c/nothing"'), 'the switch of languages keeps what was asked for')
})

test('the feed of merchants has what Google asks for, in both languages', async () => {
  for (const name of ['google.xml', 'google-de.xml']) {
    const { status, text } = await open(`/feeds/${name}`)
    assert.equal(status, 200)
    const tea = allIn(text, /<item>(.*?)<\/item>/gs).find((one) => one.includes('MINT-80')) ?? ''
    for (const field of ['id', 'title', 'description', 'link', 'availability', 'price', 'condition'])
      assert.match(tea, new RegExp(`<g:${field}>[^<]+<`), `${name}: ${field} in ${tea}`)
    assert.match(tea, /<g:price>7\.60 EUR</)
    assert.match(tea, /<g:unit_pricing_measure>80 g<.*<g:unit_pricing_base_measure>1 kg</)
    const link = /<g:link>([^<]+)/.exec(tea)?.[1] ?? ''
    assert.equal((await open(link)).status, 200, link)
  }
})

/** What Google asks for of each type (developers.google.com/search/docs/appearance/structured-data), and what it may be. */
const required: Readonly<Record<string, Readonly<Record<string, RegExp>>>> = {
  WebSite: { name: /./, url: /^https?:/ },
  Organization: { name: /./, url: /^https?:/, logo: /^https?:/ },
  ContactPoint: { contactType: /./, email: /@/ },
  BreadcrumbList: { itemListElement: /./ },
  ListItem: { position: /^[1-9]\d*$/, name: /./, item: /^https?:/ },
  Product: { name: /./, url: /^https?:/, sku: /./, offers: /./ },
  ProductGroup: { name: /./, url: /^https?:/, productGroupID: /./, variesBy: /./, hasVariant: /./ },
  Brand: { name: /./ },
  PropertyValue: { name: /./, value: /./ },
  Offer: {
    url: /^https?:/,
    price: /^(?!0\.00)\d+\.\d\d$/,
    priceCurrency: /^[A-Z]{3}$/,
    availability: /^https:\/\/schema\.org\/(InStock|OutOfStock)$/,
    shippingDetails: /./,
    hasMerchantReturnPolicy: /./,
  },
  UnitPriceSpecification: { price: /^\d+\.\d\d$/, priceCurrency: /^[A-Z]{3}$/ },
  QuantitativeValue: { value: /^[\d.]+$/, unitCode: /^[A-Z]{3}$/ },
  OfferShippingDetails: { shippingRate: /./, shippingDestination: /./ },
  MonetaryAmount: { value: /^\d+\.\d\d$/, currency: /^[A-Z]{3}$/ },
  DefinedRegion: { addressCountry: /^[A-Z]{2}$/ },
  MerchantReturnPolicy: { applicableCountry: /^[A-Z]{2}$/, returnPolicyCategory: /^https:\/\/schema\.org\/Merchant/ },
}

/** Asserts that a piece of structured data and all its parts have their fields. */
function assertComplete(data: Data, where: string): void {
  const fields = required[data['@type']] ?? assert.fail(`${where}: ${data['@type']} is not a type that we know.`)
  for (const [name, pattern] of Object.entries(fields))
    assert.match(String(data[name] ?? ''), pattern, `${where}: ${data['@type']}.${name} in ${JSON.stringify(data)}`)
  for (const value of Object.values(data).flat())
    if (typeof value === 'object' && value !== null) assertComplete(value as Data, where)
}

async function sellTea(): Promise<void> {
  const price = (amount: number) => [{ amount, currency: 'EUR' }]
  await shop.staff.products.createCategory({
    body: { slug: 'drinks', title: 'Drinks', description: 'Hot and cold, from five countries.' },
  })
  const common = {
    status: 'published',
    categorySlug: 'drinks',
    description: 'Grown, picked and dried by hand.',
  } as const
  await shop.staff.products.create({
    body: {
      ...common,
      slug: 'mint-tea',
      title: 'Mint tea',
      variants: [{ sku: 'MINT-80', prices: price(760), weightGrams: 80, measure: { quantity: 80, unit: 'g' } }],
    },
  })
  await shop.staff.products.create({
    body: {
      ...common,
      slug: 'tea-pot',
      title: 'Tea pot',
      options: [{ name: 'Size', values: ['Small', 'Large'] }],
      variants: [
        { sku: 'POT-S', options: { Size: 'Small' }, prices: price(2000), weightGrams: 500 },
        { sku: 'POT-L', options: { Size: 'Large' }, prices: price(3000), weightGrams: 800 },
      ],
    },
  })
  await stockUp(shop.test.running, [{ sku: 'MINT-80', quantity: 40 }])
  await awaitReaders(shop.test.running)
  await shop.test.settle()
}
