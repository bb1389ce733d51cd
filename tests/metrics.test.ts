// What the metrics of a running shop say after a purchase, a refund, a letter and failures, and that docs/metrics.md lists all of them.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { eventually } from '@souk/service/fixture'
import { openShop, type Shop } from './fixture.ts'

let shop: Shop
let atStart: string
before(async () => {
  shop = await openShop({ transport: 'memory' })
  atStart = await text()
  await shop.putGoods({ sku: 'TEA', cents: 500, quantity: 10 })
})
after(() => shop.stop())

const text = () => shop.test.running.metrics.registry.metrics()
const tea = { lines: [{ sku: 'TEA', quantity: 1 }] }

/** The value of a series, as it is written; undefined when there is none. */
function valueIn(metrics: string, series: string): number | undefined {
  const line = metrics.split('\n').find((one) => one.startsWith(`${series} `))
  return line === undefined ? undefined : Number(line.slice(series.length + 1))
}
const currently = async (series: string) => valueIn(await text(), series)
const reaches = (series: string, value: number) =>
  eventually(`${series} is ${value}`, async () => (await currently(series)) === value)

/** The figures of databases are kept for five seconds; each test waits for newer ones. */
async function laterOf(series: string, holds: (value: number | undefined) => boolean): Promise<void> {
  await eventually(`${series} has changed`, async () => holds(await currently(series)), 15)
}

test('counters of the business are there at zero from the start', () => {
  for (const series of [
    'souk_checkouts_total{outcome="paid"}',
    'souk_checkouts_total{outcome="failed"}',
    'souk_checkout_duration_seconds_count{outcome="paid"}',
    'souk_revenue_minor_units_total{currency="EUR"}',
    'souk_refunds_minor_units_total{currency="EUR"}',
    'souk_carts_created_total',
    'souk_orders_shipped_total',
    'souk_payments_total{outcome="declined"}',
    'souk_mails_total{outcome="failed"}',
    'souk_mail_age_seconds_count',
    'souk_security_events_total{kind="sign-in-failed"}',
    'messaging_client_sent_messages_total{service="orders",outcome="unconfirmed"}',
    'souk_event_age_seconds_count{service="notifications",type="orders.order-placed"}',
  ])
    assert.equal(valueIn(atStart, series), 0, series)
})

test('a purchase, its parcel, its refund and its letters are counted once each', async () => {
  const { body: order, status } = await shop.buy({ ...tea, email: 'counted@example.com' })
  assert.equal(status, 201)
  const total = order.totals.total.amount
  await reaches('souk_checkouts_total{outcome="paid"}', 1)
  await reaches('souk_checkout_duration_seconds_count{outcome="paid"}', 1)
  await reaches('souk_carts_created_total', 1)
  await reaches('souk_payments_total{outcome="captured"}', 1)
  await reaches('souk_revenue_minor_units_total{currency="EUR"}', total)

  const repeated = { params: { id: order.id }, body: {}, headers: { 'idempotency-key': randomUUID() } }
  await shop.staff.orders.ship(repeated)
  await shop.staff.orders.ship(repeated)
  await shop.staff.orders.refund({
    params: { id: order.id },
    body: { amount: { amount: 200, currency: 'EUR' }, reason: 'A scratch' },
    headers: { 'idempotency-key': randomUUID() },
  })
  await reaches('souk_orders_shipped_total', 1)
  await reaches('souk_refunds_minor_units_total{currency="EUR"}', 200)
  await shop.isSound()
  await reaches('souk_mails_total{outcome="sent"}', 3)
  await reaches('souk_mail_age_seconds_count', 3)
  await reaches('souk_mail_age_seconds_bucket{le="300"}', 3)
  const placed = '{service="notifications",type="orders.order-placed"'
  await reaches(`souk_event_age_seconds_bucket${placed},le="30"}`, 1)
  await reaches(`messaging_process_duration_seconds_count${placed},outcome="done"}`, 1)
  const put = 'http_request_method="PUT",http_route="/v1/orders/:orderId",http_response_status_code="201"'
  await reaches(`http_server_request_duration_seconds_count{service="gateway",${put}}`, 1)
  await reaches(`http_server_request_duration_seconds_count{service="orders",${put}}`, 1)
  assert.match(
    await text(),
    /http_client_request_duration_seconds_count\{service="orders",peer="payments",http_request_method="\w+",outcome="2xx"\} 1/,
  )
  assert.ok((await currently('db_client_operation_duration_seconds_count{service="orders"}')) as number)
  assert.ok((await currently('messaging_client_sent_messages_total{service="orders",outcome="confirmed"}')) as number)
})

