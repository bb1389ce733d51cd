// Webhooks that come before, during, after, three times, in the wrong order, forged, or never; and what they cost.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, afterEach, before, type TestContext, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { CancelPayment, paymentsApi, RefundPayment } from '@souk/contracts/payments'
import { eventually } from '@souk/service/fixture'
import { findViolations, price, startPayments, type TestPayments } from '../fixture.ts'
import { newPayment } from '../payment/payment.ts'
import { insertPayment } from '../payment/payment-table.ts'
import { resolveOperations } from '../payment/resolve-due-operations.ts'
import { type ProviderEvent, ProviderOutcomeUnknown } from '../providers/provider.ts'
import { referenceOf } from '../providers/simulator/accounts.ts'
import { sign } from '../providers/simulator/webhook-signature.ts'
import { processWebhooks } from './process-webhooks.ts'
import { storeEvent } from './webhook-event-table.ts'

const secret = 'only-for-development-only-for-development'
const warnings: Record<string, unknown>[] = []
let it: TestPayments
before(async () => {
  const warn = (fields: object) => void warnings.push(fields as Record<string, unknown>)
  it = await startPayments({}, { info: () => undefined, warn, error: () => undefined })
})
afterEach(async () => {
  it.simulator.switch({ webhooks: 'normal', webhookDelayMs: 2_000, latencyMs: 0, outage: 'none' })
  assert.deepEqual(await findViolations(it.sql), [])
})
after(() => it.stop())

/** The simulator's events about a payment that have come in. Several events may travel in one webhook. */
const receivedEvents = (reference: string) =>
  it.webhooks.flatMap(({ body, status }) => {
    const { events } = JSON.parse(body) as { events: ProviderEvent[] }
    return events.filter((event) => event.reference === reference).map((event) => ({ ...event, status }))
  })
const received = (reference: string, count: number) =>
  eventually(`${count} events are received`, () => receivedEvents(reference).length >= count)
const processed = async (reference: string) => {
  await eventually('its events are processed', async () => {
    const rows = await it.sql`select from webhook_event where reference = ${reference} and processed_at is null`
    return rows.length === 0
  })
  await it.shop.settle()
}
/** Sends an event with a valid signature, as the simulator would. */
async function sendEvent(event: Omit<ProviderEvent, 'id'>, id = `evt_${randomUUID()}`) {
  const body = JSON.stringify({ events: [{ id, ...event }] })
  const headers = { 'souk-signature': sign(secret, body, it.context.now()) }
  const input = { params: { provider: 'simulator' }, headers, body: Buffer.from(body) }
  assert.equal((await it.shop.request(paymentsApi.routes.webhook, input)).status, 204)
  return id
}
const storedEvent = async (id: string) => {
  const [row] = await it.sql<{ orderId: string | null; isProcessed: boolean; isProcessedAtOnce: boolean }>`
    select order_id, processed_at is not null as is_processed, coalesce(processed_at = received_at, false) as is_processed_at_once
    from webhook_event
    where event_id = ${id}`
  return row ?? assert.fail('The event is not stored.')
}
/** Counts how often the provider is asked about a payment from now on; the resolver may ask about others meanwhile. */
function countCalls(t: TestContext) {
  const { mock } = t.mock.method(it.simulator, 'find')
  return (reference: string) =>
    mock.calls.filter(({ arguments: [lookup] }) => lookup && 'reference' in lookup && lookup.reference === reference)
      .length
}
/** Waits until there are no rows, less long than until a schedule has run a third time. */
async function atOnce(sentence: string, rows: () => PromiseLike<unknown[]>) {
  const deadline = Date.now() + 1_800
  while ((await rows()).length > 0) {
    assert.ok(Date.now() < deadline, sentence)
    await pause(10)
  }
}
const becomesProcessed = (id: string) =>
  eventually('the event is processed', async () => (await storedEvent(id)).isProcessed)

