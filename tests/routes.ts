// A request for every public route of every contract, as one might really send it, and what it meets. Tests of access and of
// input are made from it: a route that is missing here fails them.
import { randomUUID, randomUUIDv7 } from 'node:crypto'
import type { Route } from '@souk/contracts'
import { allRoutes, isPublic, pathOf, queryOf } from '@souk/contracts'
import { address } from './customer.ts'

/** What there is in the shop: A's own things, and the things of the shop. */
export interface World {
  orderId: string
  cartId: string
  addressId: string
  sessionId: string
  notificationId: string
  mailId: string
  bankPage: string
  productId: string
  imageId: string
  categoryId: string
  expectedTotal: { amount: number; currency: string }
}
export interface Sample {
  params?: Record<string, unknown>
  query?: Record<string, unknown>
  body?: unknown
  /** Bytes, sent as they are, with their type. */
  raw?: { type: string; bytes: string }
  /** Statuses that mean: let in. */
  lets: number[]
  /** It belongs to A: to others, and to nobody in particular, it does not exist. */
  ofA?: true
  /** Ends sessions, so it is asked last. */
  last?: true
}

const text = (value: unknown) => ({ type: 'application/json', bytes: JSON.stringify(value) })
const product = () => {
  const sku = `NEW-${randomUUID().slice(0, 8)}`
  return {
    slug: sku.toLowerCase(),
    title: 'New',
    variants: [{ sku, prices: [{ amount: 100, currency: 'EUR' }], weightGrams: 1 }],
  }
}
const pushSubscription = {
  endpoint: 'https://push.example.com/send/a',
  keys: {
    p256dh: 'BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4',
    auth: 'BTBZMqHH6r4Tts7J_aSIgg',
  },
}
const told = { mail: true, push: true, sms: false }
const orderNews = { confirmed: told, shipped: told, canceled: told, refunded: told }
const movement = { location: 'main', kind: 'received', quantity: 1, reason: 'Test' }

