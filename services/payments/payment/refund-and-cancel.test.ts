// Refunds, and orders that are canceled before, during and after their payment.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, afterEach, before, test } from 'node:test'
import { CancelPayment, RefundPayment } from '@souk/contracts/payments'
import { eventually } from '@souk/service/fixture'
import { findViolations, price, startPayments, type TestPayments } from '../fixture.ts'
import { ProviderOutcomeUnknown, type ProviderPayment } from '../providers/provider.ts'
import { refundPayment } from './refund-payment.ts'

let it: TestPayments
before(async () => {
  it = await startPayments()
})
afterEach(async () => {
  it.simulator.switch({ webhooks: 'normal', latencyMs: 0, outage: 'none' })
  assert.deepEqual(await findViolations(it.sql), [])
})
after(() => it.stop())

const euros = (amount: number) => ({ amount, currency: 'EUR' })
const refund = (orderId: string, amount: number, refundId: string = randomUUID()) =>
  it.send(RefundPayment({ orderId, refundId, amount: euros(amount), reason: 'findViolations' }))
const cancel = (orderId: string) => it.send(CancelPayment({ orderId, reason: 'changed their mind' }))
const refunds = async (orderId: string) =>
  (await it.entries(orderId)).filter((one) => one.kind === 'refund' && one.status === 'succeeded')
/** Intercepts the next call of this kind to the provider. */
function interceptNext(
  call: 'authorize' | 'refund',
  intercept: (callProvider: () => Promise<ProviderPayment>) => Promise<ProviderPayment>,
) {
  // Both methods take one request; which one does not matter here.
  const original = it.simulator[call] as (request: unknown) => Promise<ProviderPayment>
  const intercepted = (request: unknown) => {
    Object.assign(it.simulator, { [call]: original })
    return intercept(() => original(request))
  }
  Object.assign(it.simulator, { [call]: intercepted })
}
const answered = async (orderId: string, count: number) => {
  await eventually(`${count} refunds are answered`, async () => {
    await it.shop.settle()
    return it.sentAbout(orderId).filter((type) => /refund/.test(type)).length >= count
  })
}

test('several partial refunds, each with its own id, until nothing is left (medusa #10842, #13433)', async () => {
  const { orderId } = await it.pay('tok_ok')
  await refund(orderId, 1_000)
  await it.waitForStatus(orderId, 'partially-refunded')
  await refund(orderId, 1_000)
  await answered(orderId, 2)
  await refund(orderId, 2_998)
  await it.waitForStatus(orderId, 'refunded')
  await it.shop.settle()
  assert.deepEqual(
    it.shop
      .messages<{ orderId: string; totalRefunded: { amount: number } }>('payments.payment-refunded')
      .filter((one) => one.orderId === orderId)
      .map((one) => one.totalRefunded.amount),
    [1_000, 2_000, 4_998],
  )
  const { items } = await it.staff.ledger({ query: { orderId } })
  const inAccount = (account: string) =>
    items.filter((one) => one.account === account).reduce((sum, one) => sum + one.amount.amount, 0)
  assert.deepEqual([inAccount('provider:simulator'), inAccount('refunds')], [0, 4_998])
})

test('the same refund asked for again is the same refund (medusa #16681)', async () => {
  const { orderId } = await it.pay('tok_ok')
  const refundId = randomUUID()
  await Promise.all([refund(orderId, 500, refundId), refund(orderId, 500, refundId), refund(orderId, 500, refundId)])
  await answered(orderId, 1)
  await refund(orderId, 500, refundId)
  await it.shop.settle()
  assert.deepEqual(
    (await refunds(orderId)).map((one) => one.amount),
    [500],
  )
  assert.deepEqual(it.sentAbout(orderId), ['payment-captured', 'payment-refunded'])
})

test('twenty refunds at once never give back more than was captured (F79)', async () => {
  const { orderId } = await it.pay('tok_ok')
  await Promise.all(Array.from({ length: 20 }, () => refund(orderId, 1_000)))
  await answered(orderId, 20)
  assert.equal((await refunds(orderId)).length, 4)
  const sent = it.sentAbout(orderId)
  assert.equal(sent.filter((type) => type === 'payment-refunded').length, 4)
  assert.equal(sent.filter((type) => type === 'refund-failed').length, 16)
  const reasons = it.shop
    .messages<{ orderId: string; reason: string }>('payments.refund-failed')
    .filter((one) => one.orderId === orderId)
  // The refusals are ours; the provider was not asked.
  for (const { reason } of reasons) assert.match(reason, /left to give back/)
})

test('a refund of one cent more than is left fails without asking the provider, and one of what is left succeeds', async () => {
  const { orderId } = await it.pay('tok_ok')
  await refund(orderId, 4_999)
  await answered(orderId, 1)
  await refund(orderId, 1_000)
  await answered(orderId, 2)
  await refund(orderId, 3_999)
  await answered(orderId, 3)
  assert.deepEqual(await refunds(orderId).then((done) => done.map((one) => one.amount)), [1_000])
  const failed = it.shop
    .messages<{ orderId: string; reason: string }>('payments.refund-failed')
    .filter((one) => one.orderId === orderId)
  assert.deepEqual(
    failed.map(({ reason }) => reason),
    ['Only 4998 of the payment is left to give back.', 'Only 3998 of the payment is left to give back.'],
  )
  await refund(orderId, 3_998)
  await it.waitForStatus(orderId, 'refunded')
})

