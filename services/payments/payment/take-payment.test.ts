// Taking a payment, from outside: a request in; the reply, the rows, the messages and the simulator's journal out.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, afterEach, before, test } from 'node:test'
import { paymentsApi } from '@souk/contracts/payments'
import { eventually, refusalOf, staff } from '@souk/service/fixture'
import { findViolations, price, startPayments, type TestPayments } from '../fixture.ts'

let it: TestPayments
before(async () => {
  it = await startPayments()
})
afterEach(async () => {
  it.simulator.switch({ webhooks: 'normal', latencyMs: 0, outage: 'none' })
  assert.deepEqual(await findViolations(it.sql), [])
})
after(() => it.stop())

const captures = async (orderId: string) =>
  (await it.entries(orderId)).filter((one) => one.kind === 'capture' && one.status === 'succeeded')

test('a good card pays: captured, in the ledger, with its message, in two commits', async () => {
  const payment = await it.pay('tok_ok')
  assert.equal(payment.status, 'captured')
  assert.deepEqual([payment.amount, payment.captured], [price, price])
  await it.shop.settle()
  assert.deepEqual(it.sentAbout(payment.orderId), ['payment-captured'])
  const { items } = await it.staff.ledger({ query: { orderId: payment.orderId } })
  assert.deepEqual(
    items.map((entry) => [entry.account, entry.amount.amount]),
    [
      ['provider:simulator', 4_998],
      ['customer-payments', -4_998],
    ],
  )
  const [row] = await it.sql<{ request: unknown; version: number }>`
    select request, version from payment where order_id = ${payment.orderId}`
  assert.deepEqual(row, { request: null, version: 1 })
})

test('each bad card is declined with its reason, and no money is taken', async () => {
  const reasons = {
    tok_declined: 'card-declined',
    tok_insufficient: 'insufficient-funds',
    tok_expired_card: 'expired-card',
  }
  for (const [token, code] of Object.entries({
    ...reasons,
    tok_nonsense: 'token-unknown',
    constructor: 'token-unknown',
  })) {
    const payment = await it.pay(token)
    assert.deepEqual([payment.status, payment.decline?.code], ['declined', code])
    await it.shop.settle()
    assert.deepEqual(it.sentAbout(payment.orderId), ['payment-declined'])
    assert.deepEqual(await captures(payment.orderId), [])
  }
})

test('a bank that approves and then does not pay: declined, and the authorization is voided (F76)', async () => {
  const payment = await it.pay('tok_capture_declined')
  assert.deepEqual([payment.status, payment.decline?.code], ['declined', 'capture-declined'])
  await eventually('the authorization is voided', async () => (await it.entries(payment.orderId)).length === 2)
  const done = (await it.entries(payment.orderId)).map((one) => `${one.kind} ${one.status}`)
  assert.deepEqual(done, ['capture failed', 'void succeeded'])
})

for (const token of ['tok_timeout_after_capture', 'tok_timeout_before', 'tok_error_500_once']) {
  test(`${token}: unknown at first, then captured once under the same key (F70; medusa #16292)`, async () => {
    const payment = await it.pay(token)
    assert.equal(payment.status, 'processing')
    it.advanceClock(3)
    await it.waitForStatus(payment.orderId, 'captured')
    await it.shop.settle()
    assert.deepEqual(it.sentAbout(payment.orderId), ['payment-captured'])
    const taken = await captures(payment.orderId)
    const { operations } = await it.staff.read({ params: { orderId: payment.orderId } })
    assert.deepEqual(
      taken.map((one) => one.operationId),
      operations.map((one) => one.id),
    )
    assert.equal(operations.length, 1)
  })
}

test('a slow bank gets the time that it needs', async () => {
  assert.equal((await it.pay('tok_slow')).status, 'captured')
})

test('another amount than was asked for is never confirmed, and is refunded (F78)', async () => {
  const payment = await it.pay('tok_wrong_amount')
  assert.deepEqual([payment.status, payment.decline?.code], ['declined', 'amount-differs'])
  await eventually('all of it is refunded', async () => {
    const { captured, refunded } = await it.staff.read({ params: { orderId: payment.orderId } })
    return captured.amount === 5_098 && refunded.amount === 5_098
  })
  await it.shop.settle()
  assert.deepEqual(it.sentAbout(payment.orderId), ['payment-declined', 'payment-refunded'])
})

test('a double click pays once, and both requests get the same payment (vendure PR#3734, openfoodnetwork #2690)', async () => {
  const orderId = randomUUID()
  const replies = await Promise.all(Array.from({ length: 10 }, () => it.pay('tok_ok', orderId)))
  assert.deepEqual(new Set(replies.map((one) => one.status)), new Set(['captured']))
  assert.equal((await captures(orderId)).length, 1)
  await it.shop.settle()
  assert.deepEqual(it.sentAbout(orderId), ['payment-captured'])
  assert.equal((await it.pay('tok_declined', orderId)).status, 'captured')
})

test('an order has one amount', async () => {
  const { orderId } = await it.pay('tok_ok')
  const body = { amount: { ...price, amount: 1 }, payment: { provider: 'simulator', token: 'tok_ok' }, returnUrl: '/' }
  assert.equal((await refusalOf(it.api.pay({ params: { orderId }, body }))).code, 'amount-differs')
})

test('a provider that the shop does not have is refused', async () => {
  for (const provider of ['nobody', 'constructor']) {
    const body = { amount: price, payment: { provider, token: 'tok_ok' }, returnUrl: '/' }
    const refusal = await refusalOf(it.api.pay({ params: { orderId: randomUUID() }, body }))
    assert.equal(refusal.code, 'provider-unknown')
  }
})

test('a card number never enters (H01)', async () => {
  const body = { amount: price, payment: { provider: 'simulator', token: '4242424242424242' }, returnUrl: '/' }
  assert.equal((await refusalOf(it.api.pay({ params: { orderId: randomUUID() }, body }))).status, 400)
})

test('a bank that was down is asked again (F75)', async () => {
  for (const outage of ['errors', 'rate-limited', 'timeouts'] as const) {
    it.simulator.switch({ outage })
    const { orderId, status } = await it.withShortTimeout(() => it.pay('tok_ok'))
    assert.equal(status, 'processing')
    it.simulator.switch({ outage: 'none' })
    it.advanceClock(10)
    await it.waitForStatus(orderId, 'captured')
    assert.equal((await captures(orderId)).length, 1)
  }
})

test('staff switch the simulator, which is off in production', async () => {
  assert.equal((await it.staff.switchSimulator({ body: { latencyMs: 1 } })).latencyMs, 1)
  assert.equal((await it.staff.readSimulator({})).webhooks, 'normal')
  const answer = await it.shop.request(paymentsApi.routes.switchSimulator, { body: {} }, staff)
  assert.equal(answer.status, 400)

  const shop = await startPayments({ PAYMENTS_SIMULATOR: 'off' })
  try {
    const refusal = await refusalOf(shop.pay('tok_ok'))
    assert.deepEqual([refusal.code, refusal.status], ['provider-unknown', 422])
    assert.equal((await refusalOf(shop.staff.readSimulator({}))).status, 404)
    const page = { params: { intentId: `sim_${'0'.repeat(32)}` } }
    assert.equal((await shop.shop.request(paymentsApi.routes.simulatorPage, page)).status, 404)
  } finally {
    await shop.stop()
  }
})
