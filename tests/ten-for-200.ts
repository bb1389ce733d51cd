// Many customers want one of few goods at the same moment: exactly those that are there are sold, each is paid for once.
import assert from 'node:assert/strict'
import type { Shop } from './fixture.ts'

/** 200 customers want one each of a SKU with 10 units and a flat 490 cents of shipping. Throws when one is told anything else than it should. */
export async function sellTenTo200(shop: Shop, { sku, cents }: { sku: string; cents: number }): Promise<void> {
  const carts = await inGroups(200, 25, () => shop.fillCart({ lines: [{ sku, quantity: 1 }] }))
  const replies = await Promise.all(carts.map((cart) => shop.checkOut(cart)))
  const paid = replies.filter((reply) => reply.status === 201)
  const refused = replies.filter((reply) => reply.status === 409)
  assert.equal(paid.length, 10)
  assert.equal(refused.length, 190, String(replies.map((reply) => reply.status)))
  for (const { body } of refused) {
    assert.equal(body.code, 'out-of-stock')
    assert.ok(body.detail)
  }
  await shop.test.settle()
  assert.deepEqual(await shop.stockOf(sku), { onHand: 0, reserved: 0 })
  const ids = paid.map((reply) => reply.body.id)
  const [money] = await shop.sql('payments')<{ captures: number; booked: number }>`
    select count(*) as captures, sum(l.amount)::bigint as booked
    from payment_operation o
    join ledger_transfer l on l.id = o.id
    where o.order_id = any(${ids}::uuid[]) and o.kind = 'capture' and o.status = 'succeeded'`
  assert.deepEqual(money, { captures: 10, booked: 10 * (cents + 490) })
  const [stray] = await shop.sql('payments')<{ count: number }>`
    select count(*) as count
    from payment_operation
    where kind = 'capture' and status = 'succeeded' and order_id <> all(${ids}::uuid[])`
  assert.equal(stray?.count, 0)
  const { findings } = await shop.staff.payments.reconcile({})
  assert.deepEqual(findings, [])
}

async function inGroups<T>(count: number, atOnce: number, make: () => Promise<T>): Promise<T[]> {
  const made: T[] = []
  while (made.length < count)
    made.push(...(await Promise.all(Array.from({ length: Math.min(atOnce, count - made.length) }, make))))
  return made
}
