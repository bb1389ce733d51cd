// Pushes: to who asked for them, about what they asked for, each once to each browser, and no more to browsers that are gone.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import { notificationsApi } from '@souk/contracts/notifications'
import { anonymous, customer, eventually, refusalOf, staff, startForTest, type TestShop } from '@souk/service/fixture'
import { type FakeHttpServer, fakeBrowser, openFakeHttpServer } from '../fakes.ts'
import { placed, publish, refunded, shipped } from '../fixture.ts'
import { notifications } from '../service.ts'

let shop: TestShop
let service: FakeHttpServer
const answers = new Map<string, { status: number }>()
before(async () => {
  service = await openFakeHttpServer(({ path }) => answers.get(path) ?? { status: 201 })
  shop = await startForTest([notifications], {
    env: { NOTIFICATIONS_PUSH_LOOPBACK: 'on', NOTIFICATIONS_MAILBOX: 'on' },
  })
})
after(async () => {
  await shop.stop()
  await service.close()
})

function newBrowser() {
  const path = `/send/${randomUUID()}`
  const browser = fakeBrowser()
  return {
    path,
    subscription: { endpoint: service.url + path, keys: browser.keys },
    pushes: () => service.requests.filter((one) => one.path === path),
    texts: () =>
      service.requests
        .filter((one) => one.path === path)
        .map(({ body }) => browser.read(body) as Record<string, string>),
  }
}
const as = (caller = anonymous) => shop.as(notificationsApi, caller)
const logOf = async (orderId: string) =>
  (await as(staff).list({ query: { orderId } })).items.map(
    ({ kind, channel, status }) => `${kind} ${channel} ${status}`,
  )

test('a guest with the key of the order is told of what happens to it, once, and the mail goes out as before', async () => {
  const browser = newBrowser()
  const order = placed({ accessKey: 'the-key' })
  const { orderId, email } = order.data
  await publish(shop, [order])
  const put = (headers: Record<string, string>) =>
    as().putPushSubscription({ body: { ...browser.subscription, orderId, language: 'de' }, headers })
  assert.equal((await refusalOf(put({}))).code, 'not-found')
  assert.equal((await refusalOf(put({ 'order-key': 'another-key' }))).code, 'not-found')
  await put({ 'order-key': 'the-key' })
  await put({ 'order-key': 'the-key' })
  await publish(shop, [shipped({ orderId, email })], 3)
  await eventually('the push is sent', async () => (await logOf(orderId)).includes('order-shipped push sent'))
  assert.deepEqual((await logOf(orderId)).sort(), [
    'order-confirmed mail sent',
    'order-shipped mail sent',
    'order-shipped push sent',
  ])
  const [push] = browser.texts()
  assert.equal(push?.title, 'Souk')
  assert.equal(push?.body, 'Part of your order S-100042 is on its way')
  assert.equal(push?.url, `http://localhost:4000/en/orders/${orderId}#key=the-key`)
  const { headers } = browser.pushes()[0] as { headers: Record<string, string> }
  assert.match(headers.authorization as string, /^vapid t=[\w-]+\.[\w-]+\.[\w-]+, k=[\w-]{87}$/)
  assert.deepEqual([headers['content-encoding'], headers.ttl], ['aes128gcm', '86400'])
  assert.equal(browser.pushes().length, 1)
})

test('a customer is told on each of the browsers, and not after signing out there', async () => {
  const ada = customer()
  const [phone, laptop] = [newBrowser(), newBrowser()]
  for (const { subscription } of [phone, laptop]) await as(ada).putPushSubscription({ body: subscription })
  const mine = { customerId: ada.userId, email: ada.email as string }
  await publish(shop, [placed(mine), placed()])
  await eventually('both have got it', () => phone.pushes().length + laptop.pushes().length === 2)
  await as(ada).deletePushSubscription({ body: { endpoint: laptop.subscription.endpoint, mine: true } })
  await publish(shop, [placed(mine)])
  await eventually('the phone has got it', () => phone.pushes().length === 2)
  assert.equal(laptop.pushes().length, 1)
  assert.equal((await refusalOf(as().putPushSubscription({ body: phone.subscription }))).code, 'not-signed-in')
})

test('a browser that is gone is forgotten, and a failing one is tried again later; neither delays the others', async () => {
  const ada = customer()
  const [gone, failing, fine] = [newBrowser(), newBrowser(), newBrowser()]
  answers.set(gone.path, { status: 410 })
  answers.set(failing.path, { status: 503 })
  for (const { subscription } of [gone, failing, fine]) await as(ada).putPushSubscription({ body: subscription })
  const order = placed({ customerId: ada.userId, email: ada.email as string })
  await publish(shop, [order])
  await eventually('all were tried', async () =>
    (await logOf(order.data.orderId)).every((line) => !line.endsWith('queued') || failing.pushes().length > 0),
  )
  await eventually('the outcomes are stored', async () => {
    const lines = await logOf(order.data.orderId)
    return lines.filter((line) => / push (sent|failed)$/.test(line)).length === 2
  })
  assert.deepEqual((await logOf(order.data.orderId)).sort(), [
    'order-confirmed mail sent',
    'order-confirmed push failed',
    'order-confirmed push queued',
    'order-confirmed push sent',
  ])
  await publish(shop, [refunded({ customerId: ada.userId, email: ada.email as string })])
  await eventually('the fine one got both', () => fine.pushes().length === 2)
  assert.equal(gone.pushes().length, 1, 'it is not tried again')
})

test('a push service of our own network is refused, and so are keys that are none', async () => {
  const { subscription } = newBrowser()
  const put = (change: object) =>
    refusalOf(as(customer()).putPushSubscription({ body: { ...subscription, ...change } as never }))
  for (const endpoint of ['https://10.0.0.1/x', 'https://localhost/x', 'http://push.example.com/x'])
    assert.equal((await put({ endpoint })).code, 'push-service-refused', endpoint)
  assert.equal(
    (await put({ keys: { ...subscription.keys, p256dh: `B${'A'.repeat(86)}` } })).code,
    'push-service-refused',
  )
  assert.equal((await put({ publicKey: subscription.keys.p256dh })).code, 'push-key-unknown')
})

test('the key for pushes is made once, whoever asks first', async () => {
  const [one, other] = await Promise.all([as().readPushKey({}), as().readPushKey({})])
  assert.equal(Buffer.from(one.publicKey, 'base64url').length, 65)
  assert.equal(one.publicKey, other.publicKey)
  assert.equal((await shop.database('notifications').sql`select from push_key`).length, 1)
})