test('the usual webhook tells nothing new: done in the statement that stores it, and the provider is not asked', async (t) => {
  it.simulator.switch({ webhooks: 'lost' })
  const { orderId } = await it.pay('tok_ok')
  const reference = await it.reference(orderId)
  const calls = countCalls(t)
  const id = await sendEvent({ reference, kind: 'payment.captured' })
  assert.deepEqual(await storedEvent(id), { orderId, isProcessed: true, isProcessedAtOnce: true })
  const [stored] = await it.sql`select version from payment where order_id = ${orderId}`
  assert.deepEqual(stored, { version: 1 })
  assert.equal(calls(reference), 0)
})

test('what the reply to our own call has told costs no further call: declined, voided, refunded', async (t) => {
  it.simulator.switch({ webhooks: 'lost' })
  const declined = await it.pay('tok_declined')
  const voided = await it.pay('tok_3ds')
  const refunded = await it.pay('tok_ok')
  for (const { orderId } of [voided, refunded]) await it.send(CancelPayment({ orderId, reason: 'test' }))
  await it.waitForStatus(voided.orderId, 'voided')
  await it.waitForStatus(refunded.orderId, 'refunded')
  const calls = countCalls(t)
  for (const [{ orderId }, kind] of [
    [declined, 'payment.failed'],
    [voided, 'payment.voided'],
    [refunded, 'payment.refunded'],
    [refunded, 'payment.captured'],
  ] as const) {
    const reference = await it.reference(orderId)
    const id = await sendEvent({ reference, kind })
    assert.equal((await storedEvent(id)).isProcessedAtOnce, true, kind)
    assert.equal(calls(reference), 0)
  }
})

test('a partial refund and a dispute are never taken for known', async (t) => {
  it.simulator.switch({ webhooks: 'lost' })
  const { orderId } = await it.pay('tok_ok')
  const amount = { amount: 1_000, currency: 'EUR' }
  await it.send(RefundPayment({ orderId, refundId: randomUUID(), amount, reason: 'test' }))
  await it.waitForStatus(orderId, 'partially-refunded')
  const calls = countCalls(t)
  const reference = await it.reference(orderId)
  for (const kind of ['payment.refunded', 'payment.disputed'] as const) {
    const before = calls(reference)
    const id = await sendEvent({ reference, kind })
    assert.equal((await storedEvent(id)).isProcessedAtOnce, false, kind)
    await becomesProcessed(id)
    assert.equal(calls(reference), before + 1)
  }
})

test('while an operation is open, a webhook is a reason to ask', async (t) => {
  it.simulator.switch({ webhooks: 'lost' })
  const { orderId } = await it.pay('tok_ok')
  const reference = await it.reference(orderId)
  t.mock.method(it.simulator, 'refund', async () => {
    throw new ProviderOutcomeUnknown('No answer.')
  })
  await it.send(CancelPayment({ orderId, reason: 'test' }))
  await eventually('the refund has been tried', async () => {
    const rows = await it.sql`
      select from payment_operation where order_id = ${orderId} and kind = 'refund' and attempts > 0`
    return rows.length === 1
  })
  const id = await sendEvent({ reference, kind: 'payment.captured' })
  assert.equal((await storedEvent(id)).isProcessedAtOnce, false)
  await becomesProcessed(id)
  t.mock.reset()
  it.advanceClock(10)
  await it.waitForStatus(orderId, 'refunded')
})

test('an event is not believed: the provider is asked how the payment stands', async () => {
  it.simulator.switch({ webhooks: 'lost' })
  const { orderId } = await it.pay('tok_3ds')
  const reference = await it.reference(orderId)
  for (const kind of ['payment.captured', 'payment.authorized', 'payment.failed', 'payment.voided'] as const) {
    await becomesProcessed(await sendEvent({ reference, kind }))
    assert.equal(await it.status(orderId), 'action-required', kind)
  }
  await it.simulator.answer(reference, true)
  await becomesProcessed(await sendEvent({ reference, kind: 'payment.failed' }))
  assert.equal(await it.status(orderId), 'authorized')
})

