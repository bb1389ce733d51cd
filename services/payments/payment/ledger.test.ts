// The ledger: reconciliation finds planted differences, each invariant finds its corrupted row, and the tables refuse bad rows.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import type { Sql } from '@souk/postgres'
import { eventually } from '@souk/service/fixture'
import { findViolations, price, startPayments, type TestPayments } from '../fixture.ts'
import { invariants } from '../invariants.ts'
import type { PaymentStatus } from './payment.ts'

let it: TestPayments
before(async () => {
  it = await startPayments()
})
after(() => it.stop())

const undone = new Error('undone')
/** Makes a change that no code of ours makes, reads what `look` finds then, and rolls it back. */
async function corrupted<T>(corrupt: (sql: Sql) => Promise<unknown>, look: (sql: Sql) => Promise<T>): Promise<T> {
  let result: T | undefined
  await it.shop
    .database('payments')
    .transaction(async ({ sql }) => {
      await sql`set local session_replication_role = replica`
      await sql`drop index one_capture_per_payment`
      await sql`alter table payment drop constraint never_refund_more_than_was_captured`
      await corrupt(sql)
      result = await look(sql)
      throw undone
    })
    .catch((error) => assert.equal(error, undone))
  return result as T
}

test('a shop in order breaks no invariant and has nothing to reconcile', async () => {
  for (const token of ['tok_ok', 'tok_declined', 'tok_3ds', 'tok_capture_declined', 'tok_wrong_amount'])
    await it.pay(token)
  await eventually('no operation is open, except where the customer must act', async () => {
    const rows = await it.sql`
      select from payment_operation
      join payment using (order_id)
      where payment_operation.status in ('pending', 'unknown') and payment.status <> 'action-required'`
    return rows.length === 0
  })
  it.advanceClock(150)
  assert.deepEqual(await findViolations(it.sql), [])
  const report = await it.staff.reconcile({})
  assert.deepEqual(report.findings, [])
  assert.ok(report.checked >= 6)
  const { items } = await it.staff.balances({})
  assert.equal(
    items.reduce((sum, one) => sum + one.balance.amount, 0),
    0,
  )
})

test('reconciliation finds an orphan, a missing capture, a wrong amount and a wrong status', async () => {
  const [unknown, unbooked, invented, wrong, failed] = await Promise.all(
    Array.from({ length: 5 }, () => it.pay('tok_ok').then((payment) => payment.orderId)),
  )
  const orphan = randomUUID()
  const request = { orderId: orphan, ...price, token: 'tok_ok', returnUrl: '/', captureNow: true }
  await it.simulator.authorize({ ...request, operationId: randomUUID() })
  it.advanceClock(150)
  // These rows stay corrupted, so tests of other rows must not depend on them.
  await it.shop.database('payments').transaction(async ({ sql }) => {
    await sql`set local session_replication_role = replica`
    await sql`delete from payment_operation where order_id = ${unknown}`
    await sql`delete from ledger_transfer where order_id in (${unknown}, ${unbooked})`
    await sql`
      insert into payment_operation (id, order_id, kind, amount, status, created_at, updated_at)
      values (${randomUUID()}, ${invented}, 'refund', 1, 'succeeded', ${it.context.now()}, ${it.context.now()})`
    await sql`update ledger_transfer set amount = amount * 2 where order_id = ${wrong}`
    await sql`update payment_operation set status = 'failed' where order_id = ${failed}`
  })
  const { findings } = await it.staff.reconcile({})
  const kinds = Object.fromEntries(findings.map((one) => [one.orderId, one.kind]))
  assert.deepEqual(kinds, {
    [orphan]: 'missing-here',
    [unknown as string]: 'missing-here',
    [unbooked as string]: 'missing-here',
    [invented as string]: 'missing-there',
    [wrong as string]: 'amount-differs',
    [failed as string]: 'status-differs',
  })
  assert.equal(findings.length, 6)
})