test('refunds that two instances decide at the same moment do not exceed it either (F79)', async () => {
  const { orderId } = await it.pay('tok_ok')
  await Promise.all(
    Array.from({ length: 8 }, () =>
      it.context.transaction((transaction) => {
        const wanted = { orderId, refundId: randomUUID(), amount: euros(1_000), reason: 'findViolations' }
        return refundPayment(wanted, transaction, it.context)
      }),
    ),
  )
  const rows = await it.sql`
    select from payment_operation where order_id = ${orderId} and kind = 'refund' and status <> 'failed'`
  assert.equal(rows.length, 4)
})

test('a refund that the provider does not answer is repeated under its own key (medusa #16681)', async () => {
  const { orderId } = await it.pay('tok_ok')
  const lost = Promise.withResolvers<void>()
  interceptNext('refund', async () => {
    lost.resolve()
    throw new ProviderOutcomeUnknown('No answer.')
  })
  await refund(orderId, 700)
  await lost.promise
  it.advanceClock(60)
  await answered(orderId, 1)
  assert.deepEqual(
    (await refunds(orderId)).map((one) => one.amount),
    [700],
  )
})

test('a payment that was never captured cannot be refunded, and orders learns it', async () => {
  const declined = await it.pay('tok_declined')
  const nobody = randomUUID()
  await refund(declined.orderId, 100)
  await refund(nobody, 100)
  await it.send(
    RefundPayment({
      orderId: declined.orderId,
      refundId: randomUUID(),
      amount: { amount: 1, currency: 'USD' },
      reason: '',
    }),
  )
  await answered(declined.orderId, 2)
  await answered(nobody, 1)
  assert.deepEqual(it.sentAbout(nobody), ['refund-failed'])
})

test('canceled before it began: the payment never begins', async () => {
  const orderId = randomUUID()
  await cancel(orderId)
  await it.shop.settle()
  const payment = await it.pay('tok_ok', orderId)
  assert.deepEqual([payment.status, payment.amount], ['voided', price])
  assert.deepEqual(await it.entries(orderId), [])
})

test('canceled while the bank is asked: the money that it takes is refunded (F77; medusa #13301)', async () => {
  const orderId = randomUUID()
  const canceled = Promise.withResolvers<void>()
  interceptNext('authorize', (callProvider) => canceled.promise.then(callProvider))
  const paying = it.pay('tok_ok', orderId)
  await eventually(
    'the payment is stored',
    async () => (await it.sql`select from payment where order_id = ${orderId}`).length > 0,
  )
  await cancel(orderId)
  await it.shop.settle()
  canceled.resolve()
  await paying
  await it.waitForStatus(orderId, 'refunded')
  await it.shop.settle()
  assert.deepEqual(it.sentAbout(orderId), ['payment-refunded'])
  assert.equal((await refunds(orderId)).length, 1)
})

test('canceled while the outcome is unknown: found out, then refunded', async () => {
  it.simulator.switch({ webhooks: 'lost' })
  interceptNext('authorize', async (callProvider) => {
    await callProvider()
    it.simulator.switch({ outage: 'errors' })
    throw new ProviderOutcomeUnknown('The answer was lost.')
  })
  const { orderId } = await it.pay('tok_ok')
  await cancel(orderId)
  await it.shop.settle()
  it.simulator.switch({ outage: 'none' })
  it.advanceClock(10)
  await it.waitForStatus(orderId, 'refunded')
  await it.shop.settle()
  assert.deepEqual(it.sentAbout(orderId), ['payment-refunded'])
})

test('canceled, and the request never reached the provider: voided once it cannot arrive any more', async () => {
  it.simulator.switch({ webhooks: 'lost', outage: 'errors' })
  const { orderId } = await it.pay('tok_ok')
  await cancel(orderId)
  await it.shop.settle()
  it.simulator.switch({ outage: 'none' })
  it.advanceClock(10)
  await new Promise((resolve) => setTimeout(resolve, 600))
  assert.equal(await it.status(orderId), 'processing')
  it.advanceClock(70)
  await it.waitForStatus(orderId, 'voided')
  assert.deepEqual(await it.entries(orderId), [])
  const [operation] = await it.sql<{ id: string }>`select id from payment_operation where order_id = ${orderId}`
  assert.ok(operation)
})

test('canceled while the customer is at the bank: voided', async () => {
  const { orderId, nextAction } = await it.pay('tok_3ds')
  await cancel(orderId)
  await it.waitForStatus(orderId, 'voided')
  await it.simulator.answer(nextAction?.url.split('/').at(-1) ?? '', true)
  assert.equal((await it.api.refresh({ params: { orderId } })).status, 'voided')
  assert.equal((await it.api.capture({ params: { orderId } })).status, 'voided')
  await it.shop.settle()
  assert.deepEqual(it.sentAbout(orderId), ['payment-voided'])
})

test('canceled twice after the bank approved: voided once', async () => {
  const { orderId, nextAction } = await it.pay('tok_3ds')
  await it.simulator.answer(nextAction?.url.split('/').at(-1) ?? '', true)
  assert.equal((await it.api.refresh({ params: { orderId } })).status, 'authorized')
  await Promise.all([cancel(orderId), cancel(orderId)])
  await it.waitForStatus(orderId, 'voided')
  const voids = (await it.entries(orderId)).filter((one) => one.kind === 'void')
  assert.equal(voids.length, 1)
})

test('canceled after a capture and a partial refund: the rest is refunded', async () => {
  const { orderId } = await it.pay('tok_ok')
  await refund(orderId, 1_000)
  await answered(orderId, 1)
  await Promise.all([cancel(orderId), refund(orderId, 500), cancel(orderId)])
  await it.waitForStatus(orderId, 'refunded')
  assert.equal(
    (await refunds(orderId)).reduce((sum, one) => sum + one.amount, 0),
    4_998,
  )
})