test('a webhook that is sent again is answered and changes nothing (H03)', async (t) => {
  it.simulator.switch({ webhooks: 'lost' })
  const { orderId } = await it.pay('tok_3ds')
  const event = { reference: await it.reference(orderId), kind: 'payment.authorized' } as const
  const id = await sendEvent(event)
  await becomesProcessed(id)
  const calls = countCalls(t)
  await sendEvent(event, id)
  await becomesProcessed(await sendEvent(event))
  assert.equal(calls(event.reference), 1)
  assert.equal((await it.sql`select from webhook_event where event_id = ${id}`).length, 1)
})

test('a provider that does not say how a payment stands is asked again, less and less often', async (t) => {
  it.simulator.switch({ webhooks: 'lost' })
  const { orderId } = await it.pay('tok_3ds')
  const reference = await it.reference(orderId)
  await it.simulator.answer(reference, true)
  it.simulator.switch({ outage: 'errors' })
  const calls = countCalls(t)
  const id = await sendEvent({ reference, kind: 'payment.authorized' })
  await eventually('the provider is asked', () => calls(reference) > 0)
  it.advanceClock(10)
  await eventually('the next try is as far away as the event is old', async () => {
    const rows = await it.sql`
      select from webhook_event
      where event_id = ${id} and next_try_at > ${it.context.now()}::timestamptz + interval '5 seconds'`
    return rows.length === 1
  })
  assert.equal((await storedEvent(id)).isProcessed, false)
  it.simulator.switch({ outage: 'none' })
  it.advanceClock(30)
  await becomesProcessed(id)
  assert.equal(await it.status(orderId), 'authorized')
})

test('a provider that does not answer is asked once for all events of a payment', async (t) => {
  it.simulator.switch({ webhooks: 'lost' })
  const reference = await it.reference((await it.pay('tok_3ds')).orderId)
  it.simulator.switch({ outage: 'errors' })
  const calls = countCalls(t)
  const receivedAt = it.context.now()
  const kinds = ['payment.authorized', 'payment.captured', 'payment.disputed'] as const
  const events = kinds.map((kind): ProviderEvent => ({ id: `evt_${randomUUID()}`, reference, kind }))
  await Promise.all(events.map((event) => storeEvent(it.context, 'simulator', event, receivedAt)))
  it.context.runSoon(processWebhooks)
  await eventually('the provider is asked', () => calls(reference) > 0)
  await pause(200) // The next try is a second later.
  assert.equal(calls(reference), 1)
})

test('a backlog of events and of operations is worked off in one go', async () => {
  it.simulator.switch({ webhooks: 'lost' })
  const { orderId } = await it.pay('tok_ok')
  const reference = await it.reference(orderId)
  await it.sql`
    insert into webhook_event (provider, event_id, reference, kind, received_at, next_try_at)
    select 'simulator', 'evt_backlog_' || n, ${reference}, 'payment.captured', ${it.context.now()}, ${it.context.now()}
    from generate_series(1, 250) as n`
  it.context.runSoon(processWebhooks)
  await atOnce(
    'the events are processed',
    () => it.sql`select from webhook_event where reference = ${reference} and processed_at is null`,
  )
  // Operations of an order that has no payment are only looked at.
  await it.sql`
    insert into payment_operation (id, order_id, kind, amount, next_check_at, created_at, updated_at)
    select uuidv7(), uuidv7(), 'void', 1, ${it.context.now()}, ${it.context.now()}, ${it.context.now()}
    from generate_series(1, 250)`
  it.context.runSoon(resolveOperations)
  await atOnce(
    'the operations are looked at',
    () => it.sql`select from payment_operation where attempts = 0 and kind = 'void'`,
  )
  await it.sql`delete from payment_operation o where not exists (select from payment p where p.order_id = o.order_id)`
})

