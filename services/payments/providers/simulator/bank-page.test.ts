// The customer at the simulated bank's page: approves, declines, comes back; and orders captures the authorized amount.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, afterEach, before, test } from 'node:test'
import { paymentsApi } from '@souk/contracts/payments'
import { refusalOf } from '@souk/service/fixture'
import { findViolations, price, startPayments, type TestPayments } from '../../fixture.ts'

let it: TestPayments
before(async () => {
  it = await startPayments({ SOUK_RETURN_ORIGINS: 'https://front.example' })
})
afterEach(async () => assert.deepEqual(await findViolations(it.sql), []))
after(() => it.stop())

const { simulatorPage, simulatorAnswer } = paymentsApi.routes
const intentIn = (payment: { nextAction?: { url: string } }) => payment.nextAction?.url.split('/').at(-1) ?? ''
const answer = (intentId: string, word: string) =>
  it.shop.request(simulatorAnswer, { params: { intentId }, body: Buffer.from(`answer=${word}`) })

test('approve: back to the shop, authorized, and captured when orders says so', async () => {
  const payment = await it.pay('tok_3ds')
  const { orderId } = payment
  assert.equal(payment.status, 'action-required')
  const intentId = intentIn(payment)
  const page = await it.shop.request(simulatorPage, { params: { intentId } })
  assert.equal(page.status, 200)
  assert.match(String(page.body), /€49\.98[\s\S]*Approve[\s\S]*href="http:\/\/localhost:4000\/back"[\s\S]*simulation/)
  assert.doesNotMatch(String(page.body), /<script/)
  assert.match(
    page.headers['content-security-policy'] ?? '',
    /style-src 'sha256-[^;]+; [\s\S]*form-action 'self' http:\/\/localhost:4000/,
  )
  assert.equal((await refusalOf(it.api.capture({ params: { orderId } }))).code, 'not-authorized-yet')

  const back = await answer(intentId, 'approve')
  assert.deepEqual([back.status, back.headers.location], [303, 'http://localhost:4000/back'])
  assert.equal((await it.api.refresh({ params: { orderId } })).status, 'authorized')
  const captured = await Promise.all(Array.from({ length: 5 }, () => it.api.capture({ params: { orderId } })))
  assert.deepEqual(new Set(captured.map((one) => one.status)), new Set(['captured']))
  await it.shop.settle()
  assert.deepEqual(it.sentAbout(orderId), ['payment-authorized', 'payment-captured'])
  const done = (await it.entries(orderId)).map((one) => `${one.kind} ${one.status}`)
  assert.deepEqual(done, ['authorize succeeded', 'capture succeeded'])
  assert.match(String((await it.shop.request(simulatorPage, { params: { intentId } })).body), /already answered/)
})

test('the customer declines, or the bank after the approval: declined, and no money is taken', async () => {
  for (const [token, word, code] of [
    ['tok_3ds', 'decline', 'customer-declined'],
    ['tok_3ds_declined', 'approve', 'authentication-failed'],
  ] as const) {
    const payment = await it.pay(token)
    await answer(intentIn(payment), word)
    await answer(intentIn(payment), 'approve')
    const after = await it.api.refresh({ params: { orderId: payment.orderId } })
    assert.deepEqual([after.status, after.decline?.code, after.captured.amount], ['declined', code, 0])
    await it.shop.settle()
    assert.deepEqual(it.sentAbout(payment.orderId), ['payment-declined'])
  }
})

test('the webhook of the approval is enough: the browser need not come back (medusa #13301)', async () => {
  const payment = await it.pay('tok_3ds')
  await answer(intentIn(payment), 'approve')
  await it.waitForStatus(payment.orderId, 'authorized')
})

test('opening the return address without approving pays nothing (H04)', async () => {
  const { orderId } = await it.pay('tok_3ds')
  assert.equal((await it.api.refresh({ params: { orderId } })).status, 'action-required')
})

test('customers are sent back to the shop or to a site in the settings, and nowhere else', async () => {
  for (const returnUrl of ['https://evil.example/', '//evil.example', 'javascript:alert(1)', 'nonsense']) {
    const body = { amount: price, payment: { provider: 'simulator', token: 'tok_3ds' }, returnUrl }
    const payment = await it.api.pay({ params: { orderId: randomUUID() }, body })
    assert.deepEqual([payment.status, payment.decline?.code], ['declined', 'return-url-refused'], returnUrl)
  }
  const returnUrl = 'https://front.example/back'
  const body = { amount: price, payment: { provider: 'simulator', token: 'tok_3ds' }, returnUrl }
  const payment = await it.api.pay({ params: { orderId: randomUUID() }, body })
  assert.equal((await answer(intentIn(payment), 'decline')).headers.location, returnUrl)
})

test('there is no page for a payment that does not exist, and no answer but approve and decline', async () => {
  for (const intentId of ['sim_0', 'constructor', `sim_${randomUUID().replaceAll('-', '')}`]) {
    assert.equal((await it.shop.request(simulatorPage, { params: { intentId } })).status, 404)
    assert.equal((await answer(intentId, 'approve')).status, 404)
  }
  assert.equal((await answer(intentIn(await it.pay('tok_3ds')), 'maybe')).status, 400)
  assert.equal((await answer(intentIn(await it.pay('tok_ok')), 'approve')).status, 404)
})
