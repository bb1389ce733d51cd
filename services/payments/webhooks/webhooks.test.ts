// Webhooks that come before, during, after, three times, in the wrong order, forged, or never.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, afterEach, before, test } from 'node:test'
import { paymentsApi } from '@souk/contracts/payments'
import { eventually } from '@souk/service/fixture'
import { findViolations, price, startPayments, type TestPayments } from '../fixture.ts'
import { newPayment } from '../payment/payment.ts'
import { insertPayment } from '../payment/payment-table.ts'
import type { ProviderEvent } from '../providers/provider.ts'
import { sign } from '../providers/simulator/webhook-signature.ts'

const secret = 'only-for-development-only-for-development'
let it: TestPayments
before(async () => {
  it = await startPayments()
})
afterEach(async () => {
  it.simulator.switch({ webhooks: 'normal', webhookDelayMs: 2_000, latencyMs: 0, outage: 'none' })
  assert.deepEqual(await findViolations(it.sql), [])
})
after(() => it.stop())

const about = (orderId: string) => it.webhooks.filter((one) => one.body.includes(orderId))
/** Webhooks about several things may travel in one. */
const arrived = (orderId: string, count: number) =>
  eventually(`${count} events arrived`, () => {
    const events = it.webhooks.flatMap(({ body }) => JSON.parse(body).events as ProviderEvent[])
    return events.filter(({ payment }) => payment.orderId === orderId).length >= count
  })
const merged = async (orderId: string) => {
  await eventually('its webhooks are merged', async () => {
    const rows = await it.sql`select from webhook_event where order_id = ${orderId} and processed_at is null`
    return rows.length === 0
  })
  await it.shop.settle()
}

test('the usual webhook tells nothing new and is done in the statement that stores it', async () => {
  it.simulator.switch({ webhooks: 'lost' })
  const { orderId } = await it.pay('tok_ok')
  const [{ id: operationId } = assert.fail()] = await it.sql<{ id: string }>`
    select id from payment_operation where order_id = ${orderId}`
  const payment = await it.simulator.find({ orderId, operationId, reference: undefined })
  const body = JSON.stringify({ events: [{ id: `evt_${randomUUID()}`, kind: 'payment.captured', payment }] })
  const headers = { 'souk-signature': sign(secret, body, it.context.now()) }
  const input = { params: { provider: 'simulator' }, headers, body: Buffer.from(body) }
  assert.equal((await it.shop.request(paymentsApi.routes.webhook, input)).status, 204)
  const rows = await it.sql`select from webhook_event where order_id = ${orderId} and processed_at = received_at`
  assert.equal(rows.length, 1)
  const [stored] = await it.sql`select version from payment where order_id = ${orderId}`
  assert.deepEqual(stored, { version: 1 })
})

test('a webhook that is there before the reply to our own call changes nothing twice (F71; medusa #13301, vendure PR#3734)', async () => {
  it.simulator.switch({ webhooks: 'before-reply' })
  const payment = await it.pay('tok_ok')
  assert.equal(payment.status, 'captured')
  await merged(payment.orderId)
  assert.deepEqual(it.said(payment.orderId), ['payment-captured'])
})

test('webhook and reply at the same time: whoever is second finds it done (saleor #12652, PR#17776)', async () => {
  it.simulator.switch({ webhooks: 'before-reply', latencyMs: 20 })
  const paid = await Promise.all(Array.from({ length: 20 }, () => it.pay('tok_ok')))
  for (const { orderId } of paid) {
    await it.waitForStatus(orderId, 'captured')
    await merged(orderId)
    assert.deepEqual(it.said(orderId), ['payment-captured'])
  }
})

test('a webhook for a call that we gave up waiting for brings the money home', async () => {
  it.simulator.switch({ webhooks: 'late', webhookDelayMs: 1_200 })
  const { orderId, status } = await it.pay('tok_timeout_after_capture')
  assert.equal(status, 'processing')
  await it.waitForStatus(orderId, 'captured')
  await it.shop.settle()
  assert.deepEqual(it.said(orderId), ['payment-captured'])
})

test('a webhook never comes and the browser never returns: the poller finds out (F73)', async () => {
  it.simulator.switch({ webhooks: 'lost' })
  const { orderId, nextAction } = await it.pay('tok_3ds')
  await it.simulator.answer(nextAction?.url.split('/').at(-1) ?? '', true)
  const lost = await it.pay('tok_timeout_after_capture')
  it.wait(70)
  await it.waitForStatus(orderId, 'authorized')
  await it.waitForStatus(lost.orderId, 'captured')
  assert.equal(about(orderId).length + about(lost.orderId).length, 0)
})

test('the same webhook three times at once has one effect (Pinelab #620)', async () => {
  it.simulator.switch({ webhooks: 'duplicate' })
  const { orderId } = await it.pay('tok_timeout_after_capture')
  await arrived(orderId, 3)
  await it.waitForStatus(orderId, 'captured')
  await merged(orderId)
  assert.deepEqual(it.said(orderId), ['payment-captured'])
  for (const { status } of about(orderId)) assert.equal(status, 204)
  const kept = await it.sql`select from webhook_event where order_id = ${orderId}`
  assert.equal(kept.length, 1)
})