test('events about payments and orders that are not here are kept and tried again (medusa #3146)', async (t) => {
  it.simulator.switch({ webhooks: 'lost' })
  const request = { ...price, token: 'tok_ok', returnUrl: 'http://localhost:4000/', captureNow: true }
  const elsewhere = await it.simulator.authorize({ ...request, orderId: randomUUID(), operationId: randomUUID() })
  const references = [elsewhere.reference, 'sim_nobody']
  const calls = countCalls(t)
  const ids = await Promise.all(references.map((reference) => sendEvent({ reference, kind: 'payment.captured' })))
  await eventually('the provider is asked', () => references.every((reference) => calls(reference) >= 1))
  it.advanceClock(5)
  await eventually('the provider is asked again', () => references.every((reference) => calls(reference) >= 2))
  for (const id of ids) assert.equal((await storedEvent(id)).isProcessed, false)
})

test('an event that an older version stored is processed after an upgrade', async () => {
  it.simulator.switch({ webhooks: 'lost' })
  const { orderId } = await it.pay('tok_3ds')
  const reference = await it.reference(orderId)
  await it.simulator.answer(reference, true)
  const id = `evt_${randomUUID()}`
  const payment = { reference, orderId, state: 'authorized', currency: 'EUR', operations: [] }
  const body = JSON.stringify({ id, kind: 'payment.authorized', payment })
  await it.sql`
    insert into webhook_event (provider, event_id, order_id, body, received_at, next_try_at)
    values ('simulator', ${id}, ${orderId}, ${body}, ${it.context.now()}, ${it.context.now()})`
  await becomesProcessed(id)
  assert.equal(await it.status(orderId), 'authorized')
})

test('a webhook that comes before the reply to our own call changes nothing twice (F71; medusa #13301, vendure PR#3734)', async () => {
  it.simulator.switch({ webhooks: 'before-reply' })
  const payment = await it.pay('tok_ok')
  assert.equal(payment.status, 'captured')
  await processed(await it.reference(payment.orderId))
  assert.deepEqual(it.sentAbout(payment.orderId), ['payment-captured'])
})

test('webhook and reply at the same time: the second finds it done (saleor #12652, PR#17776)', async () => {
  it.simulator.switch({ webhooks: 'before-reply', latencyMs: 20 })
  const paid = await Promise.all(Array.from({ length: 20 }, () => it.pay('tok_ok')))
  for (const { orderId } of paid) {
    await it.waitForStatus(orderId, 'captured')
    await processed(await it.reference(orderId))
    assert.deepEqual(it.sentAbout(orderId), ['payment-captured'])
  }
})

test('a webhook about a call that got no answer captures the payment', async () => {
  it.simulator.switch({ webhooks: 'late', webhookDelayMs: 1_200 })
  const { orderId, status } = await it.pay('tok_timeout_after_capture')
  assert.equal(status, 'processing')
  await it.waitForStatus(orderId, 'captured')
  await it.shop.settle()
  assert.deepEqual(it.sentAbout(orderId), ['payment-captured'])
})

test('a webhook never comes and the customer never returns: the resolver finds out (F73)', async () => {
  it.simulator.switch({ webhooks: 'lost' })
  const { orderId, nextAction } = await it.pay('tok_3ds')
  await it.simulator.answer(nextAction?.url.split('/').at(-1) ?? '', true)
  const lost = await it.pay('tok_timeout_after_capture')
  it.advanceClock(70)
  await it.waitForStatus(orderId, 'authorized')
  await it.waitForStatus(lost.orderId, 'captured')
  for (const id of [orderId, lost.orderId]) assert.deepEqual(receivedEvents(await it.reference(id)), [])
})