/** By `service.route`. */
export const samples: Record<string, (world: World) => Sample> = {
  'users.authRead': () => ({ params: { '*': 'ok' }, lets: [200] }),
  'users.authWrite': () => ({
    params: { '*': 'request-password-reset' },
    raw: text({ email: 'nobody@example.com' }),
    lets: [200],
  }),
  'users.readMe': () => ({ lets: [200] }),
  'users.changeMe': () => ({ body: { name: 'Changed' }, lets: [200] }),
  'users.linkPage': () => ({ params: { action: 'verify-email' }, query: { token: 'x' }, lets: [200] }),
  'users.useLink': () => ({
    params: { action: 'verify-email' },
    raw: { type: 'application/x-www-form-urlencoded', bytes: 'token=x' },
    lets: [400],
  }),
  'users.changeEmail': () => ({
    body: { email: 'new@example.com', password: 'this is not the password' },
    lets: [403],
  }),
  'users.deleteMe': () => ({ body: { password: 'this is not the password' }, lets: [403] }),
  'users.listAddresses': () => ({ lets: [200] }),
  'users.addAddress': () => ({ body: address, lets: [201] }),
  'users.changeAddress': ({ addressId }) => ({
    params: { id: addressId },
    body: { city: 'Bonn' },
    lets: [200],
    ofA: true,
  }),
  'users.deleteAddress': ({ addressId }) => ({ params: { id: addressId }, lets: [204], ofA: true, last: true }),
  'users.listSessions': () => ({ lets: [200] }),
  'users.endSession': ({ sessionId }) => ({ params: { id: sessionId }, lets: [204], ofA: true, last: true }),
  'users.endAllSessions': () => ({ lets: [204], last: true }),
  'users.listCustomers': () => ({ lets: [200] }),

  'products.list': () => ({ query: { q: 'good', limit: 5 }, lets: [200] }),
  'products.read': () => ({ params: { slug: 'good-thing' }, lets: [200] }),
  'products.related': () => ({ params: { slug: 'good-thing' }, lets: [200] }),
  'products.suggest': () => ({ query: { q: 'go' }, lets: [200] }),
  'products.listCategories': () => ({ lets: [200] }),
  'products.feed': () => ({ query: { limit: 5 }, lets: [200] }),
  'products.feedSlugs': () => ({ query: { limit: 5 }, lets: [200] }),
  'products.readPicture': ({ imageId }) => ({ params: { id: imageId, size: 'original' }, lets: [404] }),
  'products.listAll': () => ({ query: { limit: 5 }, lets: [200] }),
  'products.readAny': ({ productId }) => ({ params: { id: productId }, lets: [200] }),
  'products.create': () => ({ body: product(), lets: [201] }),
  'products.createMany': () => ({ body: { products: [product()] }, lets: [201] }),
  'products.change': ({ productId }) => ({ params: { id: productId }, body: { description: 'New' }, lets: [200] }),
  'products.remove': () => ({ params: { id: randomUUIDv7() }, lets: [204, 404] }),
  'products.addPicture': ({ productId }) => ({
    params: { id: productId },
    raw: { type: 'image/png', bytes: 'no picture' },
    lets: [422],
  }),
  'products.removePicture': ({ productId, imageId }) => ({ params: { id: productId, imageId }, lets: [204, 404] }),
  'products.createCategory': () => ({ body: { slug: `c-${randomUUID()}`, title: 'New' }, lets: [201] }),
  'products.changeCategory': ({ categoryId }) => ({
    params: { id: categoryId },
    body: { title: 'Newer' },
    lets: [200],
  }),
  'products.removeCategory': () => ({ params: { id: randomUUIDv7() }, lets: [204, 404] }),

  'inventory.availability': () => ({ query: { sku: ['THING'] }, lets: [200] }),
  'inventory.listStock': () => ({ query: { limit: 5 }, lets: [200] }),
  'inventory.move': () => ({ params: { sku: 'THING' }, body: movement, lets: [201] }),
  'inventory.moveMany': () => ({ body: { movements: [{ sku: 'THING', ...movement }] }, lets: [201] }),
  'inventory.listMovements': () => ({ params: { sku: 'THING' }, query: { limit: 5 }, lets: [200] }),

  'orders.putCart': () => ({
    params: { id: randomUUIDv7() },
    body: { lines: [{ sku: 'THING', quantity: 1 }] },
    lets: [200],
  }),
  'orders.readCart': ({ cartId }) => ({ params: { id: cartId }, lets: [200], ofA: true }),
  // Everybody has just stored one.
  'orders.readMyCart': () => ({ lets: [200] }),
  'orders.claimCart': () => ({ params: { id: randomUUIDv7() }, lets: [404] }),
  'orders.shippingMethods': () => ({ query: { country: 'DE' }, lets: [200] }),
  'orders.checkout': ({ expectedTotal }) => ({
    params: { orderId: randomUUIDv7() },
    body: { cartId: randomUUIDv7(), expectedTotal, payment: { provider: 'simulator', token: 'tok_ok' } },
    lets: [404],
  }),
  'orders.list': () => ({ query: { limit: 5 }, lets: [200] }),
  'orders.read': ({ orderId }) => ({ params: { id: orderId }, lets: [200], ofA: true }),
  'orders.find': () => ({
    body: { number: `S-${Math.ceil(Math.random() * 1e9)}`, email: `${randomUUID()}@example.com` },
    lets: [404],
  }),
  'orders.withdraw': () => ({
    body: { name: 'Ada', number: 'S-1', email: `${randomUUID()}@example.com` },
    lets: [201],
  }),
  'orders.listWithdrawals': () => ({ query: { limit: 5 }, lets: [200] }),
  'orders.closeWithdrawal': () => ({ params: { id: randomUUIDv7() }, body: { note: 'Test' }, lets: [404] }),
  'orders.timeline': ({ orderId }) => ({ params: { id: orderId }, lets: [200], ofA: true }),
  'orders.cancel': ({ orderId }) => ({ params: { id: orderId }, body: {}, lets: [409], ofA: true }),
  'orders.cancelUnits': ({ orderId }) => ({
    params: { id: orderId },
    body: { lines: [{ sku: 'THING', quantity: 1 }], reason: 'Test' },
    lets: [409],
  }),
  'orders.ship': ({ orderId }) => ({ params: { id: orderId }, body: {}, lets: [409] }),
  'orders.refund': ({ orderId, expectedTotal }) => ({
    params: { id: orderId },
    body: { amount: { ...expectedTotal, amount: 1 }, reason: 'Test' },
    lets: [201],
  }),

  'payments.list': () => ({ query: { limit: 5 }, lets: [200] }),
  'payments.read': ({ orderId }) => ({ params: { orderId }, lets: [200] }),
  'payments.ledger': () => ({ query: { limit: 5 }, lets: [200] }),
  'payments.balances': () => ({ lets: [200] }),
  'payments.reconcile': () => ({ lets: [200] }),
  'payments.webhook': () => ({ params: { provider: 'simulator' }, raw: text({ forged: true }), lets: [400] }),
  'payments.readSimulator': () => ({ lets: [200] }),
  'payments.switchSimulator': () => ({ body: { webhooks: 'normal' }, lets: [200] }),
  'payments.simulatorPage': ({ bankPage }) => ({ params: { intentId: bankPage }, lets: [200] }),
  'payments.simulatorAnswer': () => ({
    params: { intentId: 'sim_unknown' },
    raw: { type: 'application/x-www-form-urlencoded', bytes: 'answer=approve' },
    lets: [404],
  }),

  'notifications.list': () => ({ query: { limit: 5 }, lets: [200] }),
  'notifications.resend': ({ notificationId }) => ({ params: { id: notificationId }, lets: [201] }),
  'notifications.readPushKey': () => ({ lets: [200] }),
  'notifications.putPushSubscription': ({ orderId }) => ({
    body: { ...pushSubscription, orderId },
    lets: [204],
    ofA: true,
  }),
  'notifications.deletePushSubscription': () => ({ body: { endpoint: pushSubscription.endpoint }, lets: [204] }),
  'notifications.readPreferences': () => ({ lets: [200] }),
  'notifications.putPreferences': () => ({ body: { orderNews, newsletter: false }, lets: [200] }),
  'notifications.putPhone': () => ({ body: { number: '+49 30 901820' }, lets: [202] }),
  'notifications.confirmPhone': () => ({ body: { code: '000000' }, lets: [409, 422] }),
  'notifications.deletePhone': () => ({ lets: [204] }),
  'notifications.askForNewsletter': () => ({ body: { email: 'reader@example.com' }, lets: [202] }),
  'notifications.askForStockAlert': () => ({ body: { sku: 'THING', email: 'waiting@example.com' }, lets: [202] }),
  'notifications.subscriptionPage': () => ({ params: { action: 'confirm' }, query: { token: 'x' }, lets: [200] }),
  'notifications.changeSubscription': () => ({
    params: { action: 'unsubscribe' },
    raw: { type: 'application/x-www-form-urlencoded', bytes: 'token=x' },
    lets: [200],
  }),
  'notifications.mailbox': () => ({ lets: [200] }),
  'notifications.readMail': ({ mailId }) => ({ params: { id: mailId }, lets: [200] }),
  'notifications.readMailBody': ({ mailId }) => ({ params: { id: mailId }, lets: [200] }),
  'notifications.mailboxList': () => ({ lets: [200] }),

  'gateway.homePage': () => ({ lets: [200] }),
  'storefront.root': () => ({ lets: [302] }),
  'storefront.home': () => ({ params: { language: 'en' }, lets: [200] }),
  'storefront.category': () => ({ params: { language: 'en', slug: 'good-things' }, lets: [200, 404] }),
  'storefront.search': () => ({ params: { language: 'de' }, query: { q: 'good' }, lets: [200] }),
  'storefront.product': () => ({ params: { language: 'en', slug: 'good-thing' }, lets: [200] }),
  'storefront.info': () => ({ params: { language: 'de', slug: 'imprint' }, lets: [200] }),
  'storefront.script': () => ({ params: { '*': 'none.js' }, lets: [404] }),
  'storefront.file': () => ({ params: { '*': 'icon.svg' }, lets: [200] }),
  'storefront.robots': () => ({ lets: [200] }),
  'storefront.serviceWorker': () => ({ lets: [200] }),
  'storefront.sitemapIndex': () => ({ lets: [200] }),
  'storefront.sitemap': () => ({ params: { part: 'pages.xml' }, lets: [200] }),
  'storefront.feed': () => ({ params: { name: 'google.xml' }, lets: [200] }),
  'storefront.orderLink': ({ orderId }) => ({ params: { id: orderId }, lets: [302] }),
  'storefront.page': () => ({ params: { '*': 'en/cart' }, lets: [200] }),
  'storefront.form': () => ({
    params: { '*': 'en/track' },
    raw: { type: 'application/x-www-form-urlencoded', bytes: 'number=S-1&email=a%40example.com' },
    lets: [200, 303, 404, 422],
  }),
  'gateway.front': () => ({ lets: [200] }),
  'gateway.docs': () => ({ lets: [200] }),
  'gateway.openapi': () => ({ lets: [200] }),
  'gateway.asyncapi': () => ({ lets: [200] }),
  'gateway.productPage': () => ({ params: { slug: 'good-thing' }, lets: [200] }),
  'gateway.categoryPage': () => ({ params: { slug: 'things' }, lets: [200] }),
}

export const publicRoutes = allRoutes.filter(isPublic)
export const internalRoutes = allRoutes.filter((route) => !isPublic(route))
export const nameOf = (route: Route) => `${route.service}.${route.name}`

export function sampleOf(route: Route, world: World): Sample {
  const sample = samples[nameOf(route)]
  if (!sample) throw new Error(`Add a sample for ${nameOf(route)} to tests/routes.ts.`)
  return sample(world)
}

/** The sample as a request: address, method, headers and body. */
export function requestOf(route: Route, sample: Sample): { path: string; init: RequestInit } {
  const query = queryOf(sample.query)
  const type = sample.raw?.type ?? (sample.body === undefined ? undefined : 'application/json')
  return {
    path: pathOf(route, sample.params) + (query ? `?${query}` : ''),
    init: {
      method: route.method,
      redirect: 'manual',
      headers: {
        ...(type ? { 'content-type': type } : {}),
        ...(route.idempotencyKey ? { 'idempotency-key': randomUUID() } : {}),
      },
      body: sample.raw?.bytes ?? (sample.body === undefined ? undefined : JSON.stringify(sample.body)),
    },
  }
}
