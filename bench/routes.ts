// The main routes of a shop, as customers and staff ask them, on any shop: what there is to ask for is read from the shop first.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { signIn } from './fill/templates.ts'
import type { Client } from './load.ts'
import { buy } from './purchase.ts'

const mostSlugs = 400
const mostOrders = 300

export interface RouteShop {
  client: Client
  staff: Record<string, string>
  /** The customer with the most orders. */
  customer: Record<string, string>
  slugs: string[]
  skus: string[]
  orderIds: string[]
  emails: string[]
}
interface MeasuredRoute {
  what: string
  shoppers?: number
  ask(shop: RouteShop, shopper: number, turn: number): Promise<boolean>
}

const words = ['bowl', 'blue bowl', 'lantern', 'lether bag', 'tea', 'kilim', 'soap', 'indigo', 'cofee pot', 'wool']

export const routesToMeasure: readonly MeasuredRoute[] = [
  read(
    'product list',
    (_, turn) => `/v1/products?limit=${20 + (turn % 30)}&sort=${['newest', 'price-asc', 'title'][turn % 3]}`,
  ),
  read('product list of a category', (_, turn) => `/v1/products?limit=${20 + (turn % 30)}&category=ceramics`),
  read('category list', () => '/v1/categories'),
  read('product detail', ({ slugs }, turn) => `/v1/products/${at(slugs, turn)}`),
  read('product page', ({ slugs }, turn) => `/v1/pages/product/${at(slugs, turn)}`),
  read(
    'search',
    (_, turn) =>
      `/v1/products?limit=${10 + (turn % 11)}&q=${encodeURIComponent(at(words, turn))}&minPrice=${turn % 3_000}`,
  ),
  read(
    'search with facets',
    (_, turn) =>
      `/v1/products?facets=true&limit=${10 + (turn % 11)}&q=${encodeURIComponent(at(words, turn))}&minPrice=${turn % 3_000}`,
  ),
  read('suggestions', (_, turn) => `/v1/suggest?q=${encodeURIComponent(at(words, turn).slice(0, 3 + (turn % 3)))}`),
  read('availability', ({ skus }, turn) => `/v1/availability?sku=${at(skus, turn)}&sku=${at(skus, turn + 7)}`),
  {
    what: 'whole purchase',
    ask: async ({ client, skus }, shopper, turn) => (await buy(client, [at(skus, shopper * 31 + turn)])) === 201,
  },
  byStaff('order', ({ orderIds }, turn) => `/v1/orders/${at(orderIds, turn)}`),
  byStaff('timeline of an order', ({ orderIds }, turn) => `/v1/orders/${at(orderIds, turn)}/events`),
  {
    what: 'order history of a customer',
    ask: async ({ client, customer }) => (await client.get('/v1/orders?limit=20', customer)).status === 200,
  },
  byStaff('order list', () => '/v1/orders?limit=50'),
  byStaff('order list, waiting to be packed', () => '/v1/orders?limit=50&status=paid'),
  byStaff('order list, canceled', () => '/v1/orders?limit=50&status=canceled'),
  byStaff(
    'orders of an e-mail address',
    ({ emails }, turn) => `/v1/orders?email=${encodeURIComponent(at(emails, turn))}`,
  ),
  byStaff('stock list', () => '/v1/stock?limit=50'),
  byStaff('stock list, at most 5 left', () => '/v1/stock?limit=50&below=6'),
  byStaff('movements of a SKU', ({ skus }, turn) => `/v1/stock/${at(skus, turn)}/movements`),
  byStaff('payment list', () => '/v1/payments?limit=50'),
  byStaff('payment list, refunded', () => '/v1/payments?limit=50&status=refunded'),
  byStaff('payment list, waiting for the customer', () => '/v1/payments?limit=50&status=action-required'),
  byStaff('payment of an order', ({ orderIds }, turn) => `/v1/payments/${at(orderIds, turn)}`),
  byStaff('ledger', () => '/v1/ledger?limit=50'),
  byStaff('balances of the ledger', () => '/v1/ledger/balances'),
  byStaff('notification list', () => '/v1/notifications?limit=50'),
  byStaff('notification list, failed', () => '/v1/notifications?limit=50&status=failed'),
  byStaff(
    'notifications to an address',
    ({ emails }, turn) => `/v1/notifications?recipient=${encodeURIComponent(at(emails, turn))}`,
  ),
  byStaff('customer list', () => '/v1/customers?limit=50'),
  byStaff(
    'customers by the beginning of a name',
    (_, turn) => `/v1/customers?limit=20&q=customer%20${100 + (turn % 90)}7`,
  ),
  byStaff('customers by an unknown name', (_, turn) => `/v1/customers?limit=20&q=nobody${turn}`),
]

/** Looks around in the shop and puts goods in, so that the routes have something to ask for. */
export async function seeShop(
  client: Client,
  staff: Record<string, string>,
  folder: string,
  stock: (goods: { sku: string; quantity: number }[]) => Promise<unknown>,
): Promise<RouteShop> {
  const slugs = (await pages<{ slug: string }>(client, '/v1/products?limit=100', mostSlugs)).map(({ slug }) => slug)
  const details = slugs.slice(0, 150).map(async (slug) => (await json(client, `/v1/products/${slug}`)).variants[0].sku)
  const skus = (await Promise.all(details)) as string[]
  await stock(skus.map((sku) => ({ sku, quantity: 100_000 })))
  const orders = await pages<{ id: string; email: string }>(client, '/v1/orders?limit=100', mostOrders, staff)
  const emails = [...new Set(orders.map(({ email }) => email))]
  return {
    client,
    staff,
    customer: await customerOf(client, folder),
    slugs,
    skus,
    orderIds: orders.map(({ id }) => id),
    emails,
  }
}

/** In a filled shop, the customer with one of 2,000 orders; in another, somebody who has none. */
async function customerOf(client: Client, folder: string): Promise<Record<string, string>> {
  const password = (JSON.parse(readFileSync(join(folder, 'secrets.json'), 'utf8')) as Record<string, string>)[
    'staff-password'
  ] as string
  const email = 'customer-1@example.com'
  // The filled shop has this account; the small one gets it now.
  await client.send('POST', '/v1/auth/sign-up/email', { email, password, name: 'Customer 1' })
  return signIn(client, email, password)
}

async function pages<T>(client: Client, path: string, most: number, headers?: Record<string, string>): Promise<T[]> {
  const all: T[] = []
  let cursor = ''
  while (all.length < most) {
    const page = await json(client, `${path}${cursor}`, headers)
    all.push(...page.items)
    if (!page.nextCursor) break
    cursor = `&cursor=${encodeURIComponent(page.nextCursor)}`
  }
  return all.slice(0, most)
}

// biome-ignore lint/suspicious/noExplicitAny: replies of all kinds of routes.
async function json(client: Client, path: string, headers?: Record<string, string>): Promise<any> {
  return JSON.parse((await client.get(path, headers)).body.toString())
}

type PathOf = (shop: RouteShop, turn: number) => string

function read(what: string, path: PathOf): MeasuredRoute {
  return {
    what,
    ask: async (shop, shopper, turn) => (await shop.client.get(path(shop, turn * 7 + shopper * 31))).status === 200,
  }
}
function byStaff(what: string, path: PathOf): MeasuredRoute {
  return {
    what: `staff: ${what}`,
    ask: async (shop, shopper, turn) =>
      (await shop.client.get(path(shop, turn * 7 + shopper * 31), shop.staff)).status === 200,
  }
}
function at<T>(list: readonly T[], place: number): T {
  return list[place % list.length] as T
}