test('the same webhook three times at once has one effect (Pinelab #620)', async () => {
  it.simulator.switch({ webhooks: 'duplicate' })
  const { orderId } = await it.pay('tok_timeout_after_capture')
  await received(await it.reference(orderId), 3)
  await it.waitForStatus(orderId, 'captured')
  await processed(await it.reference(orderId))
  assert.deepEqual(it.sentAbout(orderId), ['payment-captured'])
  const reference = await it.reference(orderId)
  for (const { status } of receivedEvents(reference)) assert.equal(status, 204)
  const stored = await it.sql`select from webhook_event where reference = ${reference}`
  assert.equal(stored.length, 1)
})

test('webhooks in the wrong order do not take a payment back (F72; vendure PR#2569)', async () => {
  it.simulator.switch({ webhooks: 'reordered' })
  const { orderId, nextAction } = await it.pay('tok_3ds')
  await it.simulator.answer(nextAction?.url.split('/').at(-1) ?? '', true)
  await it.api.refresh({ params: { orderId } })
  assert.equal((await it.api.capture({ params: { orderId } })).status, 'captured')
  await received(await it.reference(orderId), 2)
  await processed(await it.reference(orderId))
  assert.equal(await it.status(orderId), 'captured')
  assert.deepEqual(it.sentAbout(orderId), ['payment-authorized', 'payment-captured'])
})

test('a webhook for a payment that is not committed yet waits for it (medusa #3146, vendure #2657)', async () => {
  const { payment, operation, request } = newTestPayment(3_600)
  it.simulator.switch({ webhooks: 'before-reply' })
  const { orderId } = payment
  await it.simulator.authorize({ ...price, ...request, orderId, operationId: operation.id, captureNow: true })
  assert.equal(receivedEvents(referenceOf(operation.id))[0]?.status, 204)
  await insertPayment(it.context, payment, operation)
  it.advanceClock(2)
  await it.waitForStatus(orderId, 'captured')
})

for (const when of ['before', 'after']) {
  test(`killed ${when} the provider was called: resolved after the restart, with one capture (saleor-docs #990)`, async () => {
    it.simulator.switch({ webhooks: 'lost' })
    const { payment, operation, request } = newTestPayment(6)
    const { orderId } = payment
    await insertPayment(it.context, payment, operation)
    const authorization = { ...price, ...request, orderId, operationId: operation.id, captureNow: true }
    if (when === 'after') await it.simulator.authorize(authorization)
    it.advanceClock(7)
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

test('forged, altered and old webhooks are refused and logged, and change nothing (F74, H03)', async () => {
  warnings.length = 0
  const { orderId } = await it.pay('tok_3ds')
  const event = { id: `evt_${randomUUID()}`, reference: await it.reference(orderId), kind: 'payment.captured' }
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
  const forged = warnings.filter((fields) => fields.event === 'webhook-forged')
  assert.equal(forged.length, Object.keys(signatures).length)
  assert.deepEqual([forged[0]?.ip, forged[0]?.reason, forged[0]?.outcome], ['127.0.0.1', 'simulator', 'refused'])
  assert.equal((await it.sql`select from webhook_event where event_id = ${event.id}`).length, 0)
  assert.equal(await it.status(orderId), 'action-required')
  for (const provider of ['nobody', 'constructor']) {
    const answer = await it.shop.request(paymentsApi.routes.webhook, { params: { provider }, body: Buffer.from(body) })
    assert.equal(answer.status, 404)
  }
})

test('a webhook about another payment for the same order is not ours', async () => {
  const { orderId } = await it.pay('tok_3ds')
  it.simulator.switch({ webhooks: 'before-reply' })
  const authorization = {
    orderId,
    ...price,
    token: 'tok_declined',
    returnUrl: 'http://localhost:4000/',
    captureNow: true,
  }
  const { reference } = await it.simulator.authorize({ ...authorization, operationId: randomUUID() })
  assert.equal(receivedEvents(reference).length, 1)
  await processed(reference)
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