test('checkouts that end otherwise are counted by how', async () => {
  assert.equal((await shop.buy({ ...tea, token: 'tok_declined' })).status, 402)
  await reaches('souk_checkouts_total{outcome="declined"}', 1)
  await reaches('souk_payments_total{outcome="declined"}', 1)
  assert.equal((await shop.buy({ lines: [{ sku: 'TEA', quantity: 11 }] })).status, 409)
  await reaches('souk_checkouts_total{outcome="out_of_stock"}', 1)
  const cart = await shop.ask<{ id: string }>('PUT', `/v1/carts/${randomUUID()}`, {
    body: {
      ...tea,
      email: 'other@example.com',
      shippingMethod: 'standard',
      shippingAddress: { name: 'Ann', line1: 'Street 1', city: 'Berlin', postalCode: '10115', country: 'DE' },
    },
  })
  const wrong = await shop.ask<{ code: string }>('PUT', `/v1/orders/${randomUUID()}`, {
    body: {
      cartId: cart.body.id,
      expectedTotal: { amount: 1, currency: 'EUR' },
      payment: { provider: 'simulator', token: 'tok_ok' },
    },
  })
  assert.equal(wrong.body.code, 'price-changed')
  await reaches('souk_checkouts_total{outcome="price_changed"}', 1)

  const { body: waiting } = await shop.buy({ ...tea, token: 'tok_3ds' })
  await laterOf('souk_checkouts_open{status="awaiting-customer"}', (value) => value === 1)
  assert.equal(await currently('souk_checkouts_open{status="capturing"}'), 0)
  assert.equal(await currently('souk_saga_unsettled_oldest_seconds'), 0, 'the customer’s own time does not count')
  assert.equal(await currently('souk_payment_operations_pending{service="payments"}'), 0)
  assert.equal(await currently('souk_reservations_open'), 1)
  await shop.ask('POST', `/v1/orders/${waiting.id}/cancel`, {
    headers: { 'order-key': waiting.accessKey as string, 'idempotency-key': randomUUID() },
    body: {},
  })
  await reaches('souk_checkouts_total{outcome="canceled"}', 1)
})

test('each service tells only of its own invariants, and none is violated', async () => {
  const told = (await text()).split('\n').filter((line) => line.startsWith('souk_invariant_violations{'))
  const servicesOf = (id: string) => told.filter((line) => line.includes(`invariant="${id}"`))
  assert.deepEqual(servicesOf('I1'), ['souk_invariant_violations{service="inventory",invariant="I1"} 0'])
  assert.deepEqual(servicesOf('M8'), ['souk_invariant_violations{service="payments",invariant="M8"} 0'])
  assert.deepEqual(
    told.filter((line) => !line.endsWith(' 0')),
    [],
  )
})

test('whatever clients ask for, there are no more series', async () => {
  const ask = async (n: number) => {
    await shop.ask('GET', `/v1/nothing/${randomUUID()}`)
    await shop.ask('GET', `/v1/products/${randomUUID()}`)
    await shop.ask('GET', `/v1/orders/${randomUUID()}?page=${n}`)
    await shop.ask('PROPFIND', `/v1/products/${randomUUID()}`)
    await shop.ask(n % 2 ? 'REPORT' : 'MKCOL', '/')
  }
  const series = async () => (await text()).split('\n').filter((line) => /^(http|souk|messaging|db)_/.test(line)).length
  await ask(0)
  await ask(1)
  const first = await series()
  for (let n = 2; n < 12; n++) await ask(n)
  assert.equal(await series(), first)
  const unknown = 'service="gateway",http_request_method="_OTHER",http_route="unknown"'
  assert.match(await text(), new RegExp(`http_server_request_duration_seconds_count\\{${unknown}`))
})

test('docs/metrics.md lists the metrics of a running shop with their types and labels, and no others', async () => {
  const found = (await text())
    .split('\n')
    .flatMap((line) => /^# TYPE (\S+) (\S+)$/.exec(line)?.slice(1).join(' ') ?? [])
    .filter((line) => !/^(process|nodejs)_/.test(line))
  const page = readFileSync(join(import.meta.dirname, '../docs/metrics.md'), 'utf8')
  const rows = [...page.matchAll(/^\| `([a-z_]+)` \| (counter|gauge|histogram) \| ([^|]*) \| ([^|]*)\|/gm)]
  const onlySometimes = rows.filter(([, , , , meaning]) => meaning?.startsWith('Only '))
  const listed = rows.map(([, name, type]) => `${name} ${type}`)
  assert.deepEqual(
    listed.toSorted(),
    [...found, ...onlySometimes.map(([, name, type]) => `${name} ${type}`)].toSorted(),
  )
  const metrics = await text()
  for (const [, name, type, labels] of rows) {
    const series = metrics.split('\n').find((line) => new RegExp(`^${name}(_count)?[ {]`).test(line))
    if (!series) continue // Nothing has happened that it counts.
    const names = [...series.matchAll(/([a-z_]+)="/g)].map(([, label]) => label)
    const told = [...(labels as string).matchAll(/`([a-z_]+)`/g)].map(([, label]) => label)
    assert.deepEqual(names, told, `labels of ${name}, a ${type}`)
  }
})
