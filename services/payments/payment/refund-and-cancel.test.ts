// Money that goes back: refunds, and orders that are canceled before, during and after their payment.
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
/** Stands between us and the bank when we ask for it the next time. */
function onTheWay(
  call: 'authorize' | 'refund',
  way: (ask: () => Promise<ProviderPayment>) => Promise<ProviderPayment>,
) {
  const direct = it.simulator[call] as (asked: unknown) => Promise<ProviderPayment>
  const detour = (asked: unknown) => {
    Object.assign(it.simulator, { [call]: direct })
    return way(() => direct(asked))
  }
  Object.assign(it.simulator, { [call]: detour })
}
const answered = async (orderId: string, count: number) => {
  await eventually(`${count} refunds are answered`, async () => {
    await it.shop.settle()
    return it.sentAbout(orderId).filter((type) => /refund/.test(type)).length >= count
  })
}

test('several partial refunds, each under its own name, until nothing is left (medusa #10842, #13433)', async () => {
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
  const said = it.sentAbout(orderId)
  assert.equal(said.filter((type) => type === 'payment-refunded').length, 4)
  assert.equal(said.filter((type) => type === 'refund-failed').length, 16)
  const reasons = it.shop
    .messages<{ orderId: string; reason: string }>('payments.refund-failed')
    .filter((one) => one.orderId === orderId)
  // We refuse by ourselves; the provider need not.
  for (const { reason } of reasons) assert.match(reason, /left to give back/)
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
  onTheWay('refund', async () => {
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

test('what was never captured cannot be refunded, and the order is told', async () => {
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

test('canceled while the bank is asked: what it takes is given back (F77; medusa #13301)', async () => {
  const orderId = randomUUID()
  const canceled = Promise.withResolvers<void>()
  onTheWay('authorize', (ask) => canceled.promise.then(ask))
  const paying = it.pay('tok_ok', orderId)
  await eventually(
    'it has begun',
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

test('canceled while nobody knows what became of it: found out, then given back', async () => {
  it.simulator.switch({ webhooks: 'lost' })
  onTheWay('authorize', async (ask) => {
    await ask()
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

test('canceled, and the provider never heard of it: void once it cannot arrive any more', async () => {
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
  // Had it arrived after all, it would go back.
  const [operation] = await it.sql<{ id: string }>`select id from payment_operation where order_id = ${orderId}`
  assert.ok(operation)
})

test('canceled while the customer is at the bank: void', async () => {
  const { orderId, nextAction } = await it.pay('tok_3ds')
  await cancel(orderId)
  await it.waitForStatus(orderId, 'voided')
  await it.simulator.answer(nextAction?.url.split('/').at(-1) ?? '', true)
  assert.equal((await it.api.refresh({ params: { orderId } })).status, 'voided')
  assert.equal((await it.api.capture({ params: { orderId } })).status, 'voided')
  await it.shop.settle()
  assert.deepEqual(it.sentAbout(orderId), ['payment-voided'])
})

test('canceled after the bank approved, and again: void once', async () => {
  const { orderId, nextAction } = await it.pay('tok_3ds')
  await it.simulator.answer(nextAction?.url.split('/').at(-1) ?? '', true)
  assert.equal((await it.api.refresh({ params: { orderId } })).status, 'authorized')
  await Promise.all([cancel(orderId), cancel(orderId)])
  await it.waitForStatus(orderId, 'voided')
  const voids = (await it.entries(orderId)).filter((one) => one.kind === 'void')
  assert.equal(voids.length, 1)
})

test('canceled after it was captured and partly refunded: the rest goes back', async () => {
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
