// What unpaid checkouts may take away from others, tried from outside: strangers who never answer the bank's page do not sell out the
// shop, and honest customers who answer it get what they ordered.
import assert from 'node:assert/strict'
import { randomUUIDv7 } from 'node:crypto'
import { after, before, test } from 'node:test'
import { eventually } from '@souk/service/fixture'
import { address, type Cart, type Checkout } from './customer.ts'
import { openShop, type Shop } from './fixture.ts'

let shop: Shop
const skus = Array.from({ length: 100 }, (_, n) => `GOOD-${n}`)
before(async () => {
  shop = await openShop({ transport: 'memory', env: { GATEWAY_TRUSTED_PROXIES: '1' } })
  await shop.putGoods(...skus.map((sku) => ({ sku, cents: 500, quantity: 6 })))
})
after(() => shop.stop())

interface Visit {
  from: string
  email?: string
  bearer?: string
  token?: string
}
/** Fills a cart and checks out from an address, which our proxy has written. */
async function buyFrom(visit: Visit, lines: { sku: string; quantity: number }[]): Promise<Checkout> {
  const { from, email = `${randomUUIDv7()}@example.com`, bearer, token = 'tok_3ds' } = visit
  const headers = { 'x-forwarded-for': from }
  const body = { email, lines, shippingAddress: address, shippingMethod: 'standard' }
  const cart = await shop.ask<Cart>('PUT', `/v1/carts/${randomUUIDv7()}`, { body, headers, bearer })
  assert.equal(cart.status, 200, JSON.stringify(cart.body))
  return shop.ask('PUT', `/v1/orders/${randomUUIDv7()}`, {
    headers,
    bearer,
    body: {
      cartId: cart.body.id,
      expectedTotal: cart.body.totals.total,
      payment: { provider: 'simulator', token },
    },
  }) as Promise<Checkout>
}
/** Units of all goods that unpaid orders hold. */
async function heldUnits(): Promise<number> {
  await shop.test.settle() // What is paid leaves the stock.
  const [row] = await shop.sql('inventory')<{ held: number }>`select sum(reserved)::bigint as held from stock`
  return row?.held ?? 0
}
const everything = (quantity: number) => skus.map((sku) => ({ sku, quantity }))

test('strangers who want everything and never pay take nothing away', async () => {
  const answers = await Promise.all([
    buyFrom({ from: '192.0.2.1' }, everything(3)),
    buyFrom({ from: '192.0.2.2' }, everything(3)),
  ])
  for (const { status, body } of answers) assert.deepEqual([status, body.status], [202, 'awaiting-customer'])
  assert.equal(await heldUnits(), 0)
  const honest = await buyFrom({ from: '198.51.100.1', token: 'tok_ok' }, everything(1))
  assert.equal(honest.status, 201)
})

test('fifty checkouts at once, from one network with fifty e-mail addresses, hold what one network may', async () => {
  const before = await heldUnits()
  const answers = await Promise.all(
    Array.from({ length: 50 }, (_, n) =>
      buyFrom({ from: `2001:db8:1:1::${n}` }, [{ sku: skus[n] as string, quantity: 2 }]),
    ),
  )
  assert.equal(answers.filter(({ status }) => status === 202).length, 50)
  assert.equal((await heldUnits()) - before, 40)
})

test('one mailbox in many spellings, from many networks, holds what one person may; so does a customer', async () => {
  const bearer = await shop.signUp('lena@example.com')
  const visits: ((n: number) => Visit)[] = [
    (n) => ({ from: `203.0.113.${n}`, email: `Vic.Tim+${n}@${n % 2 ? 'gmail.com' : 'GoogleMail.com'}` }),
    (n) => ({ from: `203.0.113.${100 + n}`, bearer }),
  ]
  for (const visit of visits) {
    const before = await heldUnits()
    await Promise.all(
      Array.from({ length: 25 }, (_, n) => buyFrom(visit(n), [{ sku: skus[50 + n] as string, quantity: 1 }])),
    )
    assert.equal((await heldUnits()) - before, 20)
  }
})

test('unpaid orders from everywhere leave half of a good to those who pay', async () => {
  await shop.putGoods({ sku: 'HOT', cents: 500, quantity: 20 })
  await Promise.all(
    Array.from({ length: 30 }, (_, n) => buyFrom({ from: `198.51.100.${n}` }, [{ sku: 'HOT', quantity: 1 }])),
  )
  const { onHand, reserved } = await shop.stockOf('HOT')
  assert.ok(reserved <= 10, `${reserved} of ${onHand}`)
  const paid = await buyFrom({ from: '198.51.100.99', token: 'tok_ok' }, [{ sku: 'HOT', quantity: 10 }])
  assert.equal(paid.status, 201)
})

test('the last unit is held for the first customer at the bank, who gets it', async () => {
  await shop.putGoods({ sku: 'LAST', cents: 500, quantity: 1 })
  const { body } = await buyFrom({ from: '198.51.100.200' }, [{ sku: 'LAST', quantity: 1 }])
  const late = await buyFrom({ from: '198.51.100.201', token: 'tok_ok' }, [{ sku: 'LAST', quantity: 1 }])
  assert.deepEqual([late.status, late.body.code], [409, 'out-of-stock'])
  await shop.answerBank(body.nextAction?.url as string, 'approve')
  await shop.becomes(body.id, 'paid')
})

test('what is above the bounds is bought by whoever pays first, and the other gets the money back', async () => {
  await shop.putGoods({ sku: 'PAIR', cents: 500, quantity: 2 })
  const { body: first } = await buyFrom({ from: '198.51.100.210' }, [{ sku: 'PAIR', quantity: 2 }])
  const { body: second } = await buyFrom({ from: '198.51.100.211' }, [{ sku: 'PAIR', quantity: 2 }])
  assert.deepEqual([first.status, second.status], ['awaiting-customer', 'awaiting-customer'])
  await shop.answerBank(second.nextAction?.url as string, 'approve')
  await shop.becomes(second.id, 'paid')
  await shop.answerBank(first.nextAction?.url as string, 'approve')
  await shop.becomes(first.id, 'canceled')
  await eventually('the money is back', async () => (await shop.keptOf(first.id)) === 0)
  await shop.test.settle()
  assert.deepEqual(await shop.stockOf('PAIR'), { onHand: 0, reserved: 0 })
})

test('afterwards every promise holds', () => shop.isSound())