test('webhooks in the wrong order do not take a payment back (F72; vendure PR#2569)', async () => {
  it.simulator.switch({ webhooks: 'reordered' })
  const { orderId, nextAction } = await it.pay('tok_3ds')
  await it.simulator.answer(nextAction?.url.split('/').at(-1) ?? '', true)
  await it.api.refresh({ params: { orderId } })
  assert.equal((await it.api.capture({ params: { orderId } })).status, 'captured')
  await arrived(orderId, 2)
  await merged(orderId)
  assert.equal(await it.status(orderId), 'captured')
  assert.deepEqual(it.said(orderId), ['payment-authorized', 'payment-captured'])
})

test('a webhook for a payment that is not committed yet waits for it (medusa #3146, vendure #2657)', async () => {
  const { payment, operation, request } = newTestPayment(3_600)
  it.simulator.switch({ webhooks: 'before-reply' })
  const { orderId } = payment
  await it.simulator.authorize({ ...price, ...request, orderId, operationId: operation.id, captureNow: true })
  assert.equal(about(orderId)[0]?.status, 204)
  await insertPayment(it.context, payment, operation)
  it.wait(2)
  await it.waitForStatus(orderId, 'captured')
})

for (const when of ['before', 'after']) {
  test(`killed ${when} the provider was called: found out after the restart, with one capture (saleor-docs #990)`, async () => {
    it.simulator.switch({ webhooks: 'lost' })
    const { payment, operation, request } = newTestPayment(6)
    const { orderId } = payment
    await insertPayment(it.context, payment, operation)
    const words = { ...price, ...request, orderId, operationId: operation.id, captureNow: true }
    if (when === 'after') await it.simulator.authorize(words)
    it.wait(7)
    await it.waitForStatus(orderId, 'captured')
    const entries = await it.entries(orderId)
    assert.deepEqual(
      entries.map((one) => one.operationId),
      [operation.id],
    )
  })
}

/** What a process leaves behind that is killed between the two commits of a payment. */
function newTestPayment(checkInSeconds: number) {
  const now = it.context.now()
  const request = { token: 'tok_ok', returnUrl: 'http://localhost:4000/' }
  const { payment, operation } = newPayment(randomUUID(), 'simulator', price, request, now)
  operation.nextCheckAt = new Date(now.getTime() + checkInSeconds * 1_000).toISOString()
  return { payment, operation, request }
}

test('forged, altered and old webhooks are refused and leave no trace (F74, H03)', async () => {
  const { orderId } = await it.pay('tok_3ds')
  const event = { id: `evt_${randomUUID()}`, kind: 'payment.captured', payment: { orderId, operations: [] } }
  const body = JSON.stringify({ events: [event] })
  const now = it.context.now()
  const signatures = {
    none: undefined,
    empty: '',
    nonsense: 't=1,v1=abc',
    'other secret': sign('another-secret-another-secret-another', body, now),
    'ten minutes old': sign(secret, body, new Date(now.getTime() - 600_000)),
    'ten minutes early': sign(secret, body, new Date(now.getTime() + 600_000)),
    'altered body': sign(secret, body.replace('captured', 'voided'), now),
    'altered time': sign(secret, body, now).replace(/t=(\d+)/, (_, time) => `t=${Number(time) + 1}`),
  }
  for (const [what, signature] of Object.entries(signatures)) {
    const headers: Record<string, string> = signature === undefined ? {} : { 'souk-signature': signature }
    const input = { params: { provider: 'simulator' }, headers, body: Buffer.from(body) }
    const answer = await it.shop.request(paymentsApi.routes.webhook, input)
    assert.deepEqual([answer.status, (answer.body as { code: string }).code], [400, 'invalid-signature'], what)
  }
  assert.equal((await it.sql`select from webhook_event where order_id = ${orderId}`).length, 0)
  assert.equal(await it.status(orderId), 'action-required')
  for (const provider of ['nobody', 'constructor']) {
    const answer = await it.shop.request(paymentsApi.routes.webhook, { params: { provider }, body: Buffer.from(body) })
    assert.equal(answer.status, 404)
  }
})

test('a webhook about another payment for the same order is not ours', async () => {
  const { orderId } = await it.pay('tok_3ds')
  it.simulator.switch({ webhooks: 'before-reply' })
  const words = { orderId, ...price, token: 'tok_declined', returnUrl: 'http://localhost:4000/', captureNow: true }
  await it.simulator.authorize({ ...words, operationId: randomUUID() })
  await merged(orderId)
  assert.equal(await it.status(orderId), 'action-required')
})

test('a chargeback is recorded (F80)', async () => {
  const { orderId } = await it.pay('tok_ok')
  const [row] = await it.sql<{ reference: string }>`
    select provider_reference as reference from payment where order_id = ${orderId}`
  await it.simulator.dispute(row?.reference ?? '')
  await eventually('the dispute is recorded', async () => {
    const rows = await it.sql`select from payment where order_id = ${orderId} and disputed_at is not null`
    return rows.length === 1
  })
  assert.equal(await it.status(orderId), 'captured')
})
