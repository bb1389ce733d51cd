// Checks of money by schedule: an injected difference and an injected corruption are in the metrics, of every instance.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { eventually } from '@souk/service/fixture'
import { checkInvariants } from '../check-invariants.ts'
import { startPayments, type TestPayments } from '../fixture.ts'
import { reconcileByItself } from './reconcile-by-itself.ts'

let it: TestPayments
before(async () => {
  it = await startPayments()
})
after(() => it.stop())

const never = new AbortController().signal

async function figure(series: string): Promise<number> {
  const metrics = await it.shop.running.metrics.registry.metrics()
  const line = metrics.split('\n').find((one) => one.startsWith(`${series} `))
  return Number(line?.slice(series.length + 1))
}
const shows = (series: string, value: number) =>
  eventually(`${series} is ${value}`, async () => (await figure(series)) === value, 15)
/** As if the time until the next check had passed. */
const isDue = (name: string) => it.shop.database('payments').sql`
  update check_outcome set next_at = clock_timestamp() where name = ${name}`

test('a shop in order has no differences, and says when it was reconciled', async () => {
  await it.pay('tok_ok')
  assert.equal(await figure('souk_reconciliation_last_success_seconds'), 0)
  await reconcileByItself.run(it.context, never)
  await shows('souk_ledger_differences', 0)
  await eventually(
    'the time is there',
    async () => (await figure('souk_reconciliation_last_success_seconds')) > 1.7e9,
    15,
  )
})

test('an operation that the provider does not know is a difference after the next reconciliation, and not before', async () => {
  const { orderId } = await it.pay('tok_ok')
  await it.shop.database('payments').sql`
    update payment_operation set status = 'failed', next_check_at = null where order_id = ${orderId}`
  it.advanceClock(300)
  await reconcileByItself.run(it.context, never)
  assert.equal(await figure('souk_ledger_differences'), 0, 'it is not due')
  await isDue('reconciliation')
  // Two instances whose time has come: one of them does it.
  await Promise.all([reconcileByItself.run(it.context, never), reconcileByItself.run(it.context, never)])
  await shows('souk_ledger_differences', 1)
})

test('a corrupted payment breaks its invariants within one check', async () => {
  const { orderId } = await it.pay('tok_ok')
  const { sql } = it.shop.database('payments')
  const check = async () => {
    await isDue('invariants')
    await checkInvariants.run(it.context, never)
  }
  await check()
  const [sound] = await sql`select from check_outcome where name = 'invariant M8' and violations = 0`
  assert.ok(sound)

  await sql`update payment set captured = captured + 1 where order_id = ${orderId}`
  await check()
  await shows('souk_invariant_violations{service="payments",invariant="M8"}', 1)
  assert.ok((await figure('souk_invariant_violations{service="payments",invariant="M5"}')) > 0)
  assert.equal(await figure('souk_invariant_violations{service="payments",invariant="M6"}'), 0)
})

test('a check whose process has died is made by another one when its lease is over', async () => {
  const { sql } = it.shop.database('payments')
  await sql`update check_outcome set next_at = clock_timestamp() + interval '1 hour', checked_at = null where name = 'invariants'`
  await checkInvariants.run(it.context, never)
  const done = () => sql<{ at: string | null }>`select checked_at as at from check_outcome where name = 'invariants'`
  assert.equal((await done())[0]?.at, null)
  await isDue('invariants')
  await checkInvariants.run(it.context, never)
  assert.notEqual((await done())[0]?.at, null)
})
