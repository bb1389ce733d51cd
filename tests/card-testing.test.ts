// Trying out stolen cards, from outside: after several declined payments in a row the checkout waits, whatever is changed but the card
// that pays.
import assert from 'node:assert/strict'
import { randomUUIDv7 } from 'node:crypto'
import { after, before, test } from 'node:test'
import { eventually } from '@souk/service/fixture'
import { address, type Cart, type Checkout } from './customer.ts'
import { openShop, type Shop } from './fixture.ts'

let shop: Shop
before(async () => {
  shop = await openShop({ transport: 'memory', env: { GATEWAY_TRUSTED_PROXIES: '1', GATEWAY_RATE_LIMIT: '600' } })
  await shop.putGoods({ sku: 'TEA', cents: 500, quantity: 1_000 })
})
after(() => shop.stop())

/** A purchase with a new cart, a new order and a new e-mail address. */
async function pay(token: string, from: string, bearer?: string): Promise<Checkout> {
  const headers = { 'x-forwarded-for': from }
  const body = {
    email: `${randomUUIDv7()}@example.com`,
    lines: [{ sku: 'TEA', quantity: 1 }],
    shippingAddress: address,
    shippingMethod: 'standard',
  }
  const { body: cart } = await shop.ask<Cart>('PUT', `/v1/carts/${randomUUIDv7()}`, { body, headers, bearer })
  return shop.ask('PUT', `/v1/orders/${randomUUIDv7()}`, {
    headers,
    bearer,
    body: { cartId: cart.id, expectedTotal: cart.totals.total, payment: { provider: 'simulator', token } },
  }) as Promise<Checkout>
}
async function codes(...tokens: [token: string, from: string, bearer?: string][]) {
  const answers = []
  for (const one of tokens) answers.push(await pay(...one))
  return answers.map(({ status, body }) => (status === 201 || status === 202 ? String(status) : body.code))
}
const times = <T>(count: number, one: T): T[] => Array.from({ length: count }, () => one)

test('five declined cards in a row make a network wait, with a good card too, and tell how long', async () => {
  const cards = ['tok_declined', 'tok_insufficient', 'tok_expired_card', 'tok_declined', 'tok_insufficient']
  assert.deepEqual(
    await codes(...cards.map((card): [string, string] => [card, '192.0.2.1'])),
    times(5, 'payment-declined'),
  )
  const { status, headers, body } = await pay('tok_ok', '192.0.2.1')
  assert.deepEqual([status, body.code], [429, 'too-many-declines'])
  assert.ok(Number(headers.get('retry-after')) > 30)
  assert.equal((await pay('tok_ok', '192.0.2.2')).status, 201, 'another network')
})

test('thirty cards at once are no more than five in a row', async () => {
  const answers = await Promise.all(times(30, 0).map(() => pay('tok_declined', '192.0.2.20')))
  const counted = Map.groupBy(answers, ({ body }) => body.code)
  assert.deepEqual([counted.get('payment-declined')?.length, counted.get('too-many-declines')?.length], [5, 25])
})

test('thirty good payments of one network at once are all made', async () => {
  const answers = await Promise.all(times(30, 0).map(() => pay('tok_ok', '192.0.2.21')))
  assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([201]))
})

test('a payment that succeeds starts the count again', async () => {
  const from = '192.0.2.10'
  const declined = times(4, ['tok_declined', from] as [string, string])
  assert.deepEqual(await codes(...declined, ['tok_ok', from], ...declined, ['tok_ok', from]), [
    ...times(4, 'payment-declined'),
    '201',
    ...times(4, 'payment-declined'),
    '201',
  ])
})

test('a customer who is signed in waits too, wherever the requests come from', async () => {
  const bearer = await shop.signUp('lena@example.com')
  const tries = Array.from({ length: 5 }, (_, n): [string, string, string] => [
    'tok_declined',
    `198.51.100.${n}`,
    bearer,
  ])
  assert.deepEqual(await codes(...tries), times(5, 'payment-declined'))
  assert.deepEqual(await codes(['tok_ok', '198.51.100.77', bearer]), ['too-many-declines'])
})

test('what the bank declines on its own page counts, too', async () => {
  const from = '203.0.113.5'
  for (let n = 0; n < 5; n++) {
    const { body } = await pay('tok_3ds', from)
    await shop.answerBank(body.nextAction?.url as string, 'decline')
    await shop.becomes(body.id, 'canceled')
  }
  // With a card that is paid later: one that is paid at once would begin the count again.
  await eventually('the network waits', async () => (await pay('tok_3ds', from)).body.code === 'too-many-declines')
})