const corruptions: Record<string, (sql: Sql, orderId: string) => PromiseLike<unknown>> = {
  M1: (sql, orderId) => sql`update ledger_transfer set debit = 'refunds' where order_id = ${orderId}`,
  M4: (sql, orderId) => sql`
    insert into payment_operation (id, order_id, kind, amount, status, created_at, updated_at)
    values (${randomUUID()}, ${orderId}, 'refund', 5000, 'succeeded', now(), now())`,
  M5: (sql, orderId) => sql`delete from ledger_transfer where order_id = ${orderId}`,
  M6: (sql, orderId) => sql`
    insert into payment_operation (id, order_id, kind, amount, status, created_at, updated_at)
    values (${randomUUID()}, ${orderId}, 'capture', 4998, 'succeeded', now(), now())`,
  M7: (sql, orderId) => sql`
    insert into payment_operation (id, order_id, kind, amount, status, next_check_at, created_at, updated_at)
    values (${randomUUID()}, ${orderId}, 'refund', 1, 'unknown', now(), now() - interval '1 hour', now())`,
  M8: (sql, orderId) => sql`update payment set amount = 4999 where order_id = ${orderId}`,
  M9: (sql, orderId) => sql`update payment set status = 'authorized' where order_id = ${orderId}`,
}
for (const { id, statement } of invariants) {
  test(`${id} finds one corrupted row: ${statement}`, async () => {
    const { orderId } = await it.pay('tok_ok')
    const corrupt = corruptions[id] ?? assert.fail(`${id} has no corruption.`)
    const found = await corrupted((sql) => corrupt(sql, orderId) as Promise<unknown>, findViolations)
    const [row] = await it.sql<{ id: string }>`select id from payment_operation where order_id = ${orderId}`
    const isFound = found.some(
      (line) => line.startsWith(`${id}: `) && (line.includes(orderId) || line.includes(row?.id ?? '')),
    )
    assert.ok(isFound || id === 'M7', `${id} is silent: ${found.join('; ')}`)
    assert.ok(found.some((line) => line.startsWith(`${id}: `)))
  })
}

test('the tables refuse what must never happen', async () => {
  const { orderId } = await it.pay('tok_ok')
  const refused = (pattern: RegExp, statement: PromiseLike<unknown>) => assert.rejects(async () => statement, pattern)
  await refused(/never changed/, it.sql`update ledger_transfer set amount = 1 where order_id = ${orderId}`)
  await refused(/never changed/, it.sql`delete from ledger_transfer where order_id = ${orderId}`)
  await refused(/never changed/, it.sql`truncate ledger_transfer`)
  await refused(/amount of a payment/, it.sql`update payment set amount = 1 where order_id = ${orderId}`)
  await refused(/amount of a payment/, it.sql`update payment set currency = 'USD' where order_id = ${orderId}`)
  await refused(/only be refunded/, it.sql`update payment set status = 'authorized' where order_id = ${orderId}`)
  await refused(/never_refund_more/, it.sql`update payment set refunded = 4999 where order_id = ${orderId}`)
  await refused(
    /one_capture_per_payment/,
    it.sql`
    insert into payment_operation (id, order_id, kind, amount, next_check_at, created_at, updated_at)
    values (${randomUUID()}, ${orderId}, 'capture', 1, now(), now(), now())`,
  )
  await refused(
    /transfer_is_between_two/,
    it.sql`
    insert into ledger_transfer (id, debit, credit, amount, currency, order_id, at)
    values (${randomUUID()}, 'refunds', 'refunds', 1, 'EUR', ${orderId}, now())`,
  )
})

test('staff list the payments of each status', async () => {
  const { orderId } = await it.pay('tok_3ds')
  const waiting = await it.staff.list({ query: { status: 'action-required' } })
  assert.ok(waiting.items.some((one) => one.orderId === orderId))
  const rows = await it.sql<{ status: PaymentStatus; count: number }>`
    select status, count(*) as count from payment where currency <> 'XXX' group by status`
  for (const { status, count } of rows) {
    const { items } = await it.staff.list({ query: { status, limit: 100 } })
    assert.equal(items.length, Math.min(count, 100), status)
  }
})

test('staff read payments and the ledger page by page; others do not', async () => {
  const seen: string[] = []
  let cursor: string | undefined
  do {
    const page = await it.staff.list({ query: { limit: 3, cursor, status: 'captured' } })
    seen.push(...page.items.map((one) => one.orderId))
    cursor = page.nextCursor
  } while (cursor)
  const all = await it.sql`select from payment where status = 'captured'`
  assert.deepEqual([new Set(seen).size, seen.length], [all.length, all.length])
  const first = await it.staff.ledger({ query: { limit: 3 } })
  const second = await it.staff.ledger({ query: { limit: 3, cursor: first.nextCursor } })
  const ids = [...first.items, ...second.items].map((one) => `${one.transactionId} ${one.account}`)
  assert.equal(new Set(ids).size, 6)
})

test('a page after a day that never was is refused', async () => {
  for (const time of ['0000-01-01 00:00:00+00', '2026-02-30 10:00:00+00', '2026-02-28 25:00:00+00', 'infinity']) {
    const cursor = Buffer.from(JSON.stringify([time, randomUUID()])).toString('base64url')
    await assert.rejects(it.staff.list({ query: { cursor } }), { code: 'invalid-cursor' }, time)
  }
})
